import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// A stream of commands that can be played again, told otherwise.
private struct Recording {
    struct Entry {
        var time: Timestamp
        var command: Command
    }

    static let accountCount = 10
    static let center: Int64 = 400_000

    var rules: [InstrumentRules]
    var entries: [Entry]

    /// What a random stream does to a venue; `deposit` makes its accounts thin or rich, `told` leaves
    /// out or changes what a relation does not hold for.
    init(
        seed: UInt64,
        count: Int,
        deposit: Int,
        rules: [InstrumentRules],
        told: (Command) -> Command? = { $0 }
    ) {
        self.rules = rules
        var venue = Venue(rules)
        var begun: [Entry] = []
        func perform(_ command: Command) {
            venue.perform(command)
            begun.append(Entry(time: venue.time, command: command))
        }
        // All are open before the first is paid, so that their numbers can be told in another order.
        for _ in 0..<Self.accountCount { perform(.openAccount(.trader)) }
        for index in 0..<Self.accountCount {
            let account = AccountID(rawValue: TestRules.firstAccount.rawValue + UInt32(index))
            let amount = Amount(deposit * (index + 1))
            perform(
                .deposit(BalanceChange(account: account, asset: TestRules.usdt, amount: amount))
            )
        }
        perform(.updateIndexPrice(TestRules.first, number("4000")))
        perform(.updateIndexPrice(TestRules.second, number("500")))
        var commands = RandomCommands(seed: seed, accountCount: Self.accountCount)
        for _ in 0..<count {
            guard let command = told(commands.next(after: venue.time)) else { continue }
            venue.time = venue.time.advanced(byMilliseconds: commands.pause)
            let events = venue.perform(command)
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            begun.append(Entry(time: venue.time, command: command))
        }
        entries = begun
    }

    /// Plays it on a new venue and keeps what it leaves behind.
    func outcome() -> Outcome {
        var venue = Venue(rules)
        var outcome = Outcome()
        for entry in entries {
            venue.time = entry.time
            outcome.fold(venue.perform(entry.command))
        }
        #expect(venue.engine.brokenInvariants().isEmpty)
        return outcome
    }
}

/// Who has what at the end, and what was traded on the way.
private struct Outcome: Equatable {
    struct Stake: Hashable {
        var account: AccountID
        var instrument: InstrumentID
    }

    struct Trade: Equatable {
        var instrument: InstrumentID
        var price: Price
        var quantity: Quantity
        var takerSide: Side
    }

    var balances: [Pocket: Amount] = [:]
    var positions: [Stake: Quantity] = [:]
    var realized: [Stake: Amount] = [:]
    var trades: [Trade] = []
    var liquidations = 0

    mutating func fold(_ events: [Event]) {
        for event in events {
            switch event {
            case .moneyMoved(let move):
                balances[move.from] = move.fromBalance
                balances[move.to] = move.toBalance
            case .positionChanged(let change):
                let stake = Stake(account: change.account, instrument: change.instrument)
                positions[stake] = change.quantity
                realized[stake] = change.realizedPnL
            case .tradeExecuted(let trade):
                trades.append(
                    Trade(
                        instrument: trade.instrument,
                        price: trade.price,
                        quantity: trade.quantity,
                        takerSide: trade.takerSide
                    )
                )
            case .liquidationStarted: liquidations += 1
            default: break
            }
        }
    }

    /// Where money differs by more than what rounding explains.
    func difference(from other: Outcome, upTo bound: Amount) -> String? {
        for (pocket, amount) in balances {
            let there = other.balances[pocket] ?? .zero
            guard (amount - there).magnitude <= bound else {
                return "\(pocket): \(amount), there \(there)"
            }
        }
        for (stake, amount) in realized {
            let there = other.realized[stake] ?? .zero
            guard (amount - there).magnitude <= bound else {
                return "\(stake): realised \(amount), there \(there)"
            }
        }
        return nil
    }
}

/// Facts that need no second engine: the same venue told the same story in other words.
@Suite(.computesForLong) struct `A venue told the same in other words` {
    /// Fees are rounded to the eighth decimal at each fill, and a stream has some thousand fills.
    private static let dust = Amount(units: 1_000_000_000_000)

    /// Days later: whole days, since settlements stand at fixed hours.
    @Test(arguments: [11, 12] as [UInt64])
    func `does the same on another day`(seed: UInt64) {
        let today = Recording(seed: seed, count: 2500, deposit: 500, rules: TestRules.charged)
        var later = today
        let shift: Int64 = 37 * 86_400_000
        later.entries = today.entries.map { entry in
            var entry = entry
            entry.time = entry.time.advanced(byMilliseconds: shift)
            if case .placeOrder(var order) = entry.command, order.goodTillDate > .zero {
                order.goodTillDate = order.goodTillDate.advanced(byMilliseconds: shift)
                entry.command = .placeOrder(order)
            }
            return entry
        }
        let outcome = today.outcome()
        #expect(outcome.trades.count > 100)
        #expect(outcome.liquidations > 2)
        #expect(later.outcome() == outcome)
    }

    /// What the venue refuses, it has not heard.
    @Test(arguments: [13, 14] as [UInt64])
    func `does the same for all that it refuses in between`(seed: UInt64) {
        let plain = Recording(seed: seed, count: 2500, deposit: 500, rules: TestRules.charged)
        var disturbed = plain
        let nonsense = Command.nonsense
        // Accounts and prices come first.
        let beginning = 2 * Recording.accountCount + 2
        disturbed.entries = plain.entries.enumerated().flatMap { place, entry in
            guard place >= beginning else { return [entry] }
            let refused = nonsense[place % nonsense.count]
            return [Recording.Entry(time: entry.time, command: refused), entry]
        }
        var venue = Venue(TestRules.charged)
        for entry in disturbed.entries.prefix(beginning + 2 * nonsense.count) {
            venue.time = entry.time
            let events = venue.perform(entry.command)
            if nonsense.contains(entry.command) { #expect(events.refusal != nil) }
        }
        let outcome = plain.outcome()
        #expect(outcome.trades.count > 100)
        #expect(outcome.liquidations > 2)
        #expect(disturbed.outcome() == outcome)
    }

    /// Ten times the money, the sizes and the limits: every decision the same, every amount tenfold.
    @Test(arguments: [21, 22] as [UInt64])
    func `decides the same for ten times the size`(seed: UInt64) {
        let small = Recording(seed: seed, count: 2500, deposit: 500, rules: TestRules.charged)
        var large = small
        large.rules = small.rules.map(\.tenfold)
        large.entries = small.entries.map {
            Recording.Entry(time: $0.time, command: $0.command.tenfold)
        }
        var expected = small.outcome()
        #expect(expected.trades.count > 100)
        #expect(expected.liquidations > 2)
        expected.balances = expected.balances.mapValues { $0.tenfold }
        expected.realized = expected.realized.mapValues { $0.tenfold }
        expected.positions = expected.positions.mapValues { $0.tenfold }
        expected.trades = expected.trades.map { trade in
            var trade = trade
            trade.quantity = trade.quantity.tenfold
            return trade
        }
        let outcome = large.outcome()
        #expect(outcome.trades == expected.trades)
        #expect(outcome.positions == expected.positions)
        #expect(outcome.liquidations == expected.liquidations)
        #expect(outcome.difference(from: expected, upTo: Self.dust) == nil)
    }

    /// Where nobody is liquidated, since forced closes go by the accounts' numbers.
    @Test(arguments: [31, 32] as [UInt64])
    func `does not care in which order its accounts were opened`(seed: UInt64) {
        let straight = Recording(
            seed: seed,
            count: 2500,
            deposit: 500_000,
            rules: TestRules.charged
        ) { (command: Command) -> Command? in
            switch command {
            case .setMarginMode, .adjustIsolatedMargin, .withdraw, .transfer: nil
            default: command
            }
        }
        var turned = straight
        // Each account takes the number of its opposite; the deposits follow.
        turned.entries = straight.entries.map {
            Recording.Entry(time: $0.time, command: $0.command.renumbered)
        }
        var expected = straight.outcome()
        #expect(expected.trades.count > 200)
        #expect(expected.liquidations == 0)
        expected.balances = Dictionary(
            uniqueKeysWithValues: expected.balances.map { ($0.key.renumbered, $0.value) }
        )
        expected.positions = Dictionary(
            uniqueKeysWithValues: expected.positions.map { ($0.key.renumbered, $0.value) }
        )
        expected.realized = Dictionary(
            uniqueKeysWithValues: expected.realized.map { ($0.key.renumbered, $0.value) }
        )
        let outcome = turned.outcome()
        #expect(outcome.trades == expected.trades)
        #expect(outcome.positions == expected.positions)
        #expect(outcome.difference(from: expected, upTo: Self.dust) == nil)
    }

    /// Buyers become sellers and prices are reflected: profits stay with whom they belong.
    ///
    /// Without fees and funding, which are shares of a price and have no mirror image.
    @Test(arguments: [41, 42] as [UInt64])
    func `makes a short of a long when prices are reflected`(seed: UInt64) {
        let rules = [TestRules.simple(), TestRules.simple(name: "LTCUSDT", base: 2)]
        let straight = Recording(seed: seed, count: 3000, deposit: 500_000, rules: rules) {
            (command: Command) -> Command? in
            switch command {
            case .placeOrder(let order):
                let isLarge = order.quantity.units >= 1_000_000
                return order.instrument == TestRules.first && isLarge ? command : nil
            case .updateIndexPrice(let instrument, _, _):
                return instrument == TestRules.first ? command : nil
            case .cancelOrder, .cancelAllOrders, .advanceTime: return command
            default: return nil
            }
        }
        var mirrored = straight
        mirrored.entries = straight.entries.map {
            Recording.Entry(time: $0.time, command: $0.command.mirrored)
        }
        var expected = straight.outcome()
        #expect(expected.trades.count > 200)
        #expect(expected.liquidations == 0)
        expected.positions = expected.positions.mapValues { -$0 }
        expected.trades = expected.trades.map {
            Outcome.Trade(
                instrument: $0.instrument,
                price: $0.price.mirrored,
                quantity: $0.quantity,
                takerSide: $0.takerSide.opposite
            )
        }
        let outcome = mirrored.outcome()
        #expect(outcome.trades == expected.trades)
        #expect(outcome.positions == expected.positions)
        #expect(outcome.difference(from: expected, upTo: Self.dust) == nil)
    }

    /// Two halves at one price, one right after the other, stand and trade like the whole.
    @Test(arguments: [51, 52] as [UInt64])
    func `trades two halves of an order like the whole`(seed: UInt64) {
        let whole = Recording(seed: seed, count: 3000, deposit: 500_000, rules: TestRules.charged) {
            (command: Command) -> Command? in
            switch command {
            case .placeOrder(var order):
                // Each of these decides by the whole of an order, or ends it at its first meeting.
                let isWhole =
                    order.reduceOnly || order.timeInForce == .fillOrKill
                    || order.timeInForce == .goodTillCrossing || order.priceMatch != .none
                guard !isWhole, order.quantity.units >= 4_000_000 else { return nil }
                order.selfTradePrevention = .expireMaker
                order.clientOrderID = .none
                return .placeOrder(order)
            case .updateIndexPrice, .cancelAllOrders, .advanceTime, .setFundingRate:
                return command
            default: return nil
            }
        }
        var halves = whole
        halves.entries = whole.entries.flatMap { entry -> [Recording.Entry] in
            guard case .placeOrder(let order) = entry.command else { return [entry] }
            return order.halves.map {
                Recording.Entry(time: entry.time, command: .placeOrder($0))
            }
        }
        let expected = whole.outcome()
        let outcome = halves.outcome()
        #expect(expected.trades.count > 200)
        #expect(outcome.trades.count > expected.trades.count)
        #expect(outcome.positions == expected.positions)
        #expect(outcome.difference(from: expected, upTo: Self.dust) == nil)
    }
}

// MARK: The other words

extension Outcome.Stake {
    fileprivate var renumbered: Self {
        Self(account: account.renumbered, instrument: instrument)
    }
}

extension AccountID {
    /// The first becomes the last; the venue's own accounts stay.
    fileprivate var renumbered: AccountID {
        let first = TestRules.firstAccount.rawValue
        guard rawValue >= first else { return self }
        return AccountID(rawValue: 2 * first + UInt32(Recording.accountCount) - 1 - rawValue)
    }
}

extension Pocket {
    fileprivate var renumbered: Pocket {
        var pocket = self
        pocket.account = account.renumbered
        return pocket
    }
}

extension Price {
    fileprivate var mirrored: Price {
        guard self > .zero else { return self }
        return Price(units: 2 * Recording.center * 1_000_000 - units)
    }
}

extension Amount {
    fileprivate var tenfold: Amount { Amount(units: units * 10) }
}

extension Quantity {
    fileprivate var tenfold: Quantity { Quantity(units: units * 10) }
}

extension NewOrder {
    /// Two orders of half the quantity; the steps are small enough for any of them.
    fileprivate var halves: [NewOrder] {
        var first = self
        first.quantity = Quantity(units: quantity.units / 200_000 * 100_000)
        var second = self
        second.quantity = quantity - first.quantity
        return [first, second]
    }
}

extension InstrumentRules {
    fileprivate var tenfold: InstrumentRules {
        var rules = self
        rules.contract.stepSize = contract.stepSize.tenfold
        rules.limits.quantityMin = limits.quantityMin.tenfold
        rules.limits.quantityMax = limits.quantityMax.tenfold
        rules.limits.marketQuantityMax = limits.marketQuantityMax.tenfold
        rules.limits.notionalMin = Price(units: limits.notionalMin.units * 10)
        rules.tiers = tiers.map { tier in
            var tier = tier
            tier.notionalFloor = tier.notionalFloor.tenfold
            tier.notionalCap = tier.notionalCap.tenfold
            tier.deduction = tier.deduction.tenfold
            return tier
        }
        return rules
    }
}

extension Command {
    /// One of each kind that no venue of these tests takes.
    fileprivate static let nonsense: [Command] = {
        let trader = TestRules.firstAccount
        let stranger = AccountID(rawValue: 9_999)
        let order = NewOrder(
            account: trader,
            instrument: TestRules.first,
            side: .buy,
            type: .limit,
            price: Price(units: 1),
            quantity: Quantity(1)
        )
        var strange = order
        strange.account = stranger
        let much = BalanceChange(account: trader, asset: TestRules.usdt, amount: Amount(1 << 40))
        let unknown = OrderReference(
            account: trader,
            instrument: TestRules.first,
            order: OrderID(rawValue: .max)
        )
        return [
            .placeOrder(order), .placeOrder(strange), .cancelOrder(unknown), .withdraw(much),
            .setLeverage(trader, TestRules.first, 5_000),
            .cancelAllOrders(stranger, TestRules.first),
            .updateIndexPrice(InstrumentID(rawValue: 99), Price(1)),
            .setFundingRate(TestRules.first, Rate(5)), .openAccount(.system),
        ]
    }()

    fileprivate var tenfold: Command {
        switch self {
        case .deposit(var change):
            change.amount = change.amount.tenfold
            return .deposit(change)
        case .withdraw(var change):
            change.amount = change.amount.tenfold
            return .withdraw(change)
        case .transfer(var transfer):
            transfer.amount = transfer.amount.tenfold
            return .transfer(transfer)
        case .placeOrder(var order):
            order.quantity = order.quantity.tenfold
            return .placeOrder(order)
        case .placeConditionalOrder(var order):
            order.quantity = order.quantity.tenfold
            return .placeConditionalOrder(order)
        case .amendOrder(var amendment):
            amendment.quantity = amendment.quantity.tenfold
            return .amendOrder(amendment)
        case .adjustIsolatedMargin(let account, let instrument, let amount, let side):
            return .adjustIsolatedMargin(account, instrument, amount.tenfold, side: side)
        default: return self
        }
    }

    fileprivate var mirrored: Command {
        switch self {
        case .placeOrder(var order):
            order.side = order.side.opposite
            order.price = order.price.mirrored
            return .placeOrder(order)
        case .updateIndexPrice(let instrument, let price, let source):
            guard instrument == TestRules.first else { return self }
            return .updateIndexPrice(instrument, price.mirrored, source: source)
        default: return self
        }
    }

    fileprivate var renumbered: Command {
        switch self {
        case .deposit(var change):
            change.account = change.account.renumbered
            return .deposit(change)
        case .withdraw(var change):
            change.account = change.account.renumbered
            return .withdraw(change)
        case .transfer(var transfer):
            transfer.from = transfer.from.renumbered
            transfer.to = transfer.to.renumbered
            return .transfer(transfer)
        case .placeOrder(var order):
            order.account = order.account.renumbered
            return .placeOrder(order)
        case .amendOrder(var amendment):
            amendment.target.account = amendment.target.account.renumbered
            return .amendOrder(amendment)
        case .cancelOrder(var reference):
            reference.account = reference.account.renumbered
            return .cancelOrder(reference)
        case .placeConditionalOrder(var order):
            order.account = order.account.renumbered
            return .placeConditionalOrder(order)
        case .cancelConditionalOrder(var reference):
            reference.account = reference.account.renumbered
            return .cancelConditionalOrder(reference)
        case .cancelAllOrders(let account, let instrument):
            return .cancelAllOrders(account.renumbered, instrument)
        case .cancelAllConditionalOrders(let account, let instrument):
            return .cancelAllConditionalOrders(account.renumbered, instrument)
        case .setLeverage(let account, let instrument, let leverage):
            return .setLeverage(account.renumbered, instrument, leverage)
        case .setMarginMode(let account, let instrument, let mode):
            return .setMarginMode(account.renumbered, instrument, mode)
        case .adjustIsolatedMargin(let account, let instrument, let amount, let side):
            return .adjustIsolatedMargin(account.renumbered, instrument, amount, side: side)
        case .setPositionMode(let account, let isHedge):
            return .setPositionMode(account.renumbered, isHedge: isHedge)
        case .setCountdown(let account, let instrument, let milliseconds):
            return .setCountdown(account.renumbered, instrument, milliseconds: milliseconds)
        case .changeRules, .openAccount, .updateIndexPrice, .setFundingRate, .advanceTime:
            return self
        }
    }
}
