import PlimsollModel

/// What an instrument is, which orders it takes and what they cost.
extension Profile {
    func contract(
        _ reader: DocumentReader,
        symbol: Symbol,
        baseAsset: AssetID,
        settleAsset: AssetID
    ) throws(ProfileError) -> ContractTerms {
        let members = try sourced(
            reader,
            ["tickSize", "stepSize", "priceDecimals", "quantityDecimals"],
            optional: ["kind", "multiplier"]
        )
        let kind: ContractKind = try members["kind"]?.choice() ?? .linear
        return ContractTerms(
            symbol: symbol,
            baseAsset: baseAsset,
            settleAsset: settleAsset,
            priceDecimals: try decimals("priceDecimals", of: members),
            quantityDecimals: try decimals("quantityDecimals", of: members),
            tickSize: try Self.member("tickSize", of: members).fixed(as: Price.self),
            stepSize: try Self.member("stepSize", of: members).fixed(as: Quantity.self),
            kind: kind,
            multiplier: try multiplier(of: kind, members, in: reader)
        )
    }

    /// What an inverse contract is worth must be said; a linear one is worth its quantity.
    private func multiplier(
        of kind: ContractKind,
        _ members: [String: DocumentReader],
        in reader: DocumentReader
    ) throws(ProfileError) -> Price {
        switch (kind, members["multiplier"]) {
        case (.inverse, let multiplier?): return try multiplier.fixed(as: Price.self)
        case (.linear, nil): return Price(1)
        case (.inverse, nil):
            throw reader.fail("the key multiplier is missing: what a contract is worth")
        case (.linear, let multiplier?):
            throw multiplier.fail("only an inverse contract has a multiplier")
        }
    }

    private func decimals(
        _ name: String,
        of members: [String: DocumentReader]
    ) throws(ProfileError) -> UInt8 {
        let reader = try Self.member(name, of: members)
        let decimals = try reader.whole(as: UInt8.self)
        guard decimals <= 8 else { throw reader.fail("at most 8 decimals") }
        return decimals
    }

    private static let limitKeys = [
        "priceMin", "priceMax", "quantityMin", "quantityMax", "marketQuantityMax", "notionalMin",
        "priceBand", "marketTakeBound", "openOrderCountMax", "selfTradePrevention",
        "triggerProtect", "conditionalOrderCountMax",
    ]

    func limits(_ reader: DocumentReader) throws(ProfileError) -> OrderLimits {
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
                .whole(as: UInt32.self),
            selfTradePrevention: try Self.member("selfTradePrevention", of: members).choice()
        )
    }

    /// What holds for conditional orders stands among the limits.
    func triggers(_ reader: DocumentReader) throws(ProfileError) -> TriggerTerms {
        let members = try sourced(reader, Self.limitKeys)
        return TriggerTerms(
            protect: try Self.member("triggerProtect", of: members).fixed(as: Rate.self),
            countMax: try Self.member("conditionalOrderCountMax", of: members)
                .whole(as: UInt32.self)
        )
    }

    func fees(_ reader: DocumentReader) throws(ProfileError) -> FeeSchedule {
        let members = try sourced(reader, ["maker", "taker", "liquidation"])
        return FeeSchedule(
            maker: try Self.member("maker", of: members).fixed(as: Rate.self),
            taker: try Self.member("taker", of: members).fixed(as: Rate.self),
            liquidation: try Self.member("liquidation", of: members).fixed(as: Rate.self)
        )
    }
}
