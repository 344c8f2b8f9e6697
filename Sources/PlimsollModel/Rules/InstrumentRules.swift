/// What a quantity of an instrument is worth.
///
/// Spec: POS-020.
public enum ContractKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Counted in the base asset, worth quantity × price, settled in the quote asset.
    case linear = 0
    /// Counted in contracts of a fixed number of quote units, settled in the base asset.
    case inverse = 1
}

/// What an instrument is: a perpetual future and its grid.
public struct ContractTerms: BitwiseCopyable, Hashable, Sendable {
    public var symbol: Symbol
    public var baseAsset: AssetID
    /// Prices, margin, profit and fees are counted in this asset.
    public var settleAsset: AssetID
    /// Decimals shown for prices and quantities.
    public var priceDecimals: UInt8
    public var quantityDecimals: UInt8
    public var tickSize: Price
    public var stepSize: Quantity
    public var kind: ContractKind
    /// Quote units an inverse contract is worth; 1 for a linear one.
    public var multiplier: Price

    public init(
        symbol: Symbol,
        baseAsset: AssetID,
        settleAsset: AssetID,
        priceDecimals: UInt8,
        quantityDecimals: UInt8,
        tickSize: Price,
        stepSize: Quantity,
        kind: ContractKind = .linear,
        multiplier: Price = Price(1)
    ) {
        self.symbol = symbol
        self.baseAsset = baseAsset
        self.settleAsset = settleAsset
        self.priceDecimals = priceDecimals
        self.quantityDecimals = quantityDecimals
        self.tickSize = tickSize
        self.stepSize = stepSize
        self.kind = kind
        self.multiplier = multiplier
    }
}

/// The filters that an order must pass.
public struct OrderLimits: BitwiseCopyable, Hashable, Sendable {
    public var priceMin: Price
    public var priceMax: Price
    public var quantityMin: Quantity
    public var quantityMax: Quantity
    public var marketQuantityMax: Quantity
    /// Smallest value of an order that may open, in the settle asset, counted in 10⁻⁸.
    public var notionalMin: Price
    /// How far a limit price may be on the losing side of the mark price: 0.05 is 5 %.
    public var priceBand: Rate
    /// How far from the mark price a market order may execute.
    public var marketTakeBound: Rate
    public var openOrderCountMax: UInt32
    /// Of an order that names no mode.
    public var selfTradePrevention: SelfTradePrevention

    public init(
        priceMin: Price,
        priceMax: Price,
        quantityMin: Quantity,
        quantityMax: Quantity,
        marketQuantityMax: Quantity,
        notionalMin: Price,
        priceBand: Rate,
        marketTakeBound: Rate,
        openOrderCountMax: UInt32,
        selfTradePrevention: SelfTradePrevention = .expireMaker
    ) {
        self.priceMin = priceMin
        self.priceMax = priceMax
        self.quantityMin = quantityMin
        self.quantityMax = quantityMax
        self.marketQuantityMax = marketQuantityMax
        self.notionalMin = notionalMin
        self.priceBand = priceBand
        self.marketTakeBound = marketTakeBound
        self.openOrderCountMax = openOrderCountMax
        self.selfTradePrevention = selfTradePrevention
    }
}

public struct FeeSchedule: BitwiseCopyable, Hashable, Sendable {
    public var maker: Rate
    public var taker: Rate
    /// Charged on the notional of a forced close, limited to what is left; goes to the fund.
    public var liquidation: Rate

    public init(maker: Rate, taker: Rate, liquidation: Rate) {
        self.maker = maker
        self.taker = taker
        self.liquidation = liquidation
    }
}

/// How conditional orders of an instrument behave.
public struct TriggerTerms: BitwiseCopyable, Hashable, Sendable {
    /// How far mark and last price may be apart for a protected order to be released.
    public var protect: Rate
    /// Waiting conditional orders an account may have.
    public var countMax: UInt32

    public init(protect: Rate = Rate(units: 5_000_000), countMax: UInt32 = 10) {
        self.protect = protect
        self.countMax = countMax
    }
}

/// One leverage bracket.
///
/// Spec: MARG-001.
public struct MarginTier: BitwiseCopyable, Hashable, Sendable {
    /// The tier holds from this notional on.
    public var notionalFloor: Amount
    /// No position or order may pass this notional at the tier's leverage.
    public var notionalCap: Amount
    /// Whole number, 1 or more.
    public var leverageMax: UInt16
    public var maintenanceRate: Rate
    /// Taken off, so that the maintenance margin does not jump at a floor ("cum").
    public var deduction: Amount

    public init(
        notionalFloor: Amount,
        notionalCap: Amount,
        leverageMax: UInt16,
        maintenanceRate: Rate,
        deduction: Amount
    ) {
        self.notionalFloor = notionalFloor
        self.notionalCap = notionalCap
        self.leverageMax = leverageMax
        self.maintenanceRate = maintenanceRate
        self.deduction = deduction
    }
}

/// Everything that makes one instrument behave as it does; differences between venues are numbers
/// here.
public struct InstrumentRules: Hashable, Sendable {
    public static let tierCountMax = 32

    public var contract: ContractTerms
    public var limits: OrderLimits
    public var fees: FeeSchedule
    public var funding: FundingTerms
    public var mark: MarkPriceTerms
    public var triggers: TriggerTerms
    public var index: IndexTerms
    public var liquidation: LiquidationTerms
    /// Rising by floor; the first floor is zero.
    public var tiers: [MarginTier]
    /// The leverage of an account that has chosen none.
    public var leverageDefault: UInt16

    public init(
        contract: ContractTerms,
        limits: OrderLimits,
        fees: FeeSchedule,
        funding: FundingTerms,
        mark: MarkPriceTerms,
        triggers: TriggerTerms = TriggerTerms(),
        index: IndexTerms = IndexTerms(),
        liquidation: LiquidationTerms = LiquidationTerms(),
        tiers: [MarginTier],
        leverageDefault: UInt16
    ) {
        self.contract = contract
        self.limits = limits
        self.fees = fees
        self.funding = funding
        self.mark = mark
        self.triggers = triggers
        self.index = index
        self.liquidation = liquidation
        self.tiers = tiers
        self.leverageDefault = leverageDefault
    }
}

extension InstrumentRules {
    /// Nothing but the contract: every other rule is zero until it is set.
    public init(contract: ContractTerms) {
        self.init(
            contract: contract,
            limits: OrderLimits(
                priceMin: .zero,
                priceMax: .zero,
                quantityMin: .zero,
                quantityMax: .zero,
                marketQuantityMax: .zero,
                notionalMin: .zero,
                priceBand: .zero,
                marketTakeBound: .zero,
                openOrderCountMax: 0
            ),
            fees: FeeSchedule(maker: .zero, taker: .zero, liquidation: .zero),
            funding: FundingTerms(intervalMilliseconds: 0, rate: .zero),
            mark: MarkPriceTerms(),
            tiers: [],
            leverageDefault: 1
        )
    }
}
