import PlimsollEngine
import PlimsollModel

/// Rules for tests: one or two instruments in USDT, with numbers that make heads easy to follow.
enum TestRules {
    static let usdt = AssetID(rawValue: 0)
    static let first = InstrumentID(rawValue: 0)
    static let second = InstrumentID(rawValue: 1)
    /// Whoever opens an account first, and next.
    static let firstAccount = AccountID(rawValue: 16)
    static let secondAccount = AccountID(rawValue: 17)

    static func symbol(_ name: String) -> Symbol {
        guard let symbol = Symbol(name) else { preconditionFailure("\(name) is a symbol") }
        return symbol
    }

    /// Two instruments with fees, the first of them with tiers.
    static var charged: [InstrumentRules] {
        [
            simple(
                maker: Rate(units: 20_000),
                taker: Rate(units: 50_000),
                liquidation: Rate(units: 1_250_000),
                tiers: tiered
            ),
            simple(
                name: "LTCUSDT",
                base: 2,
                maker: Rate(units: 20_000),
                taker: Rate(units: 50_000),
                liquidation: Rate(units: 500_000)
            ),
        ]
    }

    /// Flat 1 % maintenance up to 50x, tick 0.01, step 0.001, no fees unless asked for.
    static func simple(
        name: String = "ETHUSDT",
        base: UInt16 = 1,
        maker: Rate = .zero,
        taker: Rate = .zero,
        liquidation: Rate = .zero,
        tiers: [MarginTier]? = nil
    ) -> InstrumentRules {
        InstrumentRules(
            contract: ContractTerms(
                symbol: symbol(name),
                baseAsset: AssetID(rawValue: base),
                settleAsset: usdt,
                priceDecimals: 2,
                quantityDecimals: 3,
                tickSize: Price(units: 1_000_000),
                stepSize: Quantity(units: 100_000)
            ),
            limits: OrderLimits(
                priceMin: Price(units: 1_000_000),
                priceMax: Price(1_000_000),
                quantityMin: Quantity(units: 100_000),
                quantityMax: Quantity(10_000),
                marketQuantityMax: Quantity(10_000),
                notionalMin: Price(5),
                priceBand: Rate(units: 50_000_000),
                marketTakeBound: Rate(units: 50_000_000),
                openOrderCountMax: 200
            ),
            fees: FeeSchedule(maker: maker, taker: taker, liquidation: liquidation),
            funding: FundingTerms(intervalMilliseconds: 28_800_000, rate: .zero),
            mark: MarkPriceTerms(),
            tiers: tiers ?? [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(10_000_000),
                    leverageMax: 50,
                    maintenanceRate: Rate(units: 1_000_000),
                    deduction: .zero
                )
            ],
            leverageDefault: 10
        )
    }

    /// Contracts of one dollar that settle in the coin, 0.4 % maintenance up to 100x, tick 0.5.
    static func inverse(
        name: String = "XBTUSD",
        coin: UInt16 = 1,
        maker: Rate = .zero,
        taker: Rate = .zero,
        liquidation: Rate = .zero,
        tiers: [MarginTier]? = nil
    ) -> InstrumentRules {
        var rules = simple(
            name: name,
            base: coin,
            maker: maker,
            taker: taker,
            liquidation: liquidation
        )
        rules.contract.kind = .inverse
        rules.contract.settleAsset = AssetID(rawValue: coin)
        rules.contract.tickSize = Price(units: 50_000_000)
        rules.contract.stepSize = Quantity(1)
        rules.limits.priceMin = Price(units: 50_000_000)
        rules.limits.priceMax = Price(1_000_000)
        rules.limits.quantityMin = Quantity(1)
        rules.limits.quantityMax = Quantity(10_000_000)
        rules.limits.marketQuantityMax = Quantity(10_000_000)
        rules.limits.notionalMin = .zero
        rules.tiers =
            tiers ?? [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(1_000_000),
                    leverageMax: 100,
                    maintenanceRate: Rate(units: 400_000),
                    deduction: .zero
                )
            ]
        return rules
    }

    /// Three tiers whose rates and deductions meet at 50,000 and 500,000.
    static let tiered = [
        MarginTier(
            notionalFloor: .zero,
            notionalCap: Amount(50_000),
            leverageMax: 50,
            maintenanceRate: Rate(units: 400_000),
            deduction: .zero
        ),
        MarginTier(
            notionalFloor: Amount(50_000),
            notionalCap: Amount(500_000),
            leverageMax: 20,
            maintenanceRate: Rate(units: 1_000_000),
            deduction: Amount(300)
        ),
        MarginTier(
            notionalFloor: Amount(500_000),
            notionalCap: Amount(5_000_000),
            leverageMax: 10,
            maintenanceRate: Rate(units: 2_500_000),
            deduction: Amount(7_800)
        ),
    ]

    static func venue(_ instruments: [InstrumentRules]) -> VenueRules {
        VenueRules(
            name: "test",
            assets: [symbol("USDT")] + instruments.indices.map { symbol("BASE\($0)") },
            instruments: instruments
        )
    }
}

/// An engine with its event buffer, driven command by command.
struct Venue: ~Copyable {
    var engine = Engine()
    var time = Timestamp(milliseconds: 1_746_000_000_000)
    private var buffer = EventBuffer()
    private(set) var sequence = Sequence.zero

    init(_ instruments: [InstrumentRules]) {
        for change in TestRules.venue(instruments).changes { perform(.changeRules(change)) }
    }

    /// Applies a command and returns what happened.
    @discardableResult
    mutating func perform(_ command: Command) -> [Event] {
        sequence = sequence.next
        buffer.removeAll()
        engine.apply(
            SequencedCommand(sequence: sequence, time: time, command: command),
            into: &buffer
        )
        return Array(buffer.events(in: 0..<buffer.count))
    }

    mutating func openTrader(
        deposit: Int = 0,
        of asset: AssetID = TestRules.usdt
    ) -> AccountID {
        let account = openAccount(.trader)
        if deposit > 0 { self.deposit(deposit, of: asset, to: account) }
        return account
    }

    mutating func openAccount(_ kind: AccountKind, deposit: Int = 0) -> AccountID {
        let events = perform(.openAccount(kind))
        guard case .accountOpened(let id, _) = events.first else {
            preconditionFailure("the account opens")
        }
        if deposit > 0 { self.deposit(deposit, to: id) }
        return id
    }

    mutating func deposit(
        _ amount: Int,
        of asset: AssetID = TestRules.usdt,
        to account: AccountID
    ) {
        perform(
            .deposit(BalanceChange(account: account, asset: asset, amount: Amount(amount)))
        )
    }

    @discardableResult
    mutating func index(
        _ price: String,
        _ instrument: InstrumentID = TestRules.first
    ) -> [Event] {
        perform(.updateIndexPrice(instrument, number(price)))
    }

    @discardableResult
    mutating func place(
        _ account: AccountID,
        _ side: Side,
        _ quantity: String,
        at price: String? = nil,
        _ timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false,
        _ instrument: InstrumentID = TestRules.first,
        id: String = "",
        prevention: SelfTradePrevention = .expireMaker,
        priceMatch: PriceMatch = .none,
        date: Timestamp = .zero,
        for position: PositionSide = .both
    ) -> [Event] {
        perform(
            .placeOrder(
                NewOrder(
                    account: account,
                    instrument: instrument,
                    side: side,
                    type: price == nil && priceMatch == .none ? .market : .limit,
                    timeInForce: timeInForce,
                    reduceOnly: reduceOnly,
                    price: price.map { number($0) } ?? .zero,
                    quantity: number(quantity),
                    clientOrderID: id.isEmpty ? .none : ClientOrderID(id) ?? .none,
                    positionSide: position,
                    selfTradePrevention: prevention,
                    priceMatch: priceMatch,
                    goodTillDate: date
                )
            )
        )
    }

    /// A trader whose position in the first instrument is isolated, at a leverage.
    mutating func openIsolated(deposit: Int, leverage: UInt16 = 10) -> AccountID {
        let trader = openTrader(deposit: deposit)
        perform(.setMarginMode(trader, TestRules.first, .isolated))
        perform(.setLeverage(trader, TestRules.first, leverage))
        return trader
    }

    /// `buyer` takes what `seller` offers at a price.
    mutating func trade(
        _ quantity: String,
        at price: String,
        from seller: AccountID,
        to buyer: AccountID,
        _ instrument: InstrumentID = TestRules.first
    ) {
        place(seller, .sell, quantity, at: price, .goodTillCancelled, instrument)
        let events = place(buyer, .buy, quantity, at: price, .goodTillCancelled, instrument)
        precondition(events.fills.count == 2, "the two trade: \(events)")
    }

    mutating func pass(milliseconds: Int64) -> [Event] {
        time = time.advanced(byMilliseconds: milliseconds)
        return perform(.advanceTime)
    }
}

/// A number written as text, which the test knows to be one.
func number<Number: FixedPoint>(_ text: String, _ type: Number.Type = Number.self) -> Number {
    do {
        return try Number(parsing: text, allowsSign: true)
    } catch {
        preconditionFailure("\(text) is a number: \(error)")
    }
}

func amount(_ text: String) -> Amount {
    do {
        return try Amount(parsing: text, allowsSign: true)
    } catch {
        preconditionFailure("\(text) is an amount: \(error)")
    }
}

extension [Event] {
    var refusal: RejectReason? {
        for case .refused(let refusal) in self { return refusal.reason }
        return nil
    }

    var fills: [OrderFilled] {
        compactMap { if case .orderFilled(let fill) = $0 { fill } else { nil } }
    }

    var accepted: OrderAccepted? {
        for case .orderAccepted(let order) in self { return order }
        return nil
    }

    var closed: [OrderClosed] {
        compactMap { if case .orderClosed(let closed) = $0 { closed } else { nil } }
    }

    var prevented: [SelfTradePrevented] {
        compactMap { if case .selfTradePrevented(let meeting) = $0 { meeting } else { nil } }
    }

    var countdowns: [CountdownChanged] {
        compactMap { if case .countdownChanged(let event) = $0 { event } else { nil } }
    }

    var trades: [TradeExecuted] {
        compactMap { if case .tradeExecuted(let trade) = $0 { trade } else { nil } }
    }

    var moves: [MoneyMoved] {
        compactMap { if case .moneyMoved(let move) = $0 { move } else { nil } }
    }

    var started: LiquidationStarted? {
        for case .liquidationStarted(let event) in self { return event }
        return nil
    }

    var finished: LiquidationFinished? {
        for case .liquidationFinished(let event) in self { return event }
        return nil
    }

    var deleveraged: [Deleveraged] {
        compactMap { if case .deleveraged(let event) = $0 { event } else { nil } }
    }

    var deficits: [DeficitRecorded] {
        compactMap { if case .deficitRecorded(let event) = $0 { event } else { nil } }
    }

    /// Orders that came about in these events, of clients and of the venue.
    var orders: [OrderAccepted] {
        compactMap { if case .orderAccepted(let order) = $0 { order } else { nil } }
    }

    var takenOver: PositionTakenOver? {
        for case .positionTakenOver(let event) in self { return event }
        return nil
    }

    var triggered: [ConditionalOrderTriggered] {
        compactMap { if case .conditionalOrderTriggered(let event) = $0 { event } else { nil } }
    }

    var conditionalClosed: [ConditionalOrderClosed] {
        compactMap { if case .conditionalOrderClosed(let event) = $0 { event } else { nil } }
    }

    var prices: PricesUpdated? {
        for case .pricesUpdated(let event) in self { return event }
        return nil
    }

    /// The last wallet of a pocket that these events tell of.
    func balance(of pocket: Pocket) -> Amount? {
        for case .moneyMoved(let move) in reversed() {
            if move.from == pocket { return move.fromBalance }
            if move.to == pocket { return move.toBalance }
        }
        return nil
    }

    func position(of account: AccountID, _ side: PositionSide = .both) -> PositionChanged? {
        for case .positionChanged(let change) in reversed()
        where change.account == account && change.side == side {
            return change
        }
        return nil
    }
}
