import BigInt
import PlimsollModel

/// Commands that know where it hurts.
///
/// The stream looks at the twin's state and aims at its edges: the last unit of margin, the tick of
/// a band, the notional of a tier, the millisecond of a settlement, names in use, orders of others.
struct CommandStream {
    var random: StreamRandom
    var time: Int64 = 1_746_000_000_000
    private var prelude: [Command] = []
    var indexes: [Int64] = [0, 1, 2].map(StreamRules.startPrice)
    let shape: StreamShape

    init(seed: UInt64, shape: StreamShape = StreamShape()) {
        random = StreamRandom(seed: seed)
        self.shape = shape
        time += random.within(0...40_000_000)
        prelude = StreamRules.changes(&random, shape).map { .changeRules($0) }
        prelude.append(
            .deposit(
                balanceChange(.insuranceFund, 0, Int128(random.pick([0, 3, 5_000, 20_000]) ?? 0))
            )
        )
        for place in 0..<6 {
            prelude.append(.openAccount(place == 5 ? .recordedMarket : .trader))
            let account = AccountID(rawValue: UInt32(16 + place))
            let size = random.pick([300, 2_500, 10_000, 40_000]) ?? 1
            if shape.hedge, random.one(in: 3) {
                prelude.append(.setPositionMode(account, isHedge: true))
            }
            prelude.append(.deposit(balanceChange(account, 0, Int128(size))))
            prelude.append(.deposit(balanceChange(account, 1, Int128(size))))
        }
        for index in 0..<3 {
            prelude.append(
                .updateIndexPrice(
                    InstrumentID(rawValue: UInt16(index)),
                    Price(units: indexes[index])
                )
            )
        }
        prelude.reverse()
    }

    mutating func next(_ twin: ReferenceVenue) -> TimedCommand {
        if let command = prelude.popLast() { return TimedCommand(time: time, command: command) }
        let command = command(twin)
        var at = time
        if random.one(in: 150) {
            // A clock that ran backwards.
            at -= random.within(1...10_000)
        } else {
            passTime(twin)
            at = time
        }
        return TimedCommand(time: at, command: command)
    }

    mutating func passTime(_ twin: ReferenceVenue) {
        var dates = twin.instruments.map(\.nextFunding)
        dates += twin.countdowns.map(\.due)
        dates += twin.instruments.indices.compactMap {
            twin.turnsStale(InstrumentID(rawValue: UInt16($0)))
        }
        dates += twin.orders.map(\.goodTillDate)
        let due = random.pick(dates.filter { $0 > time && $0 < time + 30_000_000 }) ?? time
        switch random.below(200) {
        case 0..<60: break
        case 60..<160: time += random.within(1...900)
        case 160..<180: time += random.within(900...12_000)
        case 180..<186: time = max(time, due + random.within(-1...1))
        case 186..<192: time = (time / 5000 + 1) * 5000 + random.within(-1...1)
        case 192..<195: time += random.within(60_000...4_000_000)
        case 195 where shape.longGaps: time += random.within(4_000_000...90_000_000)
        default: time += 1
        }
    }

    mutating func command(_ twin: ReferenceVenue) -> Command {
        let account = account(twin)
        let instrument = InstrumentID(rawValue: UInt16(random.below(random.one(in: 200) ? 5 : 3)))
        switch random.below(240) {
        case 0..<104: return .placeOrder(order(account, instrument, twin))
        case 104..<110: return .cancelOrder(reference(account, instrument, twin))
        case 110..<112: return .cancelAllOrders(account, instrument)
        case 112..<124: return amendment(account, instrument, twin)
        case 124..<150: return indexPrice(instrument, twin)
        case 150..<159: return .setLeverage(account, instrument, leverage(instrument, twin))
        case 159..<168:
            return .setMarginMode(account, instrument, random.one(in: 3) ? .cross : .isolated)
        case 168..<178: return isolatedMargin(account, instrument, twin)
        case 178..<183: return .deposit(deposit(account, twin))
        case 183..<190: return .withdraw(withdrawal(account, twin))
        case 190..<194: return .setFundingRate(instrument, fundingRate())
        case 194..<195: return .openAccount(random.pick(AccountKind.allCases) ?? .trader)
        case 195..<197: return .changeRules(ruleChange(instrument))
        case 197..<224 where shape.conditionals:
            return conditional(account, instrument, twin)
        case 224..<228 where shape.countdowns:
            return .setCountdown(account, instrument, milliseconds: countdown())
        case 228..<232 where shape.transfers: return .transfer(transfer(account, twin))
        case 232..<235 where shape.hedge:
            return .setPositionMode(account, isHedge: random.one(in: 2))
        default: return .advanceTime
        }
    }

    // MARK: Who and what

    mutating func account(_ twin: ReferenceVenue) -> AccountID {
        if random.one(in: 100) {
            return AccountID(rawValue: UInt32(random.below(twin.accounts.count + 3)))
        }
        return AccountID(rawValue: UInt32(16 + random.below(max(1, twin.accounts.count - 16))))
    }

    func instrument(_ id: InstrumentID, _ twin: ReferenceVenue) -> ReferenceInstrument? {
        id.index < twin.instruments.count ? twin.instruments[id.index] : nil
    }

    mutating func reference(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> OrderReference {
        let own = twin.orders.filter { $0.account == account }
        let isForeign = own.isEmpty || random.one(in: 12)
        guard let order = random.pick(isForeign ? twin.orders : own), !random.one(in: 30) else {
            return OrderReference(
                account: account,
                instrument: instrument,
                order: OrderID(rawValue: UInt64(random.below(1000)))
            )
        }
        let isByName = random.one(in: 3)
        return OrderReference(
            account: random.one(in: 20) ? account : order.account,
            instrument: random.one(in: 25) ? instrument : order.instrument,
            order: isByName ? .none : order.id,
            clientOrderID: isByName ? order.name : .none
        )
    }
}
