import PlimsollModel

/// Reads the rules out of a profile's document.
///
/// Every group of values names its source, and the source says of which day it is. A key that no
/// one reads would be a rule that silently does not hold, so unknown keys are errors.
struct Profile {
    private let rulesName: String
    private let sources: Set<String>
    private let defaults: [String: ProfileReader]
    private var assets: [Symbol] = []
    private var instruments: [InstrumentRules] = []

    static func rules(from root: ProfileReader) throws(ProfileError) -> VenueRules {
        let members = try root.members(
            required: ["name", "sources", "defaults", "instruments"],
            optional: ["about"]
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
            instruments: profile.instruments
        )
    }

    private init(_ members: [String: ProfileReader]) throws(ProfileError) {
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
    private static let groups = [
        "contract", "limits", "fees", "funding", "mark", "leverage", "tiers",
    ]

    private mutating func add(_ reader: ProfileReader) throws(ProfileError) {
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
        of members: [String: ProfileReader],
        in reader: ProfileReader
    ) throws(ProfileError) -> ProfileReader {
        guard let group = members[name] ?? defaults[name] else {
            throw reader.fail("the key \(name) is missing, and the defaults have none")
        }
        return group
    }

    private func contract(
        _ reader: ProfileReader,
        symbol: Symbol,
        baseAsset: AssetID,
        settleAsset: AssetID
    ) throws(ProfileError) -> ContractTerms {
        let members = try sourced(
            reader,
            ["tickSize", "stepSize", "priceDecimals", "quantityDecimals"]
        )
        return ContractTerms(
            symbol: symbol,
            baseAsset: baseAsset,
            settleAsset: settleAsset,
            priceDecimals: try decimals("priceDecimals", of: members),
            quantityDecimals: try decimals("quantityDecimals", of: members),
            tickSize: try Self.member("tickSize", of: members).fixed(as: Price.self),
            stepSize: try Self.member("stepSize", of: members).fixed(as: Quantity.self)
        )
    }

    private func decimals(
        _ name: String,
        of members: [String: ProfileReader]
    ) throws(ProfileError) -> UInt8 {
        let reader = try Self.member(name, of: members)
        let decimals = try reader.whole(as: UInt8.self)
        guard decimals <= 8 else { throw reader.fail("at most 8 decimals") }
        return decimals
    }

    private static let limitKeys = [
        "priceMin", "priceMax", "quantityMin", "quantityMax", "marketQuantityMax", "notionalMin",
        "priceBand", "marketTakeBound", "openOrderCountMax", "triggerProtect",
        "conditionalOrderCountMax",
    ]

    private func limits(_ reader: ProfileReader) throws(ProfileError) -> OrderLimits {
        let members = try sourced(reader, Self.limitKeys)
        return OrderLimits(
            priceMin: try Self.member("priceMin", of: members).fixed(as: Price.self),
            priceMax: try Self.member("priceMax", of: members).fixed(as: Price.self),
            quantityMin: try Self.member("quantityMin", of: members).fixed(as: Quantity.self),
            quantityMax: try Self.member("quantityMax", of: members).fixed(as: Quantity.self),
            marketQuantityMax: try Self.member("marketQuantityMax", of: members)
                .fixed(as: Quantity.self),
            notionalMin: try Self.member("notionalMin", of: members).fixed(as: Price.self),
            priceBand: try Self.member("priceBand", of: members).fixed(as: Rate.self),
            marketTakeBound: try Self.member("marketTakeBound", of: members).fixed(as: Rate.self),
            openOrderCountMax: try Self.member("openOrderCountMax", of: members)
                .whole(as: UInt32.self)
        )
    }

    /// What holds for conditional orders stands among the limits.
    private func triggers(_ reader: ProfileReader) throws(ProfileError) -> TriggerTerms {
        let members = try sourced(reader, Self.limitKeys)
        return TriggerTerms(
            protect: try Self.member("triggerProtect", of: members).fixed(as: Rate.self),
            countMax: try Self.member("conditionalOrderCountMax", of: members)
                .whole(as: UInt32.self)
        )
    }

    private func fees(_ reader: ProfileReader) throws(ProfileError) -> FeeSchedule {
        let members = try sourced(reader, ["maker", "taker", "liquidation"])
        return FeeSchedule(
            maker: try Self.member("maker", of: members).fixed(as: Rate.self),
            taker: try Self.member("taker", of: members).fixed(as: Rate.self),
            liquidation: try Self.member("liquidation", of: members).fixed(as: Rate.self)
        )
    }

    private func funding(_ reader: ProfileReader) throws(ProfileError) -> FundingTerms {
        let members = try sourced(reader, ["intervalHours", "rate"])
        let hours = try Self.member("intervalHours", of: members).whole(as: UInt8.self)
        return FundingTerms(
            intervalMilliseconds: Int64(hours) * 3_600_000,
            rate: try Self.member("rate", of: members).fixed(as: Rate.self)
        )
    }

    private func mark(_ reader: ProfileReader) throws(ProfileError) -> MarkPriceTerms {
        let members = try sourced(
            reader,
            ["intervalMilliseconds", "sampleIntervalMilliseconds", "sampleCount"]
        )
        return MarkPriceTerms(
            intervalMilliseconds: try Self.member("intervalMilliseconds", of: members)
                .whole(as: Int64.self),
            sampleIntervalMilliseconds: try Self.member("sampleIntervalMilliseconds", of: members)
                .whole(as: Int64.self),
            sampleCount: try Self.member("sampleCount", of: members).whole(as: UInt8.self)
        )
    }

    private func leverage(_ reader: ProfileReader) throws(ProfileError) -> UInt16 {
        let members = try sourced(reader, ["initial"])
        return try Self.member("initial", of: members).whole(as: UInt16.self)
    }

    private func tiers(_ reader: ProfileReader) throws(ProfileError) -> [MarginTier] {
        let members = try sourced(reader, ["rows"])
        var tiers: [MarginTier] = []
        for row in try Self.member("rows", of: members).elements() {
            let parts = try row.members(
                required: ["floor", "cap", "leverageMax", "maintenanceRate", "deduction"]
            )
            tiers.append(
                MarginTier(
                    notionalFloor: try Self.member("floor", of: parts).amount(),
                    notionalCap: try Self.member("cap", of: parts).amount(),
                    leverageMax: try Self.member("leverageMax", of: parts).whole(as: UInt16.self),
                    maintenanceRate: try Self.member("maintenanceRate", of: parts)
                        .fixed(as: Rate.self),
                    deduction: try Self.member("deduction", of: parts).amount()
                )
            )
        }
        return tiers
    }

    /// The members of a group, whose source must be one that the profile describes.
    private func sourced(
        _ reader: ProfileReader,
        _ keys: [String]
    ) throws(ProfileError) -> [String: ProfileReader] {
        let members = try reader.members(required: keys + ["source"], optional: ["note"])
        let source = try Self.member("source", of: members)
        let name = try source.text()
        guard sources.contains(name) else {
            throw source.fail("the profile describes no source called \(name)")
        }
        if let note = members["note"] { _ = try note.text() }
        return members
    }

    private static func checkDate(_ reader: ProfileReader) throws(ProfileError) {
        let parts = try reader.text().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { throw reader.fail("a day is written as in 2026-09-29") }
    }

    private static func member(
        _ name: String,
        of members: [String: ProfileReader]
    ) throws(ProfileError) -> ProfileReader {
        guard let member = members[name] else {
            preconditionFailure("required members were checked")
        }
        return member
    }
}
