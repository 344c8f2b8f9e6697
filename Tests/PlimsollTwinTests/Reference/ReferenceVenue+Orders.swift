import BigInt
import PlimsollModel

/// Spec page: Orders.
extension ReferenceVenue {
    // MARK: Admission

    /// ORD-001 to ORD-013 and ORD-040 to ORD-042, in their order of precedence.
    ///
    /// An order that was `isReleased` waited for a price; when it was placed its date was looked at.
    mutating func place(_ new: NewOrder, isReleased: Bool = false) throws(Refused) {
        try checkTradable(new.account, new.instrument)
        let instrument = instruments[new.instrument.index]
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        try checkSide(new.account, new.positionSide)
        if new.positionSide != .both, new.reduceOnly { throw Refused(.reduceOnlyInHedgeMode) }
        try checkDate(new.goodTillDate, new.timeInForce, isReleased: isReleased)
        let largest = new.type == .market ? limits.marketQuantityMax : limits.quantityMax
        try checkQuantity(new.quantity.big, largest.big, instrument)
        guard instrument.markPrice > 0 else { throw Refused(.noMarkPrice) }
        let stake = stake(new.account, new.instrument, new.positionSide)
        var order = ReferenceOrder(
            account: new.account,
            instrument: new.instrument,
            positionSide: new.positionSide,
            side: new.side,
            type: new.type,
            timeInForce: new.timeInForce,
            reduceOnly: new.reduceOnly || isAgainst(new.positionSide, new.side),
            price: new.price.big,
            priceMatch: new.priceMatch,
            quantity: new.quantity.big,
            remaining: new.quantity.big,
            name: new.clientOrderID,
            selfTradePrevention: new.selfTradePrevention,
            goodTillDate: new.goodTillDate.milliseconds
        )
        if new.priceMatch != .none {
            guard new.type == .limit else { throw Refused(.priceMatchContradictory) }
            order.price = try matched(new.priceMatch, new.price.big, new.side, new.instrument)
        }
        if new.type == .limit { try checkPrice(order.price, new.side, instrument) }
        try checkRoom(new.instrument, order.quantity)
        if order.reduceOnly {
            let room = reducible(stake, new.side)
            guard room > 0 else { throw Refused(.reduceOnlyRejected) }
            order.quantity = min(order.quantity, room)
            order.remaining = order.quantity
        }
        let isNameTaken = orders.contains {
            $0.account == new.account && $0.name == new.clientOrderID
        }
        if !new.clientOrderID.isEmpty, isNameTaken { throw Refused(.duplicateClientOrderID) }
        let open = orders.count { $0.account == new.account && $0.instrument == new.instrument }
        if mayRest(order), isMargined(new.account), open >= limits.openOrderCountMax {
            throw Refused(.tooManyOpenOrders)
        }
        let limit = try checkBook(&order, instrument)
        if !order.reduceOnly {
            let price = new.type == .limit ? order.price : instrument.markPrice
            try checkNotional(order.quantity, price, new.instrument, of: new.account)
            try checkMargin(stake, new.side, orderValue(order))
        }
        let told = new.priceMatch == .none ? new.price.big : order.price
        execute(&order, limit, announcedPrice: told)
    }

    /// POS-010: such an order takes off its position and can only do that.
    func isAgainst(_ positionSide: PositionSide, _ side: Side) -> Bool {
        positionSide == .long && side == .sell || positionSide == .short && side == .buy
    }

    /// ORD-041.
    func checkDate(
        _ date: Timestamp,
        _ timeInForce: TimeInForce,
        isReleased: Bool
    ) throws(Refused) {
        let date = date.milliseconds
        guard (timeInForce == .goodTillDate) == (date != 0), date <= 4_102_444_800_000 else {
            throw Refused(.goodTillDateContradictory)
        }
        if timeInForce == .goodTillDate {
            let earliest = isReleased ? time : time + 600_000
            guard date > earliest else { throw Refused(.goodTillDateTooSoon) }
        }
    }

    /// ORD-042: the price of a level, or the refusal.
    func matched(
        _ match: PriceMatch,
        _ price: BigInt,
        _ side: Side,
        _ instrument: InstrumentID
    ) throws(Refused) -> BigInt {
        guard price.isZero else { throw Refused(.priceMatchContradictory) }
        let wanted = match.isOpponent ? side.opposite : side
        var prices: [BigInt] = []
        for order in orders where order.instrument == instrument && order.side == wanted {
            if !prices.contains(order.price) { prices.append(order.price) }
        }
        prices.sort()
        if wanted == .buy { prices.reverse() }
        guard match.level <= prices.count else { throw Refused(.noPriceToMatch) }
        return prices[match.level - 1]
    }

    /// ORD-011.
    func checkNotional(
        _ quantity: BigInt,
        _ price: BigInt,
        _ id: InstrumentID,
        of account: AccountID
    ) throws(Refused) {
        guard let limits = instruments[id.index].limits else { preconditionFailure("it trades") }
        let isEnough = magnitude(value(quantity, price, id)) >= limits.notionalMin.big * one
        guard isEnough || !isMargined(account) else {
            throw Refused(.notionalBelowMin, limit: limits.notionalMin.big)
        }
    }

    func checkQuantity(
        _ quantity: BigInt,
        _ largest: BigInt,
        _ instrument: ReferenceInstrument
    ) throws(Refused) {
        guard quantity > 0 else { throw Refused(.quantityNotPositive) }
        guard quantity >= instrument.limits?.quantityMin.big ?? 0 else {
            throw Refused(.quantityBelowMin)
        }
        guard quantity <= largest else { throw Refused(.quantityAboveMax) }
        guard quantity % instrument.contract.stepSize.big == 0 else {
            throw Refused(.quantityNotOnStep)
        }
    }

    /// ORD-005.
    func checkPrice(
        _ price: BigInt,
        _ side: Side,
        _ instrument: ReferenceInstrument
    ) throws(Refused) {
        try checkGrid(price, instrument)
        let band = instrument.limits?.priceBand.big ?? 0
        if side == .buy {
            let highest = Ratio(instrument.markPrice * (one + band), over: one)
            guard price <= highest.rounded(.towardsZero) else {
                throw Refused(.priceAboveBand, limit: highest.rounded(.towardsZero))
            }
        } else {
            let lowest = Ratio(instrument.markPrice * (one - band), over: one)
            guard price >= lowest.rounded(.awayFromZero) else {
                throw Refused(.priceBelowBand, limit: lowest.rounded(.awayFromZero))
            }
        }
    }

    /// ORD-004.
    func checkGrid(_ price: BigInt, _ instrument: ReferenceInstrument) throws(Refused) {
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        guard price > 0 else { throw Refused(.priceNotPositive) }
        guard price >= limits.priceMin.big else { throw Refused(.priceBelowMin) }
        guard price <= limits.priceMax.big else { throw Refused(.priceAboveMax) }
        guard price % instrument.contract.tickSize.big == 0 else { throw Refused(.priceNotOnTick) }
    }

    /// ORD-013: no sum of quantities of an instrument may pass eighty thousand million.
    func checkRoom(_ id: InstrumentID, _ quantity: BigInt) throws(Refused) {
        guard quantity <= room(id) else { throw Refused(.exceedsMaximumPosition) }
    }

    func room(_ id: InstrumentID) -> BigInt {
        var room = one * 80_000_000_000
        for stake in stakes where stake.instrument == id { room -= max(0, stake.quantity) }
        for order in orders where order.instrument == id { room -= order.remaining }
        return room
    }

    /// ORD-006.
    func reducible(_ stake: ReferenceStake, _ side: Side) -> BigInt {
        side == .buy ? max(0, -stake.quantity) : max(0, stake.quantity)
    }

    /// ORD-009, ORD-010, MARG-004; returns the worst price at which the order may trade.
    private func checkBook(
        _ order: inout ReferenceOrder,
        _ instrument: ReferenceInstrument
    ) throws(Refused) -> BigInt {
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        var limit = order.price
        order.marginPrice = marginPrice(order.price, order.side, instrument)
        if order.type == .market {
            let bound = limits.marketTakeBound.big
            let factor = order.side == .buy ? one + bound : one - bound
            limit = Ratio(instrument.markPrice * factor, over: one)
                .rounded(order.side == .buy ? .towardsZero : .awayFromZero)
            let hasAnyone = orders.contains {
                $0.instrument == order.instrument && $0.side != order.side
            }
            guard hasAnyone else { throw Refused(.emptyBook) }
            guard let first = firstMaker(order.instrument, against: order.side, limit) else {
                throw Refused(.nothingWithinTakeBound)
            }
            let best = orders[first].price
            order.marginPrice = rehearsed(order, limit).worst ?? best
        }
        if order.timeInForce == .goodTillCrossing, order.type == .limit {
            guard firstMaker(order.instrument, against: order.side, limit) == nil else {
                throw Refused(.postOnlyWouldTake)
            }
        }
        if order.timeInForce == .fillOrKill {
            guard rehearsed(order, limit).filled >= order.quantity else {
                throw Refused(.fillOrKillUnfillable)
            }
        }
        return limit
    }

    /// What the order would get, tried on a copy of the whole venue.
    private func rehearsed(
        _ order: ReferenceOrder,
        _ limit: BigInt
    ) -> (filled: BigInt, worst: BigInt?) {
        var copy = self
        copy.events = []
        var order = order
        _ = copy.stakeForTrading(order.account, order.instrument, order.positionSide)
        copy.match(&order, limit)
        var filled = BigInt(0)
        var worst: BigInt?
        for case .tradeExecuted(let trade) in copy.events {
            filled += trade.quantity.big
            worst = trade.price.big
        }
        return (filled, worst)
    }

    func marginPrice(
        _ price: BigInt,
        _ side: Side,
        _ instrument: ReferenceInstrument
    ) -> BigInt {
        // POS-020.
        if instrument.contract.kind == .inverse {
            return side == .buy ? min(price, instrument.markPrice) : price
        }
        return side == .buy ? price : max(price, instrument.markPrice)
    }

    /// ORD-012.
    func checkMargin(
        _ stake: ReferenceStake,
        _ side: Side,
        _ value: BigInt
    ) throws(Refused) {
        guard isMargined(stake.account) else { return }
        let leverage = leverage(stake)
        let before = largestExposure(of: stake)
        let after = largestExposure(of: stake, adding: value, side)
        guard after > before else { return }
        guard after <= notionalCap(stake.instrument, leverage) else {
            throw Refused(.exceedsMaximumPosition)
        }
        let more = initialMargin(after, leverage) - initialMargin(before, leverage)
        guard more <= available(stake.account, settleAsset(of: stake)) else {
            throw Refused(.insufficientMargin)
        }
    }
}
