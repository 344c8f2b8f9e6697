import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// A small deterministic generator for tests: splitmix64.
struct TestRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Commands that lean on boundaries: thin accounts, high leverage, prices around a walking index,
/// gaps, reused names, foreign orders, nonsense.
struct RandomCommands {
    var random: TestRandom
    var index: [Int64] = [400_000, 50_000, 800_000]
    /// With a third instrument, an inverse one, and every other account in hedge mode.
    let isWide: Bool
    let accountCount: Int
    var lastOrder: UInt64 = 0
    /// Milliseconds to pass before the next command.
    var pause: Int64 = 0
    /// Of the next command, so that dates can lie ahead of it.
    var now = Timestamp.zero

    init(seed: UInt64, accountCount: Int, isWide: Bool = false) {
        random = TestRandom(seed: seed)
        self.accountCount = accountCount
        self.isWide = isWide
    }

    /// The next command; in a wide venue fitted to the instrument and to the account's mode, mostly.
    mutating func next(after time: Timestamp) -> Command {
        let command = narrow(after: time)
        guard isWide else { return command }
        switch command {
        case .placeOrder(let order): return .placeOrder(widened(order))
        case .placeConditionalOrder(let order): return .placeConditionalOrder(widened(order))
        case .amendOrder(var amendment):
            fit(&amendment.price, &amendment.quantity, amendment.target.instrument)
            return .amendOrder(amendment)
        case .adjustIsolatedMargin(let account, let instrument, let amount, _):
            return .adjustIsolatedMargin(account, instrument, amount, side: side(for: account))
        case .deposit(var change) where random.below(4) == 0:
            change.asset = Self.coin
            return .deposit(BalanceChange(account: change.account, asset: Self.coin, amount: tiny))
        case .withdraw(let change) where random.below(4) == 0:
            return .withdraw(
                BalanceChange(account: change.account, asset: Self.coin, amount: tiny)
            )
        case .advanceTime where random.below(2) == 0:
            let account = AccountID(rawValue: UInt32(16 + random.below(accountCount)))
            return .setPositionMode(account, isHedge: Self.isHedge(account))
        default: return command
        }
    }

    static let coin = AssetID(rawValue: 3)

    static func isHedge(_ account: AccountID) -> Bool { account.rawValue % 2 == 1 }

    private var tiny: Amount {
        mutating get { Amount(units: Int128(random.below(300)) * 1_000_000_000_000_007) }
    }

    /// A side of the account's mode, nine times of ten.
    private mutating func side(for account: AccountID) -> PositionSide {
        if random.below(10) == 0 { return PositionSide.allCases[random.below(3)] }
        guard Self.isHedge(account) else { return .both }
        return random.below(2) == 0 ? .long : .short
    }

    private mutating func widened(_ order: NewOrder) -> NewOrder {
        var order = order
        order.positionSide = side(for: order.account)
        if order.positionSide != .both, random.below(10) > 0 { order.reduceOnly = false }
        fit(&order.price, &order.quantity, order.instrument)
        return order
    }

    private mutating func widened(_ order: NewConditionalOrder) -> NewConditionalOrder {
        var order = order
        order.positionSide = side(for: order.account)
        if order.positionSide != .both, random.below(10) > 0 { order.reduceOnly = false }
        fit(&order.price, &order.quantity, order.instrument)
        var none = Quantity.zero
        fit(&order.triggerPrice, &none, order.instrument)
        fit(&order.activationPrice, &none, order.instrument)
        return order
    }

    /// Steps of ten dollars and ticks of half a dollar.
    private func fit(_ price: inout Price, _ quantity: inout Quantity, _ id: InstrumentID) {
        guard id.index == 2 else { return }
        price = Price(units: price.units / 50_000_000 * 50_000_000)
        quantity = Quantity(units: quantity.units * 10_000)
    }

    private mutating func narrow(after time: Timestamp) -> Command {
        pause = random.below(20) == 0 ? Int64(random.below(4_000_000)) : Int64(random.below(900))
        now = time.advanced(byMilliseconds: pause)
        let account = AccountID(rawValue: UInt32(16 + random.below(accountCount)))
        let instrument = InstrumentID(rawValue: UInt16(random.below(isWide ? 3 : 2)))
        switch random.below(100) {
        case 0..<12:
            let reach = index[instrument.index] / 200
            var step = Int64(random.below(Int(2 * reach + 1))) - reach
            if random.below(20) == 0 { step *= 25 }
            index[instrument.index] = min(900_000, max(20_000, index[instrument.index] + step))
            return .updateIndexPrice(instrument, price(index[instrument.index]))
        case 12..<18: return .placeConditionalOrder(conditional(account, instrument))
        case 18..<20:
            return .cancelConditionalOrder(
                ConditionalReference(
                    account: account,
                    instrument: instrument,
                    order: ConditionalOrderID(rawValue: UInt64(random.below(400)))
                )
            )
        case 20..<60: return .placeOrder(order(account, instrument))
        case 60..<70:
            return .cancelOrder(
                OrderReference(
                    account: account,
                    instrument: instrument,
                    order: OrderID(rawValue: UInt64(random.below(Int(lastOrder) + 2)))
                )
            )
        case 70..<73: return .cancelAllOrders(account, instrument)
        case 73..<80:
            return .amendOrder(
                OrderAmendment(
                    target: OrderReference(
                        account: account,
                        instrument: instrument,
                        order: OrderID(rawValue: UInt64(random.below(Int(lastOrder) + 2)))
                    ),
                    price: random.below(8) == 0 ? .zero : price(near(instrument)),
                    quantity: Quantity(units: Int64(random.below(30)) * 100_000),
                    priceMatch: random.below(8) == 0
                        ? PriceMatch.allCases[random.below(9)] : .none
                )
            )
        case 80..<85:
            return .setLeverage(
                account,
                instrument,
                UInt16(random.below(3) * 20 + random.below(15))
            )
        case 85..<89:
            return .setMarginMode(account, instrument, random.below(2) == 0 ? .cross : .isolated)
        case 89..<92:
            return .adjustIsolatedMargin(
                account,
                instrument,
                Amount(units: Int128(random.below(4_000) - 2_000) * 100_000_000_000_000)
            )
        case 92..<94: return .deposit(change(account))
        case 94..<96: return .withdraw(change(account))
        case 96:
            if random.below(2) == 0 {
                return .transfer(
                    AccountTransfer(
                        from: account,
                        to: AccountID(rawValue: UInt32(16 + random.below(accountCount))),
                        asset: TestRules.usdt,
                        amount: Amount(units: Int128(random.below(300)) * 1_000_000_000_000_007)
                    )
                )
            }
            return .setFundingRate(instrument, Rate(units: Int64(random.below(400_000)) - 200_000))
        case 97:
            let milliseconds = Int64(random.below(4) == 0 ? 0 : random.below(4_000))
            return .setCountdown(account, instrument, milliseconds: milliseconds)
        default: return .advanceTime
        }
    }

    private func price(_ cents: Int64) -> Price { Price(units: cents * 1_000_000) }

    private mutating func near(_ instrument: InstrumentID) -> Int64 {
        let center = index[instrument.index]
        return center + Int64(random.below(Int(center / 25))) - center / 50
    }

    private mutating func change(_ account: AccountID) -> BalanceChange {
        BalanceChange(
            account: account,
            asset: TestRules.usdt,
            amount: Amount(units: Int128(random.below(3_000)) * 1_000_000_000_000_007)
        )
    }

    private mutating func conditional(
        _ account: AccountID,
        _ instrument: InstrumentID
    ) -> NewConditionalOrder {
        let type = ConditionalType.allCases[random.below(5)]
        let closes = random.below(3) == 0
        return NewConditionalOrder(
            account: account,
            instrument: instrument,
            side: random.below(2) == 0 ? .buy : .sell,
            type: type,
            source: random.below(2) == 0 ? .lastPrice : .markPrice,
            reduceOnly: !closes && random.below(2) == 0,
            closePosition: closes,
            priceProtect: random.below(5) == 0,
            triggerPrice: type == .trailingStopMarket ? .zero : price(near(instrument)),
            price: type.isMarket ? .zero : price(near(instrument)),
            quantity: closes ? .zero : Quantity(units: Int64(random.below(800)) * 100_000),
            callbackRate: Rate(units: Int64(random.below(20)) * 50_000),
            activationPrice: random.below(2) == 0 ? .zero : price(near(instrument)),
            selfTradePrevention: SelfTradePrevention.allCases[random.below(6)]
        )
    }

    private mutating func order(_ account: AccountID, _ instrument: InstrumentID) -> NewOrder {
        let isMarket = random.below(4) == 0
        let forces: [TimeInForce] = [
            .goodTillCancelled, .goodTillCancelled, .goodTillCancelled, .immediateOrCancel,
            .fillOrKill, .goodTillCrossing, .goodTillDate,
        ]
        let force = forces[random.below(forces.count)]
        let match = isMarket || random.below(8) > 0 ? .none : PriceMatch.allCases[random.below(9)]
        let client = random.below(3) == 0 ? ClientOrderID("c\(random.below(40))") : nil
        return NewOrder(
            account: account,
            instrument: instrument,
            side: random.below(2) == 0 ? .buy : .sell,
            type: isMarket ? .market : .limit,
            timeInForce: force,
            reduceOnly: random.below(6) == 0,
            price: isMarket || match != .none ? .zero : price(near(instrument)),
            quantity: Quantity(
                units: Int64(random.below(random.below(10) == 0 ? 20_000 : 800)) * 100_000
            ),
            clientOrderID: client ?? .none,
            selfTradePrevention: SelfTradePrevention.allCases[random.below(6)],
            priceMatch: match,
            goodTillDate: force == .goodTillDate
                ? now.advanced(byMilliseconds: 600_000 + Int64(random.below(100_000))) : .zero
        )
    }
}

@Suite(.computesForLong) struct `Random venues` {
    /// With an inverse instrument, and every other account in hedge mode.
    private static func wideVenue(_ accountCount: Int) -> Venue {
        let inverse = TestRules.inverse(
            coin: RandomCommands.coin.rawValue,
            maker: Rate(units: 20_000),
            taker: Rate(units: 50_000),
            liquidation: Rate(units: 500_000)
        )
        var venue = Venue(TestRules.charged + [inverse])
        for index in 0..<accountCount {
            let account = venue.openTrader(deposit: 500 * (index + 1))
            venue.deposit(1 + index % 3, of: RandomCommands.coin, to: account)
            guard RandomCommands.isHedge(account) else { continue }
            venue.perform(.setPositionMode(account, isHedge: true))
        }
        venue.index("4000", TestRules.first)
        venue.index("500", TestRules.second)
        venue.index("8000", InstrumentID(rawValue: 2))
        return venue
    }

    private static func venue(_ accountCount: Int) -> Venue {
        var venue = Venue(TestRules.charged)
        for index in 0..<accountCount { _ = venue.openTrader(deposit: 500 * (index + 1)) }
        venue.index("4000", TestRules.first)
        venue.index("500", TestRules.second)
        return venue
    }

    /// Spec: BOOK-002, BOOK-004, ORD-030.
    @Test(arguments: [1, 2, 3, 5, 8, 13, 21, 34] as [UInt64])
    func `no command breaks an invariant`(seed: UInt64) {
        var venue = Self.venue(12)
        var commands = RandomCommands(seed: seed, accountCount: 12)
        var liquidations = 0
        var trades = 0
        var triggered = 0
        var prevented = 0
        var expired = 0
        var silenced = 0
        for step in 0..<6000 {
            let command = commands.next(after: venue.time)
            venue.time = venue.time.advanced(byMilliseconds: commands.pause)
            let events = venue.perform(command)
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            liquidations += events.started == nil ? 0 : 1
            trades += events.trades.count
            triggered += events.triggered.count
            prevented += events.prevented.count
            expired += events.closed.count { $0.reason == .expired }
            silenced += events.closed.count { $0.reason == .countdown }
            let broken = venue.engine.brokenInvariants()
            #expect(broken.isEmpty, "seed \(seed), step \(step), \(command): \(broken)")
            if !broken.isEmpty { return }
        }
        // A run that trades nothing or liquidates nobody would prove nothing.
        #expect(trades > 500, "seed \(seed)")
        #expect(triggered > 20, "seed \(seed)")
        #expect(liquidations > 5, "seed \(seed)")
        #expect(prevented > 20, "seed \(seed)")
        #expect(expired > 5, "seed \(seed)")
        #expect(silenced > 5, "seed \(seed)")
    }

    @Test(arguments: [4, 6, 14] as [UInt64])
    func `nor does one in hedge mode or in coin`(seed: UInt64) throws {
        var venue = Self.wideVenue(12)
        var commands = RandomCommands(seed: seed, accountCount: 12, isWide: true)
        var liquidations: [PositionSide: Int] = [:]
        var trades = [0, 0, 0]
        for step in 0..<5000 {
            let command = commands.next(after: venue.time)
            venue.time = venue.time.advanced(byMilliseconds: commands.pause)
            let events = venue.perform(command)
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            if let started = events.started { liquidations[started.side, default: 0] += 1 }
            for trade in events.trades { trades[trade.instrument.index] += 1 }
            let broken = venue.engine.brokenInvariants()
            #expect(broken.isEmpty, "seed \(seed), step \(step), \(command): \(broken)")
            if !broken.isEmpty { return }
            guard step % 1000 == 999 else { continue }
            let restored = try Engine(snapshot: venue.engine.snapshot())
            #expect(restored.snapshot() == venue.engine.snapshot())
        }
        #expect(trades.allSatisfy { $0 > 100 }, "seed \(seed): \(trades)")
        #expect(liquidations[.both, default: 0] > 2, "seed \(seed)")
        let hedged = liquidations[.long, default: 0] + liquidations[.short, default: 0]
        #expect(hedged > 2, "seed \(seed)")
    }

    @Test func `no refused command of a wide venue changes anything`() {
        var venue = Self.wideVenue(6)
        var commands = RandomCommands(seed: 233, accountCount: 6, isWide: true)
        var reasons: [RejectReason: Int] = [:]
        for _ in 0..<2500 {
            let before = venue.engine.snapshot()
            let events = venue.perform(commands.next(after: venue.time))
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            guard let refusal = events.refusal else { continue }
            reasons[refusal, default: 0] += 1
            #expect(events.count == 1)
            #expect(before.dropFirst(25) == venue.engine.snapshot().dropFirst(25))
        }
        for reason in [
            RejectReason.positionSideMismatch, .reduceOnlyInHedgeMode, .positionModeUnchanged,
            .conditionalOrderContradictory, .reduceOnlyRejected,
        ] {
            #expect(reasons[reason, default: 0] > 0, "\(reason)")
        }
    }

    /// Spec: DET-004.
    @Test(arguments: [55, 89] as [UInt64])
    func `a restored snapshot goes on exactly like the original`(seed: UInt64) throws {
        var venue = Self.venue(12)
        var commands = RandomCommands(seed: seed, accountCount: 12)
        for _ in 0..<3000 {
            let command = commands.next(after: venue.time)
            venue.time = venue.time.advanced(byMilliseconds: commands.pause)
            let events = venue.perform(command)
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
        }
        var twin = try Engine(snapshot: venue.engine.snapshot())
        #expect(twin.digest == venue.engine.digest)
        var buffer = EventBuffer()
        for _ in 0..<3000 {
            let command = commands.next(after: venue.time)
            venue.time = venue.time.advanced(byMilliseconds: commands.pause)
            let events = venue.perform(command)
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            buffer.removeAll()
            twin.apply(
                SequencedCommand(
                    sequence: venue.sequence,
                    time: venue.time,
                    command: command
                ),
                into: &buffer
            )
            #expect(Array(buffer.events(in: 0..<buffer.count)) == events)
            #expect(twin.digest == venue.engine.digest)
        }
        #expect(twin.snapshot() == venue.engine.snapshot())
    }

    /// Spec: DET-002.
    @Test func `a refused command changes nothing, nor the digest, but the place in the order`() {
        var venue = Self.venue(6)
        var commands = RandomCommands(seed: 144, accountCount: 6)
        var refused = 0
        for _ in 0..<2000 {
            let before = venue.engine.snapshot()
            let digest = venue.engine.digest
            let events = venue.perform(commands.next(after: venue.time))
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            guard events.refusal != nil else { continue }
            refused += 1
            #expect(events.count == 1)
            #expect(venue.engine.digest == digest)
            // Sequence, time and digest stand in the first 25 bytes after the version.
            #expect(before.dropFirst(25) == venue.engine.snapshot().dropFirst(25))
        }
        #expect(refused > 200)
    }
}
