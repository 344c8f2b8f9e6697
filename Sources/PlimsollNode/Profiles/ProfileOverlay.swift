import Foundation
import PlimsollModel

/// The rules of a profile, some of them changed by a flow or a scenario.
enum ProfileOverlay {
    static func rules(from reader: DocumentReader) throws(ProfileError) -> VenueRules {
        let members = try reader.members(
            required: ["profile"],
            optional: ["instruments", "insuranceFund", "note"]
        )
        let named = try Profile.member("profile", of: members)
        let path: String
        do {
            path = try ProfileLoader.locate(named.text(), beside: reader.file)
        } catch {
            throw named.fail(error.reason)
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw named.fail("\(path) cannot be read")
        }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw named.fail("\(path): \(error.path): \(error.reason)")
        }
        guard case .object(var profile) = document else {
            throw named.fail("\(path) is not a profile")
        }
        if let instruments = members["instruments"] {
            profile["instruments"] = try changed(instruments, of: profile)
        }
        if let fund = members["insuranceFund"] {
            let source = try source(of: profile, fund)
            profile["insuranceFund"] = .object([
                "balances": fund.value, "source": .text(source),
            ])
        }
        do {
            return try Profile.rules(
                from: DocumentReader(file: path, path: "", value: .object(profile))
            )
        } catch {
            throw reader.fail(error.description)
        }
    }

    /// The instruments named, in the profile's order, with the keys given laid over theirs.
    private static func changed(
        _ reader: DocumentReader,
        of profile: [String: JSONValue]
    ) throws(ProfileError) -> JSONValue {
        guard case .list(let instruments)? = profile["instruments"],
            case .object(let defaults)? = profile["defaults"]
        else { throw reader.fail("the profile has no instruments") }
        var changes = Dictionary(
            uniqueKeysWithValues: try reader.entries().map { ($0.key, $0.entry) }
        )
        var chosen: [JSONValue] = []
        for instrument in instruments {
            guard case .object(var groups) = instrument, case .text(let symbol)? = groups["symbol"],
                let change = changes.removeValue(forKey: symbol)
            else { continue }
            for (group, entry) in try change.entries() {
                guard let base = groups[group] ?? defaults[group] else {
                    throw entry.fail("the profile has no \(group)")
                }
                groups[group] = base.overlaid(with: entry.value)
            }
            chosen.append(.object(groups))
        }
        if let unknown = changes.keys.min() {
            throw reader.fail("the profile has no instrument \(unknown)")
        }
        return .list(chosen)
    }

    /// Any source: a group must name one, and a change has none of its own.
    private static func source(
        of profile: [String: JSONValue],
        _ reader: DocumentReader
    ) throws(ProfileError) -> String {
        guard case .object(let sources)? = profile["sources"], let name = sources.keys.min() else {
            throw reader.fail("the profile has no sources")
        }
        return name
    }
}

extension JSONValue {
    /// The members of an object, where `other` has none of the name.
    fileprivate func overlaid(with other: JSONValue) -> JSONValue {
        guard case .object(let base) = self, case .object(let changes) = other else {
            return other
        }
        return .object(base.merging(changes) { _, change in change })
    }
}

extension ProfileLoader {
    /// As `locate`, with a path that begins with a point counted from the folder of `file`.
    static func locate(_ name: String, beside file: String) throws(ProfileError) -> String {
        guard name.hasPrefix(".") else { return try locate(name) }
        let folder = URL(filePath: file).deletingLastPathComponent()
        return try locate(folder.appending(path: name).standardized.path)
    }
}
