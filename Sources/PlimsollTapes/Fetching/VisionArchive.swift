import Foundation

/// The archive of recorded markets that Binance publishes, as addresses of files.
///
/// Monthly files where the wished days fill a month, daily ones around them; of what is published by
/// month only, the months that the days touch.
public struct VisionArchive: Sendable {
    /// What can be fetched.
    public enum Kind: String, CaseIterable, Sendable {
        case klines
        case markPriceKlines
        case indexPriceKlines
        case premiumIndexKlines
        case aggTrades
        case trades
        case bookTicker
        case bookDepth
        case fundingRate

        /// Whether files differ by the length of a candle.
        public var hasInterval: Bool {
            switch self {
            case .klines, .markPriceKlines, .indexPriceKlines, .premiumIndexKlines: true
            case .aggTrades, .trades, .bookTicker, .bookDepth, .fundingRate: false
            }
        }

        var isDailyOnly: Bool { self == .bookDepth }
        var isMonthlyOnly: Bool { self == .fundingRate }
    }

    /// Which markets.
    public enum Market: String, CaseIterable, Sendable {
        case spot
        /// Futures margined in a stable coin.
        case um
        /// Futures margined in the coin itself.
        case cm

        var folder: String { self == .spot ? "spot" : "futures/\(rawValue)" }
    }

    /// One file of the archive.
    public struct File: Hashable, Sendable {
        public var name: String
        /// Under the archive's address.
        public var path: String
    }

    public static let standardBase = "https://data.binance.vision"

    public let market: Market
    public let kind: Kind
    public let symbol: String
    /// `1m`, where the kind has intervals.
    public let interval: String

    public init(market: Market, kind: Kind, symbol: String, interval: String) {
        self.market = market
        self.kind = kind
        self.symbol = symbol
        self.interval = interval
    }

    /// The files that hold these days, in order.
    public func files(of range: DayRange) -> [File] {
        var files: [File] = []
        var day = range.first
        while day <= range.last {
            let end = day.lastOfMonth
            let isWhole = day.day == 1 && end <= range.last
            if kind.isMonthlyOnly || (isWhole && !kind.isDailyOnly) {
                files.append(file("monthly", day.month))
                day = end.next
            } else {
                files.append(file("daily", day.description))
                day = day.next
            }
        }
        return files
    }

    private func file(_ period: String, _ date: String) -> File {
        let word = kind.hasInterval ? interval : kind.rawValue
        let name = "\(symbol)-\(word)-\(date).zip"
        let folder = kind.hasInterval ? "\(symbol)/\(interval)" : symbol
        return File(
            name: name,
            path: "data/\(market.folder)/\(period)/\(kind.rawValue)/\(folder)/\(name)"
        )
    }
}

/// A day of the calendar.
public struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let year: Int
    public let monthNumber: Int
    public let day: Int

    /// `nil` where there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (2000...2999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.dayCount(year, month)
        else { return nil }
        self.init(checked: year, month, day)
    }

    private init(checked year: Int, _ month: Int, _ day: Int) {
        self.year = year
        monthNumber = month
        self.day = day
    }

    public static func < (left: Day, right: Day) -> Bool {
        (left.year, left.monthNumber, left.day) < (right.year, right.monthNumber, right.day)
    }

    public var description: String { "\(month)-\(Self.twoDigits(day))" }

    /// `2024-08`.
    var month: String { "\(year)-\(Self.twoDigits(monthNumber))" }

    var lastOfMonth: Day { Day(checked: year, monthNumber, Self.dayCount(year, monthNumber)) }

    var next: Day {
        if day < Self.dayCount(year, monthNumber) {
            return Day(checked: year, monthNumber, day + 1)
        }
        return monthNumber < 12
            ? Day(checked: year, monthNumber + 1, 1) : Day(checked: year + 1, 1, 1)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static func dayCount(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Days from one to another, both included.
public struct DayRange: Hashable, Sendable {
    public let first: Day
    public let last: Day

    /// Reads `2024-08-05`, `2024-08`, or two of these with `..` between them; `nil` for anything else,
    /// for a range that ends before it begins, and for one of more than thirty years.
    public init?(_ text: String) {
        let parts = text.components(separatedBy: "..")
        guard parts.count <= 2, let first = Self.days(parts[0]),
            let last = Self.days(parts[parts.count - 1]), first.first <= last.last,
            last.last.year - first.first.year <= 30
        else { return nil }
        self.first = first.first
        self.last = last.last
    }

    private static func days(_ text: String) -> (first: Day, last: Day)? {
        let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        switch (numbers.count, numbers.first ?? nil, numbers.count > 1 ? numbers[1] : nil) {
        case (2, let year?, let month?):
            guard let first = Day(year: year, month: month, day: 1) else { return nil }
            return (first, first.lastOfMonth)
        case (3, let year?, let month?):
            guard let number = numbers[2], let day = Day(year: year, month: month, day: number)
            else { return nil }
            return (day, day)
        default: return nil
        }
    }
}
