import BigInt
import PlimsollModel

/// Prices, settings and money.
extension CommandStream {
    mutating func indexPrice(_ id: InstrumentID, _ twin: ReferenceVenue) -> Command {
        guard id.index < indexes.count, let state = instrument(id, twin) else {
            return .updateIndexPrice(id, Price(units: 100_000_000))
        }
        let start = StreamRules.startPrice(id.index)
        var index = indexes[id.index]
        switch random.below(40) {
        case 0:
            let odd: Int64 = random.pick([0, -1, .min, .max]) ?? 0
            return .updateIndexPrice(id, Price(units: odd), source: source(of: state))
        case 1:
            let edge = (state.limits?.priceMax.units ?? 0) + random.within(-1...1)
            // Only the refused side: a mark at the highest price would end the stream's life.
            return .updateIndexPrice(id, Price(units: edge | 1 << 50), source: source(of: state))
        case 2..<4: index += random.within(-index / 8...index / 8)
        case 4..<14: index = aimed(id, twin) ?? index
        case 14..<22: index += random.within(-index / 60...index / 60)
        default: index += random.within(-index / 250...index / 250)
        }
        index = min(start * 4, max(start / 4, index))
        indexes[id.index] = index
        let told = state.indexTerms.sourceCount > 1 ? wavering(index, state) : index
        return .updateIndexPrice(id, Price(units: told), source: source(of: state))
    }

    /// A source by its number, sometimes one that does not count.
    private mutating func source(of state: ReferenceInstrument) -> UInt8 {
        if random.one(in: 60) { return random.pick([0, 1, 7, 8, .max]) ?? 0 }
        let sources = (0..<8).filter { state.indexTerms.weight(of: $0) > 0 }
        return UInt8(random.pick(sources) ?? 0)
    }

    /// Sources differ a little, and sometimes by just about what is allowed.
    private mutating func wavering(_ index: Int64, _ state: ReferenceInstrument) -> Int64 {
        let most = state.indexTerms.deviationMax.units
        if random.one(in: 5), most > 0 {
            let away = Int64(state.index) / 10_000 * most / 10_000
            let edge = Int64(state.index) + (random.one(in: 2) ? away : -away)
            return max(1, edge + random.within(-2...2))
        }
        return index + random.within(-index / 1000...index / 1000)
    }

    /// Where a position of the instrument comes near, to or past its maintenance margin.
    mutating func aimed(_ id: InstrumentID, _ twin: ReferenceVenue) -> Int64? {
        let open = twin.stakes.filter {
            $0.instrument == id && $0.isOpen && twin.isMargined($0.account)
        }
        guard let stake = random.pick(open) else { return nil }
        let asset = twin.settleAsset(of: stake)
        let isIsolated = twin.isIsolated(stake)
        let balance =
            isIsolated
            ? stake.wallet + twin.unrealized(of: stake)
            : twin.crossMarginBalance(stake.account, asset)
        let maintenance =
            isIsolated
            ? twin.maintenance(of: stake) : twin.crossMaintenance(stake.account, asset)
        // Down to 110 % to 125 % of the maintenance, where the call is, or to just about all of it.
        let share = BigInt(random.one(in: 3) ? random.within(98...103) : random.within(110...130))
        let fall = balance - maintenance * share / 100
        var price = twin.instruments[id.index].markPrice - fall / stake.quantity
        let contract = twin.instruments[id.index].contract
        if contract.kind == .inverse {
            let worth = twin.markValue(of: stake) - fall
            if worth.isZero { return nil }
            price = -stake.quantity * contract.multiplier.big * one / worth
        }
        return Int64(max(1, min(price, BigInt(Int64.max / 1000))))
    }

    mutating func leverage(_ id: InstrumentID, _ twin: ReferenceVenue) -> UInt16 {
        let offered = instrument(id, twin)?.tiers.map(\.leverageMax) ?? []
        switch random.below(8) {
        case 0: return random.pick([0, 126, 1, .max]) ?? 0
        case 1..<4: return (random.pick(offered) ?? 1) &+ UInt16(random.below(2))
        default: return UInt16(1 + random.below(50))
        }
    }

    mutating func isolatedMargin(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> Command {
        let isolated = twin.stakes.filter { twin.isIsolated($0) && $0.isOpen }
        guard let stake = random.pick(isolated), !random.one(in: 8) else {
            let amount = Amount(units: Int128(random.within(-3...3)) * Amount.unitsPerOne)
            let side = positionSide(account, twin)
            return .adjustIsolatedMargin(account, instrument, amount, side: side)
        }
        var amount: BigInt
        switch random.below(5) {
        case 0:
            amount =
                twin.withdrawable(stake.account, twin.settleAsset(of: stake))
                + BigInt(random.within(-1...1))
        case 1, 2:
            amount = -twin.removable(stake) + BigInt(random.within(-1...1))
        case 3: amount = stake.wallet / BigInt(3)
        default: amount = -stake.wallet / BigInt(random.within(2...50))
        }
        amount = max(min(amount, one * one * 1_000_000), -one * one * 1_000_000)
        return .adjustIsolatedMargin(
            stake.account,
            stake.instrument,
            Amount(amount),
            side: stake.side
        )
    }

    mutating func deposit(
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

    mutating func withdrawal(
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

    mutating func transfer(_ account: AccountID, _ twin: ReferenceVenue) -> AccountTransfer {
        let change = withdrawal(account, twin)
        return AccountTransfer(
            from: account,
            to: random.one(in: 12) ? account : self.account(twin),
            asset: change.asset,
            amount: change.amount
        )
    }

    mutating func countdown() -> Int64 {
        switch random.below(6) {
        case 0: random.pick([-1, .min, .max, 86_400_000, 86_400_001]) ?? 0
        case 1: 0
        default: random.within(1...60_000)
        }
    }

    mutating func settleAsset() -> Int { shape.secondSettleAsset ? random.below(2) : 0 }

    mutating func fundingRate() -> Rate {
        let edge = random.within(-1...1)
        switch random.below(8) {
        case 0: return Rate(units: Rate.unitsPerOne * random.within(-1...1) + edge)
        case 1: return Rate(units: edge)
        case 2: return Rate(units: random.within(-5_000_000...5_000_000))
        default: return Rate(units: random.within(-300_000...300_000))
        }
    }

    mutating func ruleChange(_ instrument: InstrumentID) -> RuleChange {
        if shape.premiums, random.one(in: 2) {
            return .setFunding(instrument, StreamRules.funding(&random, shape))
        }
        let changes = StreamRules.changes(&random, shape)
        return random.pick(changes) ?? .openTrading(instrument)
    }

    func balanceChange(
        _ account: AccountID,
        _ asset: Int,
        _ whole: Int128
    ) -> BalanceChange {
        balanceChange(account, asset, units: whole * Amount.unitsPerOne)
    }

    func balanceChange(
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
