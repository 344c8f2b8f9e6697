import PlimsollEngine
import PlimsollModel

/// Reads the rules out of a profile's document.
///
/// Every group of values names its source, and the source says of which day it is. A key that no
/// one reads would be a rule that silently does not hold, so unknown keys are errors.
struct Profile {
    private let rulesName: String
    private let sources: Set<String>
    private let defaults: [String: DocumentReader]
    private var assets: [Symbol] = []
    private var instruments: [InstrumentRules] = []

    static func rules(from root: DocumentReader) throws(ProfileError) -> VenueRules {
        let members = try root.members(
            required: ["name", "sources", "defaults", "instruments"],
            optional: ["about", "insuranceFund"]
        )
        var profile = try Profile(members)
        for instrument in try member("instruments", of: members).elements() {
            try profile.add(instrument)
        }
        guard !profile.instruments.isEmpty else {
            throw try member("instruments", of: members).fail("a venue has an instrument")
        }
        return VenueRules(
            name: profile.rulesName,
            assets: profile.assets,
            instruments: profile.instruments,
            insuranceFund: try profile.insuranceFund(members["insuranceFund"])
        )
    }

    private init(_ members: [String: DocumentReader]) throws(ProfileError) {
        rulesName = try Self.member("name", of: members).text()
        if let about = members["about"] { _ = try about.text() }
        var sources: Set<String> = []
        for (name, source) in try Self.member("sources", of: members).entries() {
            let parts = try source.members(required: ["text", "asOf"])
            _ = try Self.member("text", of: parts).text()
            try Self.checkDate(Self.member("asOf", of: parts))
            sources.insert(name)
        }
        self.sources = sources
        defaults = try Self.member("defaults", of: members).members(
            required: [],
            optional: Self.groups
        )
    }

    /// The groups that an instrument may leave to the profile's defaults.
    static let groups = [
        "contract", "limits", "fees", "index", "mark", "funding", "liquidation", "leverage",
        "tiers",
    ]

    private mutating func add(_ reader: DocumentReader) throws(ProfileError) {
        let members = try reader.members(
            required: ["symbol", "baseAsset", "settleAsset"],
            optional: Self.groups
        )
        let symbol = try Self.member("symbol", of: members)
        let name = try symbol.symbol()
        guard !instruments.contains(where: { $0.contract.symbol == name }) else {
            throw symbol.fail("\(name) stands twice")
        }
        guard instruments.count <= Int(UInt16.max) else {
            throw reader.fail("too many instruments")
        }
        let settleAsset = asset(try Self.member("settleAsset", of: members).symbol())
        let baseAsset = asset(try Self.member("baseAsset", of: members).symbol())
        let rules = InstrumentRules(
            contract: try contract(
                group("contract", of: members, in: reader),
                symbol: name,
                baseAsset: baseAsset,
                settleAsset: settleAsset
            ),
            limits: try limits(group("limits", of: members, in: reader)),
            fees: try fees(group("fees", of: members, in: reader)),
            funding: try funding(group("funding", of: members, in: reader)),
            mark: try mark(group("mark", of: members, in: reader)),
            triggers: try triggers(group("limits", of: members, in: reader)),
            index: try index(group("index", of: members, in: reader)),
            liquidation: try liquidation(group("liquidation", of: members, in: reader)),
            tiers: try tiers(group("tiers", of: members, in: reader)),
            leverageDefault: try leverage(group("leverage", of: members, in: reader))
        )
        do {
            try rules.validate()
        } catch {
            throw ProfileError(
                kind: .impossible(error),
                file: reader.file,
                path: "\(reader.path) (\(name))",
                reason: error.sentence(about: rules)
            )
        }
        instruments.append(rules)
    }

    private mutating func asset(_ name: Symbol) -> AssetID {
        let index = assets.firstIndex(of: name) ?? assets.count
        if index == assets.count { assets.append(name) }
        return AssetID(rawValue: UInt16(index))
    }

    private func group(
        _ name: String,
        of members: [String: DocumentReader],
        in reader: DocumentReader
    ) throws(ProfileError) -> DocumentReader {
        guard let group = members[name] ?? defaults[name] else {
            throw reader.fail("the key \(name) is missing, and the defaults have none")
        }
        return group
    }

    /// What the fund of each settle asset begins with; nothing where the profile does not say.
    private func insuranceFund(_ reader: DocumentReader?) throws(ProfileError) -> [BalanceChange] {
        guard let reader else { return [] }
        let members = try sourced(reader, ["balances"])
        var deposits: [BalanceChange] = []
        for (name, balance) in try Self.member("balances", of: members).entries() {
            guard let index = assets.firstIndex(where: { $0.description == name }),
                instruments.contains(where: { $0.contract.settleAsset.index == index })
            else { throw balance.fail("no instrument of the profile settles in \(name)") }
            let amount = try balance.amount()
            guard amount > .zero else { continue }
            guard amount <= Engine.balanceMax else {
                throw balance.fail("a fund holds at most a trillion")
            }
            deposits.append(
                BalanceChange(
                    account: .insuranceFund,
                    asset: AssetID(rawValue: UInt16(index)),
                    amount: amount
                )
            )
        }
        return deposits
    }

    /// The members of a group, whose source must be one that the profile describes.
    func sourced(
        _ reader: DocumentReader,
        _ keys: [String],
        optional: [String] = []
    ) throws(ProfileError) -> [String: DocumentReader] {
        let members = try reader.members(
            required: keys + ["source"],
            optional: optional + ["note"]
        )
        let source = try Self.member("source", of: members)
        let name = try source.text()
        guard sources.contains(name) else {
            throw source.fail("the profile describes no source called \(name)")
        }
        if let note = members["note"] { _ = try note.text() }
        return members
    }

    private static func checkDate(_ reader: DocumentReader) throws(ProfileError) {
        let parts = try reader.text().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { throw reader.fail("a day is written as in 2026-09-29") }
    }

    static func member(
        _ name: String,
        of members: [String: DocumentReader]
    ) throws(ProfileError) -> DocumentReader {
        guard let member = members[name] else {
            preconditionFailure("required members were checked")
        }
        return member
    }
}
