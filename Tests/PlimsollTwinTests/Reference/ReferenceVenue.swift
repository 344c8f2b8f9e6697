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
    var accounts = Array(repeating: ReferenceAccount(kind: .system), count: 16)
    var wallets: [ReferenceWallet] = []
    /// Leverage and margin mode, from the first touch on.
    var settings: [ReferenceSettings] = []
    var stakes: [ReferenceStake] = []
    /// Open orders; of two at one price the earlier in this list is served first.
    var orders: [ReferenceOrder] = []
    /// Orders that wait for a price, in the order in which they were placed.
    var conditionals: [ReferenceConditional] = []
    var countdowns: [ReferenceCountdown] = []
    /// Cross accounts that stand at their margin call.
    var crossCalls: [ReferenceScope] = []
    var lastOrder: UInt64 = 0
    var lastConditional: UInt64 = 0
    var lastLiquidation: UInt64 = 0

    /// What the command under way did.
    var events: [Event] = []
    /// Stakes whose margins are looked at before the command ends.
    var touched: [Int] = []
    /// Prices that moved and that no conditional order has looked at.
    var moves: [ReferenceMove] = []
    var liquidation: ReferenceLiquidation?
    /// Rankings made in this command.
    var queues: [ReferenceQueue] = []
    /// Instruments in which the command changed the fund's position.
    var fundChanged: [InstrumentID] = []

    mutating func apply(_ sequenced: SequencedCommand) -> [Event] {
        events = []
        if sequenced.time.milliseconds > 253_402_300_799_999 {
            events.append(.refused(Refusal(.timeOutOfRange)))
        } else if sequenced.time.milliseconds < time {
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
        settleDown()
        while !fundChanged.isEmpty {
            workOffInventory()
            settleDown()
        }
        queues = []
        return events
    }

    /// Conditional orders come before margin checks, and each may bring about the other.
    mutating func settleDown() {
        releaseConditionals()
        while !touched.isEmpty {
            checkTouched()
            releaseConditionals()
        }
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
        if case .adjustIsolatedMargin(let account, let instrument, let amount, let side) = command {
            try adjustIsolatedMargin(account, instrument, side, amount.big)
        }
        if case .updateIndexPrice(let instrument, let price, let source) = command {
            try updateIndexPrice(instrument, price.big, source)
        }
        if case .setFundingRate(let instrument, let rate) = command {
            try setFundingRate(instrument, rate.big)
        }
        if case .placeConditionalOrder(let order) = command { try placeConditional(order) }
        if case .cancelConditionalOrder(let target) = command {
            let found = try conditional(target)
            end(found, .cancelledByClient)
        }
        if case .cancelAllConditionalOrders(let account, let instrument) = command {
            try checkTradable(account, instrument)
            endConditionals(.cancelledByClient) {
                $0.order.account == account && $0.order.instrument == instrument
            }
        }
        if case .setPositionMode(let account, let isHedge) = command {
            try setPositionMode(account, isHedge)
        }
        if case .setCountdown(let account, let instrument, let milliseconds) = command {
            try setCountdown(account, instrument, milliseconds)
        }
        if case .transfer(let transfer) = command { try self.transfer(transfer) }
    }
}

/// A refusal on its way out.
struct Refused: Error {
    let refusal: Refusal

    init(_ reason: RejectReason, limit: BigInt = 0) {
        refusal = Refusal(reason, limit: Price(limit))
    }
}
