/// One change of the venue's rules.
///
/// It has a fixed size, so that rules travel through the log like any other command. A venue begins
/// with the changes that spell out its profile.
///
/// Spec: RULE-001.
public enum RuleChange: BitwiseCopyable, Hashable, Sendable {
    case defineAsset(AssetID, Symbol)
    case setContract(InstrumentID, ContractTerms)
    case setLimits(InstrumentID, OrderLimits)
    case setFees(InstrumentID, FeeSchedule)
    case setFunding(InstrumentID, FundingTerms)
    case setMark(InstrumentID, MarkPriceTerms)
    /// Tiers arrive in rising order; the tier with index 0 discards the earlier ones.
    case setTier(InstrumentID, index: UInt8, MarginTier)
    case setLeverageDefault(InstrumentID, UInt16)
    /// Checks the instrument's rules as a whole and, if they are possible, lets trading begin.
    case openTrading(InstrumentID)
    case setTriggers(InstrumentID, TriggerTerms)
    case setIndex(InstrumentID, IndexTerms)
    case setLiquidation(InstrumentID, LiquidationTerms)
}

/// The rules of a venue: data, of which the engine knows no name.
public struct VenueRules: Hashable, Sendable {
    public var name: String
    /// The index of an asset is its `AssetID`.
    public var assets: [Symbol]
    /// The index of an instrument is its `InstrumentID`.
    public var instruments: [InstrumentRules]
    /// What the insurance fund of a new venue begins with: deposits, made before anyone trades.
    public var insuranceFund: [BalanceChange]

    public init(
        name: String,
        assets: [Symbol],
        instruments: [InstrumentRules],
        insuranceFund: [BalanceChange] = []
    ) {
        self.name = name
        self.assets = assets
        self.instruments = instruments
        self.insuranceFund = insuranceFund
    }

    /// The changes that make an empty venue this one, in order.
    public var changes: [RuleChange] {
        var changes: [RuleChange] = []
        for (index, symbol) in assets.enumerated() {
            changes.append(.defineAsset(AssetID(rawValue: UInt16(index)), symbol))
        }
        for (index, rules) in instruments.enumerated() {
            let id = InstrumentID(rawValue: UInt16(index))
            changes.append(.setContract(id, rules.contract))
            changes.append(.setLimits(id, rules.limits))
            changes.append(.setFees(id, rules.fees))
            changes.append(.setFunding(id, rules.funding))
            changes.append(.setMark(id, rules.mark))
            changes.append(.setTriggers(id, rules.triggers))
            changes.append(.setIndex(id, rules.index))
            changes.append(.setLiquidation(id, rules.liquidation))
            for (tierIndex, tier) in rules.tiers.enumerated() {
                changes.append(.setTier(id, index: UInt8(tierIndex), tier))
            }
            changes.append(.setLeverageDefault(id, rules.leverageDefault))
            changes.append(.openTrading(id))
        }
        return changes
    }
}
