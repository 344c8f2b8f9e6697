import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// What holds of every forced close, whatever led to it.
@Suite(.computesForLong) struct `Every liquidation` {
    private static let terms: [LiquidationTerms] = [
        LiquidationTerms(),
        LiquidationTerms(
            boundary: .belowMaintenance,
            step: .twoTiers,
            rank: .leveragedProfitOnEntry
        ),
        LiquidationTerms(step: .share, includesCloseFee: true, rank: .leveragedReturn),
        LiquidationTerms(step: .whole, takeoverRatio: Rate(units: -1), price: .markWhenFar),
        LiquidationTerms(takeoverRatio: .zero, rank: .account),
    ]

    private static func venue(_ terms: LiquidationTerms, fund: Int) -> Venue {
        var first = TestRules.simple(
            maker: Rate(units: 20_000),
            taker: Rate(units: 50_000),
            liquidation: Rate(units: 1_250_000),
            tiers: TestRules.tiered
        )
        var second = TestRules.simple(name: "LTCUSDT", base: 2, liquidation: Rate(units: 500_000))
        first.liquidation = terms
        second.liquidation = terms
        var venue = Venue([first, second])
        for index in 0..<12 { _ = venue.openTrader(deposit: 1000 * (index + 1)) }
        venue.index("4000", TestRules.first)
        venue.index("500", TestRules.second)
        venue.deposit(fund, to: .insuranceFund)
        return venue
    }

    /// Spec: LIQ-027.
    @Test(arguments: 0..<10)
    func `adds up, only reduces what it closes against, and ends`(seed: Int) {
        let terms = Self.terms[seed % Self.terms.count]
        var venue = Self.venue(terms, fund: seed < 5 ? 1 : 20_000)
        var commands = RandomCommands(seed: UInt64(1000 + seed), accountCount: 12)
        var watch = LiquidationWatch()
        for step in 0..<3000 {
            let command = Self.next(step, &commands, venue.time)
            venue.time = venue.time.advanced(byMilliseconds: commands.pause)
            let events = venue.perform(command)
            if let order = events.accepted { commands.lastOrder = order.order.rawValue }
            let broken = watch.follow(events) + venue.engine.brokenInvariants()
            #expect(broken.isEmpty, "seed \(seed), step \(step), \(command): \(broken)")
            if !broken.isEmpty { return }
        }
        #expect(watch.liquidations > 30, "seed \(seed)")
        // Under `whole` nothing of a position is left.
        #expect((watch.steps > 0) == (terms.step != .whole), "seed \(seed)")
        #expect(watch.closes + watch.takeovers > 20, "seed \(seed)")
    }

    /// Random commands, with a gap of the index every so often and fresh money to lose in it.
    private static func next(
        _ step: Int,
        _ commands: inout RandomCommands,
        _ time: Timestamp
    ) -> Command {
        let account = AccountID(rawValue: UInt32(16 + commands.random.below(12)))
        switch step % 40 {
        case 10, 20, 30:
            let money = Amount(100 * (1 + commands.random.below(10)))
            return .deposit(BalanceChange(account: account, asset: TestRules.usdt, amount: money))
        case 3, 9, 15, 21, 27, 33, 4, 5, 11, 16, 17, 23, 28, 29, 35:
            // Somebody offers much at the index, and others take some of it.
            let id = commands.random.below(2)
            let isOffer = step % 6 == 3
            let size = isOffer ? 40 : 1 + commands.random.below(14)
            return .placeOrder(
                NewOrder(
                    account: account,
                    instrument: InstrumentID(rawValue: UInt16(id)),
                    side: (step / 6) % 2 == 0 ? (isOffer ? .sell : .buy) : (isOffer ? .buy : .sell),
                    type: .limit,
                    timeInForce: .goodTillCancelled,
                    price: Price(units: commands.index[id] * 1_000_000),
                    quantity: Quantity(units: Int64(size * (id == 0 ? 100 : 800)) * 1_000_000)
                )
            )
        case 12, 22:
            let instrument = InstrumentID(rawValue: UInt16(commands.random.below(2)))
            return .setLeverage(account, instrument, 20)
        case 39:
            let instrument = commands.random.below(2)
            let gap = Int64(90 + commands.random.below(21))
            let center: Int64 = instrument == 0 ? 400_000 : 50_000
            // Back towards the start, so that prices stay where orders are.
            let from = (commands.index[instrument] + center) / 2
            commands.index[instrument] = from * gap / 100
            let price = Price(units: commands.index[instrument] * 1_000_000)
            return .updateIndexPrice(InstrumentID(rawValue: UInt16(instrument)), price)
        default:
            return commands.next(after: time)
        }
    }

    @Test func `does not depend on who opened first`() {
        // Longs 16…23 against shorts 24…31, each pair with a size and a leverage of its own.
        func outcome(_ opening: [Int]) -> [String] {
            var venue = Venue([TestRules.simple(liquidation: Rate(units: 500_000))])
            venue.index("100")
            for index in 0..<16 {
                let account = venue.openTrader(deposit: 400 + 10 * index)
                venue.perform(.setLeverage(account, TestRules.first, UInt16(10 + index)))
                if index % 3 == 0 {
                    venue.perform(.setMarginMode(account, TestRules.first, .isolated))
                }
            }
            venue.deposit(2000, to: .insuranceFund)
            for pair in opening {
                venue.trade(
                    "\(20 + pair)",
                    at: "100",
                    from: AccountID(rawValue: UInt32(24 + pair)),
                    to: AccountID(rawValue: UInt32(16 + pair))
                )
            }
            return venue.index("88").compactMap { event in
                switch event {
                case .liquidationStarted(let start): "\(start)"
                case .deleveraged(let close): "\(close)"
                case .positionTakenOver(let takeover): "\(takeover)"
                case .liquidationFinished(let end): "\(end)"
                case .moneyMoved(let move): "\(move)"
                default: nil
                }
            }
        }
        let expected = outcome(Array(0..<8))
        #expect(expected.contains { $0.hasPrefix("Deleveraged") })
        #expect(expected.contains { $0.hasPrefix("PositionTakenOver") })
        #expect(outcome((0..<8).reversed()) == expected)
        #expect(outcome([3, 0, 6, 1, 7, 5, 2, 4]) == expected)
    }

    @Test func `leaves a venue that goes on the same after a snapshot`() throws {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 2000)
        venue.trade("100", at: "100", from: maker, to: trader)
        #expect(venue.index("90.5").orders.last?.origin == .insuranceFund)
        let buyer = venue.openTrader(deposit: 100_000)
        var twin = try Engine(snapshot: venue.engine.snapshot())
        let events = venue.place(buyer, .buy, "30", at: "90")
        #expect(events.fills.first?.account == .insuranceFund)
        var buffer = EventBuffer()
        let order = NewOrder(
            account: buyer,
            instrument: TestRules.first,
            side: .buy,
            type: .limit,
            timeInForce: .goodTillCancelled,
            price: Price(90),
            quantity: Quantity(30)
        )
        twin.apply(
            SequencedCommand(
                sequence: venue.sequence,
                time: venue.time,
                command: .placeOrder(order)
            ),
            into: &buffer
        )
        #expect(Array(buffer.events(in: 0..<buffer.count)) == events)
        #expect(twin.snapshot() == venue.engine.snapshot())
    }
}

/// Follows the events of a venue and says where a forced close does not add up.
private struct LiquidationWatch {
    var liquidations = 0
    var closes = 0
    var takeovers = 0
    /// Liquidations that left something of their position.
    var steps = 0
    /// Of every forced close so far, by its number less one.
    private var generations: [UInt16] = []
    private var started: LiquidationStarted?
    private var deficit = Amount.zero
    /// Sums over a liquidation that must come out as told at its end.
    private var realized = Amount.zero
    private var positions: [[Quantity]] = Array(repeating: [.zero, .zero], count: 64)
    private var wallets: [Pocket: Amount] = [:]

    mutating func follow(_ events: [Event]) -> [String] {
        var broken: [String] = []
        for event in events {
            switch event {
            case .liquidationStarted(let start):
                if started != nil { broken.append("one begins before another ends") }
                started = start
                liquidations += 1
                broken += checkOrigin(start)
                deficit = .zero
                realized = .zero
            case .moneyMoved(let move):
                wallets[move.from] = move.fromBalance
                wallets[move.to] = move.toBalance
                if move.reason == .deficit, move.to.account == started?.account {
                    deficit += move.amount
                }
            case .deleveraged(let close):
                closes += 1
                realized += close.bankruptPnL
                broken += check(close)
            case .positionTakenOver(let takeover):
                takeovers += 1
                realized += takeover.realizedPnL
            case .orderFilled(let fill):
                if fill.account == started?.account, !fill.isMaker { realized += fill.realizedPnL }
            case .positionChanged(let change):
                positions[change.account.index][change.instrument.index] = change.quantity
            case .liquidationFinished(let end): broken += check(end)
            default: break
            }
        }
        if started != nil { broken.append("a liquidation is told to begin and not to end") }
        for (pocket, balance) in wallets where pocket == .wallet(.insuranceFund) {
            if balance < .zero { broken.append("the fund owes \(balance)") }
        }
        return broken
    }

    /// Numbers rise by one, and what follows from another is one generation younger than that.
    private mutating func checkOrigin(_ start: LiquidationStarted) -> [String] {
        let number = Int(start.liquidation.rawValue)
        let parent = Int(start.parent.rawValue)
        let isSound =
            number == generations.count + 1 && parent < number
            && (parent == 0
                ? start.generation == 0 : start.generation == generations[parent - 1] + 1)
        generations.append(start.generation)
        return isSound ? [] : ["\(start) follows from \(parent)"]
    }

    /// It reduces both positions and turns neither.
    private func check(_ close: Deleveraged) -> [String] {
        let bankrupt = positions[close.bankrupt.index][close.instrument.index]
        let counterparty = positions[close.counterparty.index][close.instrument.index]
        let isWithin =
            (bankrupt < .zero) == (close.quantity < .zero)
            && close.quantity.magnitude <= bankrupt.magnitude
            && (counterparty < .zero) != (close.quantity < .zero)
            && close.quantity.magnitude <= counterparty.magnitude
            && close.bankrupt != close.counterparty && !close.counterparty.isSystem
        return isWithin ? [] : ["\(close) against \(bankrupt) and \(counterparty)"]
    }

    /// What the bankrupt had, lost, paid and was given is what it has.
    private mutating func check(_ end: LiquidationFinished) -> [String] {
        guard let start = started else { return ["one ends that never began"] }
        started = nil
        var broken: [String] = []
        if end.liquidation != start.liquidation { broken.append("another one ends") }
        if end.realizedPnL != realized { broken.append("\(end.realizedPnL), told as \(realized)") }
        let pocket: Pocket =
            start.scope == .isolated
            ? .isolated(start.account, start.instrument) : .wallet(start.account)
        let left =
            start.walletBalance + end.realizedPnL - end.tradingFee - end.liquidationFee
            + end.insurancePaid + deficit - end.returned
        let wallet = wallets[pocket] ?? .zero
        if left != wallet { broken.append("\(left) should be left in \(pocket), not \(wallet)") }
        if positions[start.account.index][start.instrument.index].isZero {
            if start.scope == .isolated, !wallet.isZero { broken.append("\(wallet) is left over") }
        } else {
            steps += 1
            if end.returned.isZero { return broken }
            broken.append("\(end.returned) returned from an open position")
        }
        return broken
    }
}
