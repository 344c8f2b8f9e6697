import BigInt
import PlimsollModel

struct ReferenceAccount {
    var kind: AccountKind
    var isHedge = false
}

struct ReferenceInstrument {
    var contract: ContractTerms
    var limits: OrderLimits?
    var fees = FeeSchedule(maker: .zero, taker: .zero, liquidation: .zero)
    var funding: FundingTerms?
    var mark = MarkPriceTerms()
    var triggers = TriggerTerms()
    var indexTerms = IndexTerms()
    var liquidation = LiquidationTerms()
    var tiers: [MarginTier] = []
    var leverageDefault: UInt16 = 1
    var isTrading = false

    var index: BigInt = 0
    var sources = [ReferenceSource?](repeating: nil, count: 8)
    var isStale = false
    var markPrice: BigInt = 0
    var last: BigInt = 0
    var fundingRate: BigInt = 0
    var nextMark: Int64 = 0
    var nextSample: Int64 = 0
    var nextFunding: Int64 = 0
    /// The newest samples of `mid − index`, oldest first.
    var samples: [BigInt] = []
    /// The rate was set by a command and stands whatever the premium.
    var isRateSet = false
    /// Premiums of the funding interval, and the sum in which each counts as often as its number.
    var premiumCount: BigInt = 0
    var premiums: BigInt = 0
    /// The newest one.
    var premium: BigInt = 0
    var weightedPremiums: BigInt = 0
    var tradeCount: UInt64 = 0
}

struct ReferenceWallet {
    var account: AccountID
    var asset: AssetID
    var balance: BigInt
}

/// How an account trades an instrument, whichever of its positions.
struct ReferenceSettings {
    var account: AccountID
    var instrument: InstrumentID
    var leverage: UInt16
    var isIsolated = false
}

/// An account's position in an instrument: the only one, or the long or the short one.
struct ReferenceStake {
    var account: AccountID
    var instrument: InstrumentID
    var side: PositionSide = .both
    var isCalled = false
    var quantity: BigInt = 0
    var entryValue: BigInt = 0
    var realized: BigInt = 0
    var feesPaid: BigInt = 0
    var fundingReceived: BigInt = 0
    /// Of the isolated position.
    var wallet: BigInt = 0

    var isOpen: Bool { !quantity.isZero }
    var pocket: Pocket { .isolated(account, instrument, side) }
}

struct ReferenceOrder {
    var id: OrderID = .none
    var account: AccountID
    var instrument: InstrumentID
    var positionSide: PositionSide = .both
    var side: Side
    var type: OrderType
    var timeInForce: TimeInForce
    var reduceOnly: Bool
    var origin: OrderOrigin = .client
    var price: BigInt
    var priceMatch: PriceMatch = .none
    var marginPrice: BigInt = 0
    var quantity: BigInt
    var remaining: BigInt
    var name: ClientOrderID = .none
    var selfTradePrevention: SelfTradePrevention = .none
    var goodTillDate: Int64 = 0
    var amendments = 0

    var isLiquidation: Bool { origin == .liquidation }
}

struct ReferenceConditional {
    var id: ConditionalOrderID
    var order: NewConditionalOrder
    /// What a trailing stop has seen since it follows; zero before.
    var best: BigInt = 0
}

/// A price that a conditional order may have waited for.
struct ReferenceMove {
    var instrument: InstrumentID
    var source: TriggerSource
    var price: BigInt
}

struct ReferenceCountdown {
    var account: AccountID
    var instrument: InstrumentID
    var due: Int64
}

/// The cross account of an asset.
struct ReferenceScope: Equatable {
    var account: AccountID
    var asset: AssetID
}

struct ReferenceLiquidation {
    var id: LiquidationID
    /// Of the position in `stakes`.
    var place: Int
    var filledQuantity: BigInt = 0
    var filledValue: BigInt = 0
    var realized: BigInt = 0
    var tradingFee: BigInt = 0
    var liquidationFee: BigInt = 0
    var insurancePaid: BigInt = 0
    var returned: BigInt = 0
}
