public import PlimsollModel

/// The time that a candle spans.
public enum CandleInterval: String, Sendable, CaseIterable {
    case oneMinute = "1m"
    case threeMinutes = "3m"
    case fiveMinutes = "5m"
    case fifteenMinutes = "15m"
    case thirtyMinutes = "30m"
    case oneHour = "1h"
    case twoHours = "2h"
    case fourHours = "4h"
    case sixHours = "6h"
    case eightHours = "8h"
    case twelveHours = "12h"
    case oneDay = "1d"
    case threeDays = "3d"
    /// Opens on Monday.
    case oneWeek = "1w"
    /// Opens on the first of a calendar month.
    case oneMonth = "1M"

    /// Its length, where every candle has the same.
    public var milliseconds: Int64? {
        let minute: Int64 = 60_000
        let hour = 60 * minute
        let day = 24 * hour
        return switch self {
        case .oneMinute: minute
        case .threeMinutes: 3 * minute
        case .fiveMinutes: 5 * minute
        case .fifteenMinutes: 15 * minute
        case .thirtyMinutes: 30 * minute
        case .oneHour: hour
        case .twoHours: 2 * hour
        case .fourHours: 4 * hour
        case .sixHours: 6 * hour
        case .eightHours: 8 * hour
        case .twelveHours: 12 * hour
        case .oneDay: day
        case .threeDays: 3 * day
        case .oneWeek: 7 * day
        case .oneMonth: nil
        }
    }

    /// When the candle opens that a moment falls in.
    public func openTime(of time: Timestamp) -> Timestamp {
        openTime(of: time, shiftedBy: 0)
    }

    /// When the candle after the one of `time` opens.
    public func nextOpenTime(after time: Timestamp) -> Timestamp {
        openTime(of: time, shiftedBy: 1)
    }

    /// When the first candle opens that does not open before `time`.
    func openTime(atOrAfter time: Timestamp) -> Timestamp {
        let openTime = openTime(of: time)
        return openTime == time ? time : nextOpenTime(after: time)
    }

    /// When the candle opens that lies `count` candles after the one of `time`, or before it where
    /// `count` is negative.
    func openTime(of time: Timestamp, shiftedBy count: Int64) -> Timestamp {
        guard let milliseconds else {
            let month = CivilTime(milliseconds: time.milliseconds).monthCount
            return Timestamp(milliseconds: CivilTime.milliseconds(ofMonth: month + count))
        }
        // 1970 began on a Thursday, four days before a Monday.
        let offset = self == .oneWeek ? 4 * CivilTime.millisecondsPerDay : 0
        let candle = floorDivide(time.milliseconds - offset, by: milliseconds) + count
        return Timestamp(milliseconds: candle * milliseconds + offset)
    }
}
