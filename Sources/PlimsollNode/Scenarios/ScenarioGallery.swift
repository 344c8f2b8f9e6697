internal import Foundation
internal import PlimsollModel

/// Finds scenarios by name or path.
public enum ScenarioGallery {
    /// A scenario as it is shown in a list.
    public struct Entry: Sendable {
        public var name: String
        public var title: String
        public var about: String
        public var file: String
        /// Of venue time, in milliseconds.
        public var duration: Int64
    }

    /// A scenario that ships with Plimsoll, or one of the file named.
    ///
    /// - Parameter nameOrPath: A name such as `flash-crash`, or a path with a slash or `.toml`.
    /// - Returns: The scenario and its file.
    /// - Throws: `ProfileError`, with file, line and reason.
    public static func load(_ nameOrPath: String) throws(ProfileError) -> (Scenario, file: String) {
        let file = try locate(nameOrPath)
        return (try Scenario(text: text(of: file), file: file), file)
    }

    /// The scenarios that ship, by name.
    ///
    /// Only what a list shows is read: a recording that is not on this machine is missed when the
    /// scenario is loaded.
    public static func entries() -> [Entry] { names().compactMap { entry(of: $0) } }

    private static func entry(of name: String) -> Entry? {
        guard let file = try? locate(name),
            let document = try? TOMLDocument(text(of: file), file: file),
            case .object(let members) = document.value
        else { return nil }
        func member(_ key: String) -> String {
            guard case .text(let text)? = members[key] else { return "" }
            return text
        }
        let length = DocumentReader(file: file, path: "", value: .text(member("duration")))
        return Entry(
            name: name,
            title: member("title"),
            about: member("about"),
            file: file,
            duration: (try? length.milliseconds()) ?? 0
        )
    }

    public static func names() -> [String] { folder.names }

    private static let folder = ShippedFolder(
        name: "Scenarios",
        variable: "PLIMSOLL_SCENARIOS",
        suffix: ".toml"
    )

    private static func text(of file: String) throws(ProfileError) -> String {
        guard let bytes = FileManager.default.contents(atPath: file),
            let text = String(bytes: bytes, encoding: .utf8)
        else {
            throw ProfileError(
                kind: .malformed,
                file: file,
                reason: "the file cannot be read as UTF-8"
            )
        }
        return text
    }

    private static func locate(_ nameOrPath: String) throws(ProfileError) -> String {
        let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".toml")
        let candidates = isPath ? [nameOrPath] : folder.paths(of: nameOrPath)
        if let path = candidates.first(where: FileManager.default.fileExists) { return path }
        var reason = "there is no such file"
        if !isPath {
            let names = names()
            reason = "there is no such scenario"
            if let nearest = NearestName.of(nameOrPath, among: names) {
                reason += ", did you mean \(nearest)?"
            } else if !names.isEmpty {
                reason += "; there are " + names.joined(separator: ", ")
            }
        }
        throw ProfileError(kind: .notFound, file: nameOrPath, reason: reason)
    }
}
