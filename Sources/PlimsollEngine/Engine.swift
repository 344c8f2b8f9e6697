public import PlimsollModel

/// The deterministic state machine of a venue: sequenced commands go in, events come out, and
/// nothing else happens inside.
///
/// One value owns all state. It has no clock, no randomness and no I/O; the same rules and the same
/// commands give the same events and the same digest on every machine.
///
/// Spec: DET-001.
public struct Engine: ~Copyable, Sendable {
    /// Of the last command applied.
    public internal(set) var sequence = Sequence.zero
    /// Venue time of the last command applied; never runs backwards.
    public internal(set) var time = Timestamp.zero
    /// Over everything that changed so far, in order; a refused command leaves it as it was.
    public internal(set) var digest = Digest()

    // Rules and prices.
    var assets = Slab<Symbol>()
    var instruments = Slab<InstrumentState>()
    /// `InstrumentRules.tierCountMax` tiers for each instrument.
    var tiers = Slab<MarginTier>()
    /// `basisSampleMax` samples for each instrument.
    var basisSamples = Slab<Int64>()
    /// How far forced trades moved each of them.
    var basisPressures = Slab<Int64>()
    /// By instrument.
    var pressures = Slab<PricePressure>()
    /// `IndexTerms.sourceCountMax` sources for each instrument.
    var indexSources = Slab<IndexSource>()
    /// The quotes of the index price under way.
    var indexQuotes = Slab<IndexQuote>()
    /// The slots of open positions, by instrument.
    var openPositions = Slab<Slab<Int32>>()
    var books = Slab<Book>()
    /// The earliest instant at which time alone brings anything.
    var nextDue = Timestamp(milliseconds: .max)

    // Accounts and money.
    var accounts = Slab<AccountState>(capacity: 1024)
    var positions = Slab<PositionState>(capacity: 1024)
    var ledger = Ledger()

    // Orders.
    var orders = Slab<OrderState>(capacity: 16_384)
    var clientOrderIDs = Slab<ClientOrderID>(capacity: 16_384)
    /// Slots to use again; linked through `nextAtLevel`.
    var freeOrder: Int32 = -1
    var orderIndex = SlotIndex(capacity: 4096)
    var clientOrderIndex = SlotIndex()
    var lastOrder: UInt64 = 0
    var conditionals = Slab<ConditionalState>()
    /// Slots to use again; linked through `next`.
    var freeConditional: Int32 = -1
    /// By instrument.
    var conditionalLists = Slab<ConditionalList>()
    var lastConditional: UInt64 = 0
    /// One for each account and instrument that ever asked for one.
    var countdowns = Slab<Countdown>()
    var countdownIndex = SlotIndex(capacity: 16)
    var countdownDues = DueHeap()
    /// When good-till-date orders end, by order.
    var goodTillDates = DueHeap()
    /// Prices whose conditional orders must be looked at, in the order they moved.
    var stirred = Slab<Stirred>()
    var lastLiquidation: UInt64 = 0

    /// Positions whose margin must be checked before the command ends, in the order they changed.
    var checks = Slab<MarginCheck>(capacity: 64)
    /// The check under way.
    var checking = MarginCheck(slot: -1, cause: .markPrice, flow: .none)
    /// The forced close that stands behind what is being done.
    var flow = ForcedFlow.none
    /// The newest forced close from which the fund took something over in this command.
    var inventoryFlow = ForcedFlow.none
    /// Scopes that a price change put in danger, as account and slot, for sorting.
    var candidates: [UInt64] = []
    /// The sums of the forced close under way.
    var liquidation: LiquidationSums?
    /// The rankings made in this command.
    var deleveragingQueues: [DeleveragingQueue] = []
    /// Instruments in which the fund's position changed in this command.
    var inventoryChanges: [InstrumentID] = []

    private let addressedOnly = AddressedOnly()

    static let basisSampleMax = 60
    /// The last millisecond of the year 9999; what is reckoned from it stays far from overflow.
    ///
    /// Spec: TIME-002.
    public static let timeMax = Timestamp(milliseconds: 253_402_300_799_999)

    public init() {
        for _ in 0..<AccountID.firstOpened.index {
            accounts.append(AccountState(kind: .system))
            ledger.addAccount()
        }
    }

    /// Applies one command and appends what happened to `events`.
    ///
    /// What time alone brings (samples, mark prices, funding) happens first. A command that the
    /// venue refuses leaves one `refused` event and nothing else of its own.
    public mutating func apply(_ command: SequencedCommand, into events: inout EventBuffer) {
        events.begin(
            at: EventHeader(sequence: command.sequence, time: command.time),
            after: digest
        )
        sequence = command.sequence
        if command.time > Self.timeMax {
            events.append(.refused(Refusal(.timeOutOfRange)))
        } else if command.time >= time {
            time = command.time
            if time >= nextDue { passTime(&events) }
            perform(command.command, &events)
        } else {
            events.append(.refused(Refusal(.timeRunsBackwards)))
        }
        settleDown(&events)
        workOffInventory(&events)
        if !deleveragingQueues.isEmpty { deleveragingQueues.removeAll() }
        inventoryFlow = .none
        digest = events.digest
    }

    /// Triggers come before margin checks, and both may trade and so bring about each other.
    ///
    /// Spec: TRIG-006.
    mutating func settleDown(_ events: inout EventBuffer) {
        fireTriggers(&events)
        while checks.count > 0 {
            checkTouchedMargins(&events)
            fireTriggers(&events)
        }
    }

    // A command is large: it is read where it stands, and an order copied once, for admission to fill in.
    @inline(__always)
    private mutating func perform(_ command: Command, _ events: inout EventBuffer) {
        do throws(EngineRefusal) {
            switch command {
            case .placeOrder(var order): try place(&order, &events)
            case .cancelOrder(let target): try cancel(target, &events)
            case .amendOrder(let amendment): try amend(amendment, &events)
            case .cancelAllOrders(let account, let instrument):
                try cancelAll(account, instrument, &events)
            case .updateIndexPrice(let instrument, let price, let source):
                try updateIndexPrice(instrument, price, source, &events)
            case .setFundingRate(let instrument, let rate):
                try setFundingRate(instrument, rate, &events)
            case .openAccount(let kind): try openAccount(kind, &events)
            case .deposit(let change): try deposit(change, &events)
            case .withdraw(let change): try withdraw(change, &events)
            case .setLeverage(let account, let instrument, let leverage):
                try setLeverage(account, instrument, leverage, &events)
            case .setMarginMode(let account, let instrument, let mode):
                try setMarginMode(account, instrument, mode, &events)
            case .adjustIsolatedMargin(let account, let instrument, let amount, let side):
                try adjustIsolatedMargin(account, instrument, amount, side, &events)
            case .changeRules(let change): try changeRules(change, &events)
            case .advanceTime: break
            case .placeConditionalOrder(let order): try placeConditional(order, &events)
            case .cancelConditionalOrder(let target): try cancelConditional(target, &events)
            case .cancelAllConditionalOrders(let account, let instrument):
                try cancelAllConditionals(account, instrument, &events)
            case .transfer(let transfer): try self.transfer(transfer, &events)
            case .setCountdown(let account, let instrument, let milliseconds):
                try setCountdown(account, instrument, milliseconds, &events)
            case .setPositionMode(let account, let isHedge):
                try setPositionMode(account, isHedge: isHedge, &events)
            }
        } catch {
            events.append(.refused(error.refusal))
        }
    }
}

/// A refusal on its way out of the command that caused it.
struct EngineRefusal: Error {
    let refusal: Refusal

    init(_ reason: RejectReason, limit: Price = .zero) {
        refusal = Refusal(reason, limit: limit)
    }

    init(_ refusal: Refusal) { self.refusal = refusal }
}
