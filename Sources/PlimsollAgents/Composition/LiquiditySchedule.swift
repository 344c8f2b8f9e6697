public import PlimsollModel

/// How busy each hour of the week is, from Monday 00:00 UTC on: one for a usual hour.
///
/// Makers show so much of their depth, and others trade so much of their pace.
public struct LiquiditySchedule: Codable, Equatable, Sendable {
    public static let hoursOfWeek = 168

    public var hours: [Rate]

    public init(hours: [Rate]) { self.hours = hours }

    /// Every hour like the others.
    public static let flat = LiquiditySchedule(
        hours: [Rate](repeating: .one, count: hoursOfWeek)
    )

    /// Busy when Europe and America are awake, quiet at night, thin at the weekend.
    public static let standard = LiquiditySchedule(
        hours: (0..<hoursOfWeek).map { hour in
            let ofDay: Int64 =
                switch hour % 24 {
                case 13...16: 140
                case 7...12, 17...20: 110
                case 0...2: 100
                default: 80
                }
            let ofWeek: Int64 = hour < 120 ? 100 : 65
            return Rate(units: ofDay * ofWeek * Rate.unitsPerOne / 10_000)
        }
    )

    /// Of the hour that a time falls into.
    public func factor(at time: Timestamp) -> Rate {
        // The first of January 1970 was a Thursday.
        let hour = time.milliseconds / 3_600_000 + 72
        return hours[Int(hour % Int64(Self.hoursOfWeek))]
    }
}
