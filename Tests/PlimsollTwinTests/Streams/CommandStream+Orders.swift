import BigInt
import PlimsollModel

/// Orders and their amendments.
extension CommandStream {
    mutating func order(
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
        let positionSide = positionSide(account, twin)
        let isHolder =
            instrument.index < 3 && account.index < twin.accounts.count
            && twin.reducible(twin.stake(account, instrument, positionSide), side) > 0
        let isHedge = positionSide != .both
        let reduceOnly = random.one(in: isHedge ? 60 : isHolder ? 3 : 40)
        let date = goodTillDate(twin)
        var timeInForce = random.pick(forces) ?? .goodTillCancelled
        if date != .zero, !random.one(in: 20) { timeInForce = .goodTillDate }
        let match = priceMatch()
        let isMatched = match != .none && !random.one(in: 10)
        return NewOrder(
            account: account,
            instrument: instrument,
            side: side,
            type: type,
            timeInForce: timeInForce,
            reduceOnly: reduceOnly,
            price: type == .market && !random.one(in: 60) || isMatched ? .zero : price,
            quantity: quantity(account, instrument, positionSide, side, price, twin),
            clientOrderID: isNamed ? ClientOrderID("n\(random.below(30))") ?? .none : .none,
            positionSide: positionSide,
            selfTradePrevention: selfTradePrevention(),
            priceMatch: match,
            goodTillDate: date
        )
    }

    mutating func positionSide(_ account: AccountID, _ twin: ReferenceVenue) -> PositionSide {
        guard shape.hedge else { return .both }
        if random.one(in: 60) { return random.pick(PositionSide.allCases) ?? .both }
        let isHedge = account.index < twin.accounts.count && twin.accounts[account.index].isHedge
        return isHedge ? (random.one(in: 2) ? .long : .short) : .both
    }

    mutating func selfTradePrevention() -> SelfTradePrevention {
        guard shape.selfTradePrevention else { return .none }
        return random.pick([
            .none, .none, .expireMaker, .expireMaker, .expireTaker, .expireBoth, .decrement,
            .transfer,
        ]) ?? .none
    }

    mutating func priceMatch() -> PriceMatch {
        guard shape.priceMatches, random.one(in: 12) else { return .none }
        return random.pick(PriceMatch.allCases) ?? .none
    }

    /// Zero, or just about when an order may end at the earliest.
    mutating func goodTillDate(_ twin: ReferenceVenue) -> Timestamp {
        guard shape.goodTillDates, random.one(in: 6) else { return .zero }
        switch random.below(12) {
        case 0:
            let odd: [Int64] = [-1, 1, .min, .max, 4_102_444_800_000, 4_102_444_800_001]
            return Timestamp(milliseconds: random.pick(odd) ?? 0)
        case 1...3: return Timestamp(milliseconds: time + 600_000 + random.within(-1...2))
        case 4:
            // When something else falls due.
            let due = twin.instruments.map(\.nextFunding).max() ?? 0
            return Timestamp(milliseconds: due)
        default: return Timestamp(milliseconds: time + random.within(600_000...2_000_000))
        }
    }

    mutating func price(
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

    mutating func quantity(
        _ account: AccountID,
        _ id: InstrumentID,
        _ positionSide: PositionSide,
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
        let place = account.index < twin.accounts.count ? twin.find(account, id, positionSide) : nil
        switch random.below(80) {
        case 0 where random.one(in: 3):
            return Quantity(units: random.pick([0, -step, 1, .min, .max, step + 1]) ?? 0)
        case 1: return Quantity(units: limits.quantityMin.units + step * random.within(-1...1))
        case 2: return Quantity(units: limits.quantityMax.units + step * random.within(-1...1))
        case 3:
            return Quantity(units: limits.marketQuantityMax.units + step * random.within(-1...1))
        case 4: return steps(sized(limits.notionalMin.big * one, at, state), random.within(0...2))
        case 5..<9:
            // To the edge of a tier.
            guard let tier = random.pick(state.tiers) else { break }
            let edge = random.one(in: 2) ? tier.notionalFloor.big : tier.notionalCap.big
            return steps(sized(edge, at, state), random.within(-1...1))
        case 9..<15:
            // What the margin pays for.
            guard account.index < twin.accounts.count else { break }
            let free = twin.available(account, state.contract.settleAsset)
            let notional = free * BigInt(twin.settings(account, id).leverage)
            return steps(sized(notional, at, state), random.within(-1...1))
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
        return steps(sized(notional, state.markPrice, state), Int64(1 + random.below(40)))
    }

    /// The quantity that is worth so much.
    private func sized(
        _ worth: BigInt,
        _ price: BigInt,
        _ state: ReferenceInstrument
    ) -> BigInt {
        if state.contract.kind == .linear { return worth / price }
        return worth * price / (state.contract.multiplier.big * one)
    }

    mutating func amendment(
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
                    quantity: quantity(account, instrument, .both, .buy, .zero, twin)
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
                order.positionSide,
                order.side,
                Price(order.price),
                twin
            )
        }
        let isSamePrice = random.one(in: 3)
        let match = priceMatch()
        return .amendOrder(
            OrderAmendment(
                target: OrderReference(
                    account: order.account,
                    instrument: order.instrument,
                    order: order.id
                ),
                price: match != .none && !random.one(in: 10)
                    ? .zero
                    : isSamePrice
                        ? Price(order.price) : price(order.side, order.instrument, twin),
                quantity: quantity,
                priceMatch: match
            )
        )
    }
}
