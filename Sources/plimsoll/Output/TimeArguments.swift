import ArgumentParser
import Foundation

/// Reads and writes the times of the command line, all of them whole milliseconds.
enum TimeArgument {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// `250ms`, `10s`, `5m`, `8h`, `1d`; a bare number is milliseconds.
    @Sendable
    static func duration(_ text: String) throws -> Int64 {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text[digits.endIndex...]
        let unit = suffix.isEmpty ? 1 : units.first { $0.suffix == suffix }?.milliseconds
        guard let number = Int64(digits), let unit else {
            throw ValidationError("\(text) is no duration; write 250ms, 10s, 5m, 8h or 1d.")
        }
        let (milliseconds, isTooLong) = number.multipliedReportingOverflow(by: unit)
        guard !isTooLong else { throw ValidationError("\(text) is longer than any venue runs.") }
        return milliseconds
    }

    /// `2026-01-31`, `2026-01-31T08:00:00Z`, or milliseconds since 1970.
    @Sendable
    static func moment(_ text: String) throws -> Int64 {
        if let milliseconds = Int64(text) { return milliseconds }
        let full = text.contains("T") ? text : text + "T00:00:00Z"
        let zoned = full.hasSuffix("Z") ? full : full + "Z"
        guard let date = try? Date(zoned, strategy: .iso8601) else {
            throw ValidationError("\(text) is no time; write 2026-01-31T08:00:00Z, which is UTC.")
        }
        return Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// A moment in UTC, to the second.
    static func text(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }
}
