import Foundation
public import PlimsollModel

/// Finds a profile and makes it the rules of a venue.
public enum ProfileLoader {
    /// Rules by the name of a profile that ships with Plimsoll, or by the path of a file.
    ///
    /// - Parameter nameOrPath: A name such as `binance-usdm`, or a path with a slash or `.json`.
    /// - Returns: Rules that have been checked.
    /// - Throws: `ProfileError`, with file, place inside it and reason.
    public static func load(_ nameOrPath: String) throws(ProfileError) -> VenueRules {
        let path = try locate(nameOrPath)
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ProfileError(kind: .malformed, file: path, reason: "the file cannot be read")
        }
        return try rules(from: bytes, file: path)
    }

    /// Rules from the bytes of a profile; `file` names it in complaints.
    static func rules(from bytes: Data, file: String) throws(ProfileError) -> VenueRules {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw ProfileError(
                kind: .malformed,
                file: file,
                path: error.path,
                reason: error.reason
            )
        }
        return try Profile.rules(from: DocumentReader(file: file, path: "", value: document))
    }

    /// The file of a profile.
    ///
    /// A name is looked for in `$PLIMSOLL_PROFILES` and in folders called `Profiles`; see
    /// `ShippedFolder`.
    static func locate(_ nameOrPath: String) throws(ProfileError) -> String {
        let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".json")
        let candidates = isPath ? [nameOrPath] : folder.paths(of: nameOrPath)
        if let path = candidates.first(where: FileManager.default.fileExists) { return path }
        throw ProfileError(
            kind: .notFound,
            file: nameOrPath,
            reason: isPath ? "there is no such file" : "there is no such profile; \(choice)"
        )
    }

    /// The names of the profiles that can be found.
    public static func names() -> [String] { folder.names }

    private static let folder = ShippedFolder(
        name: "Profiles",
        variable: "PLIMSOLL_PROFILES",
        suffix: ".json"
    )

    private static var choice: String {
        let names = names()
        return names.isEmpty
            ? "no profiles were found, and PLIMSOLL_PROFILES can name their folder"
            : "there are " + names.joined(separator: ", ")
    }
}
