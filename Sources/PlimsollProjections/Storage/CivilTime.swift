/// A moment as the calendar tells it, in UTC.
struct CivilTime {
    static let millisecondsPerDay: Int64 = 86_400_000

    var year: Int64
    /// From 1.
    var month: Int64
    /// From 1.
    var day: Int64
    var millisecondsOfDay: Int64

    /// The calendar's reading of a number of milliseconds since 1970.
    ///
    /// Years begin in March, so that the leap day is the last of its year, and 400 years have
    /// always 146,097 days.
    init(milliseconds: Int64) {
        let days = floorDivide(milliseconds, by: Self.millisecondsPerDay)
        millisecondsOfDay = milliseconds - days * Self.millisecondsPerDay
        // 719,468 days lie between 1 March of the year 0 and 1970.
        let shifted = days + 719_468
        let era = floorDivide(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Months since January of the year 0.
    var monthCount: Int64 { year * 12 + month - 1 }

    /// The first millisecond of a month, counted as `monthCount` counts.
    static func milliseconds(ofMonth monthCount: Int64) -> Int64 {
        let year = floorDivide(monthCount, by: 12)
        let month = monthCount - year * 12 + 1
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, by: 400)
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * millisecondsPerDay
    }

    /// Such as `2025-05-06 13:04:59`.
    var text: String {
        let seconds = millisecondsOfDay / 1000
        return "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day)) "
            + "\(Self.twoDigits(seconds / 3600)):\(Self.twoDigits(seconds / 60 % 60)):"
            + Self.twoDigits(seconds % 60)
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

/// The quotient rounded towards minus infinity; the divisor is positive.
func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
