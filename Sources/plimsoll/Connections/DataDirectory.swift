import Foundation

/// Where a venue keeps its journal unless told otherwise.
enum DataDirectory {
    private static let root = "plimsoll-data"

    /// That of `plimsoll up` without further options.
    static var standard: String { path(profile: "binance-usdm", tape: nil) }

    /// A folder of the working directory for each profile and recorded symbol, so that one kind of
    /// venue does not find the journal of another.
    static func path(profile: String, tape symbol: String?) -> String {
        let name = profile.split(separator: "/").last.map(String.init) ?? profile
        let stem = name.hasSuffix(".json") ? String(name.dropLast(".json".count)) : name
        return "\(root)/\(stem)" + (symbol.map { "-\($0)" } ?? "")
    }

    /// The path, with a number behind it where something is there already.
    static func fresh(_ path: String) -> String {
        var (candidate, number) = (path, 1)
        while FileManager.default.fileExists(atPath: candidate) {
            number += 1
            candidate = "\(path)-\(number)"
        }
        return candidate
    }
}
