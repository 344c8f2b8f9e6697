import ArgumentParser
import PlimsollEngine
import PlimsollModel
import PlimsollNode

extension BenchCommand {
    /// One mark price that closes everybody on one side by force.
    struct Cascade: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Liquidate and deleverage thousands of positions with one mark price."
        )

        @Option(help: "Longs that are closed, and shorts that they are closed against.")
        var positions = 11_279

        @Option(help: "How often it is run; the best and the median count.")
        var rounds = 5

        func run() throws {
            let profile = try ProfileLoader.load("binance-usdm")
            guard let rules = profile.instruments.first else {
                throw FlowError(message: "the profile lists no instrument")
            }
            let cascade = CascadeVenue(rules: rules, assets: profile.assets, positions)
            var times: [Duration] = []
            var outcome = CascadeOutcome()
            var digest = Digest()
            var events = EventBuffer()
            for _ in 0..<max(1, rounds) {
                var engine = Engine()
                for command in cascade.opening {
                    events.removeAll()
                    engine.apply(command, into: &events)
                }
                events.removeAll()
                let clock = ContinuousClock()
                let start = clock.now
                engine.apply(cascade.tick, into: &events)
                times.append(clock.now - start)
                outcome = CascadeOutcome(of: events, cascade.positions)
                outcome.broken += engine.brokenInvariants().count
                digest = engine.digest
            }
            try report(outcome, events.count, times.sorted(), digest)
        }

        private func report(
            _ outcome: CascadeOutcome,
            _ eventCount: Int,
            _ times: [Duration],
            _ digest: Digest
        ) throws {
            func milliseconds(_ time: Duration) -> String {
                let microseconds =
                    time.components.seconds * 1_000_000
                    + time.components.attoseconds / 1_000_000_000_000
                let fraction = String(microseconds % 1000)
                let zeros = String(repeating: "0", count: 3 - fraction.count)
                return "\(microseconds / 1000).\(zeros)\(fraction)"
            }
            print(
                """
                {"bench":"cascade","positions":\(positions),"rounds":\(times.count),\
                "millisecondsBest":\(milliseconds(times[0])),\
                "millisecondsMedian":\(milliseconds(times[times.count / 2])),\
                "liquidations":\(outcome.liquidations),"closes":\(outcome.closes),\
                "events":\(eventCount),"broken":\(outcome.broken),"digest":"\(digest)"}
                """
            )
            guard outcome.broken == 0, outcome.liquidations == positions else {
                throw FlowError(message: "the cascade is not the one that was meant")
            }
        }
    }
}

/// As many longs as shorts of one instrument, and the price at which every long is bankrupt.
private struct CascadeVenue {
    /// Not part of what is timed.
    var opening: [SequencedCommand] = []
    var tick: SequencedCommand
    /// Before the tick, by account.
    var positions: [Quantity]

    init(rules: InstrumentRules, assets: [Symbol], _ count: Int) {
        let instrument = InstrumentID(rawValue: 0)
        var commands = VenueRules(name: "bench", assets: assets, instruments: [rules])
            .changes.map { Command.changeRules($0) }
        commands.append(.updateIndexPrice(instrument, Price(50_000)))
        for index in 0..<(2 * count) {
            let account = AccountID(rawValue: AccountID.firstOpened.rawValue + UInt32(index))
            let money = BalanceChange(
                account: account,
                asset: rules.contract.settleAsset,
                amount: Amount(10_000 + index)
            )
            commands.append(.openAccount(.trader))
            commands.append(.deposit(money))
            commands.append(.setLeverage(account, instrument, UInt16(20 + index % 30)))
            // Every long, and every other short.
            if index < count || index % 2 == 0 {
                commands.append(.setMarginMode(account, instrument, .isolated))
            }
        }
        positions = Array(
            repeating: .zero,
            count: AccountID.firstOpened.index + 2 * count
        )
        for index in 0..<count {
            let long = AccountID(rawValue: AccountID.firstOpened.rawValue + UInt32(index))
            let short = AccountID(rawValue: long.rawValue + UInt32(count))
            let quantity = Quantity(units: Int64(100 + index % 900) * 100_000)
            positions[long.index] = quantity
            positions[short.index] = -quantity
            for (account, side) in [(short, Side.sell), (long, .buy)] {
                let order = NewOrder(
                    account: account,
                    instrument: instrument,
                    side: side,
                    type: .limit,
                    timeInForce: .goodTillCancelled,
                    price: Price(50_000),
                    quantity: quantity
                )
                commands.append(.placeOrder(order))
            }
        }
        commands.append(.updateIndexPrice(instrument, Price(47_000)))
        var sequence = Sequence.zero
        var sequenced: [SequencedCommand] = []
        for command in commands {
            sequence = sequence.next
            sequenced.append(
                SequencedCommand(
                    sequence: sequence,
                    time: Timestamp(milliseconds: 1_735_689_600_000),
                    command: command
                )
            )
        }
        tick = sequenced.removeLast()
        opening = sequenced
    }
}

/// What the events of the tick tell, and how often the books did not balance on the way.
private struct CascadeOutcome {
    var liquidations = 0
    var closes = 0
    var broken = 0
    private var balances: [Pocket: Amount] = [:]

    init() {}

    /// Follows them from the positions before the tick, by account.
    init(of events: borrowing EventBuffer, _ positions: [Quantity]) {
        var positions = positions
        var sum = Quantity.zero
        for index in 0..<events.count {
            switch events[index] {
            case .positionChanged(let change):
                sum += change.quantity - positions[change.account.index]
                positions[change.account.index] = change.quantity
            case .moneyMoved(let move):
                check(move.from, move.fromBalance, change: -move.amount)
                check(move.to, move.toBalance, change: move.amount)
            case .deleveraged: closes += 1
            case .liquidationFinished:
                liquidations += 1
                if !sum.isZero { broken += 1 }
            default: break
            }
        }
    }

    /// What is told of a pocket must follow from what was told of it before.
    private mutating func check(_ pocket: Pocket, _ balance: Amount, change: Amount) {
        if let before = balances.updateValue(balance, forKey: pocket), before + change != balance {
            broken += 1
        }
    }
}
