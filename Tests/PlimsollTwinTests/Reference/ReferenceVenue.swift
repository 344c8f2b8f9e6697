import BigInt
import PlimsollModel

/// The slow twin of the engine: the specification once more, in plain arrays and whole numbers of any
/// size, with a search wherever the engine keeps an index and a sum wherever it keeps a total.
///
/// Prices, quantities and rates are counts of 10⁻⁸, money is a count of 10⁻¹⁶; a quotient stays a
/// `Ratio` until the rule at hand rounds it, once.
struct ReferenceVenue {
    var time: Int64 = 0
    var assets: [Symbol] = []
    /// Assets that instruments settle in, in the order in which they were first named.
    var settleAssets: [AssetID] = []
    var instruments: [ReferenceInstrument] = []
    var accounts: [AccountKind] = Array(repeating: .system, count: 16)
    var wallets: [ReferenceWallet] = []
    var stakes: [ReferenceStake] = []
    /// Open orders; of two at one price the earlier in this list is served first.
    var orders: [ReferenceOrder] = []
    /// Cross accounts that stand at their margin call.
    var crossCalls: [ReferenceScope] = []
    var lastOrder: UInt64 = 0
    var lastLiquidation: UInt64 = 0

    /// What the command under way did.
    var events: [Event] = []
    /// Stakes whose margins are looked at before the command ends.
    var touched: [Int] = []
    var liquidation: ReferenceLiquidation?

    mutating func apply(_ sequenced: SequencedCommand) -> [Event] {
        events = []
        if sequenced.time.milliseconds < time {
            events.append(.refused(Refusal(.timeRunsBackwards)))
        } else {
            time = sequenced.time.milliseconds
            passTime()
            do throws(Refused) {
                try perform(sequenced.command)
            } catch {
                events.append(.refused(error.refusal))
            }
        }
        checkTouched()
        return events
    }

    private mutating func perform(_ command: Command) throws(Refused) {
        if case .changeRules(let change) = command { try changeRules(change) }
        if case .openAccount(let kind) = command { try openAccount(kind) }
        if case .deposit(let change) = command { try deposit(change) }
        if case .withdraw(let change) = command { try withdraw(change) }
        if case .placeOrder(let order) = command { try place(order) }
        if case .amendOrder(let amendment) = command { try amend(amendment) }
        if case .cancelOrder(let target) = command {
            close(try openOrder(target), .cancelledByClient)
        }
        if case .cancelAllOrders(let account, let instrument) = command {
            try checkTradable(account, instrument)
            closeOrders(.cancelledByClient) {
                $0.account == account && $0.instrument == instrument
            }
        }
        if case .setLeverage(let account, let instrument, let leverage) = command {
            try setLeverage(account, instrument, leverage)
        }
        if case .setMarginMode(let account, let instrument, let mode) = command {
            try setMarginMode(account, instrument, mode)
        }
        if case .adjustIsolatedMargin(let account, let instrument, let amount, _) = command {
            try adjustIsolatedMargin(account, instrument, amount.big)
        }
        if case .updateIndexPrice(let instrument, let price, _) = command {
            try updateIndexPrice(instrument, price.big)
        }
        if case .setFundingRate(let instrument, let rate) = command {
            try setFundingRate(instrument, rate.big)
        }
    }
}

/// A refusal on its way out.
struct Refused: Error {
    let refusal: Refusal

    init(_ reason: RejectReason, limit: BigInt = 0) {
        refusal = Refusal(reason, limit: Price(limit))
    }
}

struct ReferenceInstrument {
    var contract: ContractTerms
    var limits: OrderLimits?
    var fees = FeeSchedule(maker: .zero, taker: .zero, liquidation: .zero)
    var funding: FundingTerms?
    var mark = MarkPriceTerms()
    var tiers: [MarginTier] = []
    var leverageDefault: UInt16 = 1
    var isTrading = false

    var index: BigInt = 0
    var markPrice: BigInt = 0
    var last: BigInt = 0
    var fundingRate: BigInt = 0
    var nextMark: Int64 = 0
    var nextSample: Int64 = 0
    var nextFunding: Int64 = 0
    /// The newest samples of `mid − index`, oldest first.
    var samples: [BigInt] = []
    var tradeCount: UInt64 = 0
}

struct ReferenceWallet {
    var account: AccountID
    var asset: AssetID
    var balance: BigInt
}

/// An account's settings and position in one instrument.
struct ReferenceStake {
    var account: AccountID
    var instrument: InstrumentID
    var leverage: UInt16
    var isIsolated = false
    var isCalled = false
    var quantity: BigInt = 0
    var entryValue: BigInt = 0
    var realized: BigInt = 0
    var feesPaid: BigInt = 0
    var fundingReceived: BigInt = 0
    /// Of the isolated position.
    var wallet: BigInt = 0

    var isOpen: Bool { !quantity.isZero }
}

struct ReferenceOrder {
    var id: OrderID
    var account: AccountID
    var instrument: InstrumentID
    var side: Side
    var type: OrderType
    var timeInForce: TimeInForce
    var reduceOnly: Bool
    var isLiquidation = false
    var price: BigInt
    var marginPrice: BigInt
    var quantity: BigInt
    var remaining: BigInt
    var name: ClientOrderID
}

/// The cross account of an asset.
struct ReferenceScope: Equatable {
    var account: AccountID
    var asset: AssetID
}

struct ReferenceLiquidation {
    var id: LiquidationID
    var filledQuantity: BigInt = 0
    var filledValue: BigInt = 0
    var realized: BigInt = 0
    var tradingFee: BigInt = 0
    var liquidationFee: BigInt = 0
    var insurancePaid: BigInt = 0
    var returned: BigInt = 0
}
