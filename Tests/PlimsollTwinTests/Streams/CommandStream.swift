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
    private var indexes: [Int64] = [0, 1, 2].map(StreamRules.startPrice)
    private let shape: StreamShape

    init(seed: UInt64, shape: StreamShape = StreamShape()) {
        random = StreamRandom(seed: seed)
        self.shape = shape
        time += random.within(0...40_000_000)
        prelude = StreamRules.changes(&random, shape).map { .changeRules($0) }
        prelude.append(
            .deposit(balanceChange(.insuranceFund, 0, Int128(random.below(3)) * 5_000))
        )
        for place in 0..<6 {
            prelude.append(.openAccount(place == 5 ? .recordedMarket : .trader))
            let account = AccountID(rawValue: UInt32(16 + place))
            let size = random.pick([300, 2_500, 10_000, 40_000]) ?? 1
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

    private mutating func passTime(_ twin: ReferenceVenue) {
        let due = twin.instruments.map(\.nextFunding).filter { $0 > time }.min() ?? time
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

    private mutating func command(_ twin: ReferenceVenue) -> Command {
        let account = account(twin)
        let instrument = InstrumentID(rawValue: UInt16(random.below(random.one(in: 200) ? 5 : 3)))
        switch random.below(200) {
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
        case 195..<196: return .changeRules(ruleChange(instrument))
        default: return .advanceTime
        }
    }

    // MARK: Who and what

    private mutating func account(_ twin: ReferenceVenue) -> AccountID {
        if random.one(in: 100) {
            return AccountID(rawValue: UInt32(random.below(twin.accounts.count + 3)))
        }
        return AccountID(rawValue: UInt32(16 + random.below(max(1, twin.accounts.count - 16))))
    }

    private func instrument(_ id: InstrumentID, _ twin: ReferenceVenue) -> ReferenceInstrument? {
        id.index < twin.instruments.count ? twin.instruments[id.index] : nil
    }

    private mutating func reference(
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

    // MARK: Orders

    private mutating func order(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> NewOrder {
        let side: Side = random.one(in: 2) ? .buy : .sell
        let type: OrderType = random.one(in: 4) ? .market : .limit
        let price = price(side, instrument, twin)
        let forces: [TimeInForce] = [
            .goodTillCancelled, .goodTillCancelled, .goodTillCancelled, .goodTillCancelled,
            .goodTillCancelled, .goodTillCancelled, .immediateOrCancel, .immediateOrCancel,
            .fillOrKill, .goodTillCrossing,
        ]
        let isNamed = random.one(in: 3)
        let isHolder =
            instrument.index < 3 && account.index < twin.accounts.count
            && twin.reducible(twin.stake(account, instrument), side) > 0
        return NewOrder(
            account: account,
            instrument: instrument,
            side: side,
            type: type,
            timeInForce: random.pick(forces) ?? .goodTillCancelled,
            reduceOnly: random.one(in: isHolder ? 3 : 40),
            price: type == .market ? .zero : price,
            quantity: quantity(account, instrument, side, price, twin),
            clientOrderID: isNamed ? ClientOrderID("n\(random.below(30))") ?? .none : .none,
            selfTradePrevention: .none
        )
    }

    private mutating func price(
        _ side: Side,
        _ id: InstrumentID,
        _ twin: ReferenceVenue
    ) -> Price {
        guard let state = instrument(id, twin), let limits = state.limits, state.markPrice > 0
        else { return Price(units: 100_000_000) }
        let tick = state.contract.tickSize.units
        let mark = Int64(state.markPrice)
        func onTick(_ price: Int64) -> Int64 { price / tick * tick }
        switch random.below(90) {
        case 0:
            let band = limits.priceBand.units
            let edge = side == .buy ? 100_000_000 + band : 100_000_000 - band
            let price = Int64(Ratio(state.markPrice * BigInt(edge), over: one).rounded(.nearest))
            return Price(units: onTick(price) + tick * random.within(-1...1))
        case 1: return Price(units: random.pick([0, -1, 1, .min, .max, .max - 1]) ?? 0)
        case 2: return Price(units: limits.priceMax.units + tick * random.within(-1...1))
        case 3: return Price(units: limits.priceMin.units + tick * random.within(-1...1))
        case 4: return Price(units: onTick(mark) + tick / 2 + 1)
        case 5..<40:
            // At or beside a price that is in the book.
            guard let other = random.pick(twin.orders.filter({ $0.instrument == id })) else {
                return Price(units: max(tick, onTick(mark)))
            }
            return Price(units: Int64(other.price) + tick * random.within(-1...1))
        case 40..<46: return Price(units: onTick(mark) + tick * random.within(-1...1))
        default:
            let reach = max(tick, mark / 50)
            let lean = side == .buy ? -reach / 3 : reach / 3
            return Price(units: max(tick, onTick(mark + lean + random.within(-reach...reach))))
        }
    }

    private mutating func quantity(
        _ account: AccountID,
        _ id: InstrumentID,
        _ side: Side,
        _ price: Price,
        _ twin: ReferenceVenue
    ) -> Quantity {
        guard let state = instrument(id, twin), let limits = state.limits, state.markPrice > 0
        else { return Quantity(units: 100_000_000) }
        let step = state.contract.stepSize.units
        func steps(_ quantity: BigInt, _ shift: Int64) -> Quantity {
            let whole = min(quantity, limits.quantityMax.big * 2) / BigInt(step)
            return Quantity(units: (Int64(whole) + shift) * step)
        }
        let at = max(1, price.big)
        let place = account.index < twin.accounts.count ? twin.find(account, id) : nil
        switch random.below(80) {
        case 0 where random.one(in: 3):
            return Quantity(units: random.pick([0, -step, 1, .min, .max, step + 1]) ?? 0)
        case 1: return Quantity(units: limits.quantityMin.units + step * random.within(-1...1))
        case 2: return Quantity(units: limits.quantityMax.units + step * random.within(-1...1))
        case 3:
            return Quantity(units: limits.marketQuantityMax.units + step * random.within(-1...1))
        case 4: return steps(limits.notionalMin.big * one / at, random.within(0...2))
        case 5..<9:
            // To the edge of a tier.
            guard let tier = random.pick(state.tiers) else { break }
            let edge = random.one(in: 2) ? tier.notionalFloor.big : tier.notionalCap.big
            return steps(edge / at, random.within(-1...1))
        case 9..<15:
            // What the margin pays for.
            guard account.index < twin.accounts.count else { break }
            let stake = twin.stake(account, id)
            let free = twin.available(account, state.contract.settleAsset)
            let notional = free * BigInt(stake.leverage)
            return steps(notional / at, random.within(-1...1))
        case 15..<27:
            guard let place else { break }
            return steps(magnitude(twin.stakes[place].quantity), random.within(-1...1))
        case 27..<45:
            let others = twin.orders.filter { $0.instrument == id && $0.side != side }
            guard let other = random.pick(others) else { break }
            return steps(other.remaining, random.within(-1...1))
        default: break
        }
        let notional = one * one * BigInt(random.pick([10, 60, 400, 3_000]) ?? 1)
        return steps(notional / state.markPrice, Int64(1 + random.below(40)))
    }

    private mutating func amendment(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> Command {
        let own = twin.orders.filter { $0.account == account }
        guard let order = random.pick(own) ?? random.pick(twin.orders) else {
            return .amendOrder(
                OrderAmendment(
                    target: reference(account, instrument, twin),
                    price: price(.buy, instrument, twin),
                    quantity: quantity(account, instrument, .buy, .zero, twin)
                )
            )
        }
        let step = twin.instruments[order.instrument.index].contract.stepSize.units
        var quantity = Quantity(order.quantity)
        switch random.below(6) {
        case 0, 1: break
        case 2: quantity = Quantity(order.quantity - order.remaining)
        case 3:
            quantity = Quantity(
                units: Int64(order.quantity - order.remaining) + step * random.within(-1...1)
            )
        default:
            quantity = self.quantity(
                order.account,
                order.instrument,
                order.side,
                Price(order.price),
                twin
            )
        }
        let isSamePrice = random.one(in: 3)
        return .amendOrder(
            OrderAmendment(
                target: OrderReference(
                    account: order.account,
                    instrument: order.instrument,
                    order: order.id
                ),
                price: isSamePrice
                    ? Price(order.price) : price(order.side, order.instrument, twin),
                quantity: quantity
            )
        )
    }

    // MARK: Prices, settings, money

    private mutating func indexPrice(_ id: InstrumentID, _ twin: ReferenceVenue) -> Command {
        guard id.index < indexes.count, let state = instrument(id, twin) else {
            return .updateIndexPrice(id, Price(units: 100_000_000))
        }
        let start = StreamRules.startPrice(id.index)
        var index = indexes[id.index]
        switch random.below(40) {
        case 0:
            let odd: Int64 = random.pick([0, -1, .min, .max]) ?? 0
            return .updateIndexPrice(id, Price(units: odd))
        case 1:
            let edge = (state.limits?.priceMax.units ?? 0) + random.within(-1...1)
            // Only the refused side: a mark at the highest price would end the stream's life.
            return .updateIndexPrice(id, Price(units: edge | 1 << 50))
        case 2..<4: index += random.within(-index / 8...index / 8)
        case 4..<9: index = aimed(id, twin) ?? index
        case 9..<20: index += random.within(-index / 60...index / 60)
        default: index += random.within(-index / 250...index / 250)
        }
        index = min(start * 4, max(start / 4, index))
        indexes[id.index] = index
        return .updateIndexPrice(id, Price(units: index))
    }

    /// Where a position of the instrument comes near, to or past its maintenance margin.
    private mutating func aimed(_ id: InstrumentID, _ twin: ReferenceVenue) -> Int64? {
        let open = twin.stakes.filter {
            $0.instrument == id && $0.isOpen && twin.accounts[$0.account.index] == .trader
        }
        guard let stake = random.pick(open) else { return nil }
        let asset = twin.settleAsset(of: stake)
        let balance =
            stake.isIsolated
            ? stake.wallet + twin.unrealized(of: stake)
            : twin.crossMarginBalance(stake.account, asset)
        let maintenance =
            stake.isIsolated
            ? twin.maintenance(of: stake) : twin.crossMaintenance(stake.account, asset)
        // Down to 110 % to 125 % of the maintenance, where the call is, or to just about all of it.
        let share = BigInt(random.one(in: 3) ? random.within(98...103) : random.within(110...130))
        let fall = balance - maintenance * share / 100
        let price = twin.instruments[id.index].markPrice - fall / stake.quantity
        return Int64(max(1, min(price, BigInt(Int64.max / 1000))))
    }

    private mutating func leverage(_ id: InstrumentID, _ twin: ReferenceVenue) -> UInt16 {
        let offered = instrument(id, twin)?.tiers.map(\.leverageMax) ?? []
        switch random.below(8) {
        case 0: return random.pick([0, 126, 1, .max]) ?? 0
        case 1..<4: return (random.pick(offered) ?? 1) &+ UInt16(random.below(2))
        default: return UInt16(1 + random.below(50))
        }
    }

    private mutating func isolatedMargin(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> Command {
        let isolated = twin.stakes.filter { $0.isIsolated && $0.isOpen }
        guard let stake = random.pick(isolated), !random.one(in: 8) else {
            let amount = Amount(units: Int128(random.within(-3...3)) * Amount.unitsPerOne)
            return .adjustIsolatedMargin(account, instrument, amount)
        }
        var amount: BigInt
        switch random.below(5) {
        case 0:
            amount =
                twin.withdrawable(stake.account, twin.settleAsset(of: stake))
                + BigInt(random.within(-1...1))
        case 1, 2:
            let initial = twin.initialMargin(
                magnitude(twin.notional(of: stake)),
                stake.leverage
            )
            let most = min(
                stake.wallet - twin.maintenance(of: stake),
                stake.wallet + twin.unrealized(of: stake) - initial
            )
            amount = -max(0, most) + BigInt(random.within(-1...1))
        case 3: amount = stake.wallet / BigInt(3)
        default: amount = -stake.wallet / BigInt(random.within(2...50))
        }
        amount = max(min(amount, one * one * 1_000_000), -one * one * 1_000_000)
        return .adjustIsolatedMargin(stake.account, stake.instrument, Amount(amount))
    }

    private mutating func deposit(
        _ account: AccountID,
        _ twin: ReferenceVenue
    ) -> BalanceChange {
        let asset = random.one(in: 20) ? random.below(6) : settleAsset()
        switch random.below(12) {
        case 0: return balanceChange(account, asset, units: random.pick([0, -1, 1, .max]) ?? 0)
        case 1:
            let most = one * one * 1_000_000_000_000
            let balance = twin.balance(.wallet(account), AssetID(rawValue: UInt16(asset)))
            let above = most - balance + BigInt(1 + random.below(2))
            return balanceChange(account, asset, units: Int128(whole: above))
        case 2: return balanceChange(.insuranceFund, asset, units: 777_777_777_777_777_777)
        default:
            let units = random.within(1...90_000) * 10_000_000_000_037
            return balanceChange(account, asset, units: Int128(units) * 10)
        }
    }

    private mutating func withdrawal(
        _ account: AccountID,
        _ twin: ReferenceVenue
    ) -> BalanceChange {
        let asset = random.one(in: 20) ? random.below(6) : settleAsset()
        let most = twin.withdrawable(account, AssetID(rawValue: UInt16(asset)))
        switch random.below(8) {
        case 0: return balanceChange(account, asset, units: random.pick([0, -1, 1, .max]) ?? 0)
        case 1, 2:
            return balanceChange(
                account,
                asset,
                units: Int128(whole: most) + Int128(random.within(-1...1))
            )
        case 3: return balanceChange(.insuranceFund, asset, units: 1_000_000_000_000)
        default:
            return balanceChange(
                account,
                asset,
                units: Int128(whole: most) / Int128(random.within(3...40))
            )
        }
    }

    private mutating func settleAsset() -> Int { shape.secondSettleAsset ? random.below(2) : 0 }

    private mutating func fundingRate() -> Rate {
        let edge = random.within(-1...1)
        switch random.below(8) {
        case 0: return Rate(units: Rate.unitsPerOne * random.within(-1...1) + edge)
        case 1: return Rate(units: edge)
        case 2: return Rate(units: random.within(-5_000_000...5_000_000))
        default: return Rate(units: random.within(-300_000...300_000))
        }
    }

    private mutating func ruleChange(_ instrument: InstrumentID) -> RuleChange {
        let changes = StreamRules.changes(&random, shape)
        return random.pick(changes) ?? .openTrading(instrument)
    }

    private func balanceChange(
        _ account: AccountID,
        _ asset: Int,
        _ whole: Int128
    ) -> BalanceChange {
        balanceChange(account, asset, units: whole * Amount.unitsPerOne)
    }

    private func balanceChange(
        _ account: AccountID,
        _ asset: Int,
        units: Int128
    ) -> BalanceChange {
        BalanceChange(
            account: account,
            asset: AssetID(rawValue: UInt16(asset)),
            amount: Amount(units: units)
        )
    }
}

/// What a stream leaves out.
struct StreamShape {
    /// Gaps in which several settlements of several instruments fall due.
    var longGaps = true
    /// The third instrument settles in an asset of its own.
    var secondSettleAsset = true
}
