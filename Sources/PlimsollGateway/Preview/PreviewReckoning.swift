import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// The steps of a preview, each for any quantity, so that the quantity can be searched for.
struct PreviewReckoning {
    let question: PreviewQuestion
    let holder: AccountProjection
    let market: MarketProjection
    let markPrice: Price
    let typical: TypicalMove?
    /// The position before, with the leverage and the margin mode asked for.
    let held: PositionProjection
    let bids: [BookLevel]
    let asks: [BookLevel]

    /// In the bad case, the part of the book that is left and the minutes of typical move skipped.
    private static let badDepthDivisor: Int64 = 4
    private static let badGapMinutes = 5

    init(
        question: PreviewQuestion,
        holder: AccountProjection,
        market: MarketProjection,
        markPrice: Price
    ) {
        self.question = question
        self.holder = holder
        self.market = market
        self.markPrice = markPrice
        typical = TypicalMove(of: market)
        bids = market.book.bids()
        asks = market.book.asks()
        let settings = holder.settings(market.id)
        var held =
            holder.position(market.id, question.positionSide)
            ?? PositionProjection(
                instrument: market.id,
                side: question.positionSide,
                leverage: settings?.leverage ?? market.rules.leverageDefault,
                marginMode: settings?.marginMode ?? .cross,
                at: .zero
            )
        if let leverage = question.leverage { held.leverage = leverage }
        // The mode of an open position stays.
        if let mode = question.marginMode, held.quantity.isZero { held.marginMode = mode }
        self.held = held
    }

    var rules: InstrumentRules { market.rules }
    var contract: ContractTerms { market.rules.contract }
    var leverage: UInt16 { held.leverage }
    var marginMode: MarginMode { held.marginMode }

    // MARK: Fills

    private func levels(takenBy side: Side) -> [BookLevel] { side == .buy ? asks : bids }

    /// The parts in which the order would fill, whole.
    func walk(_ quantity: Quantity) -> BookWalk {
        let levels = levels(takenBy: question.side)
        var walk = BookWalk(levels, question.side, quantity, limit: question.price)
        walk.fillRest(at: question.price ?? walk.worstPrice ?? markPrice)
        return walk
    }

    /// What the book does not hold of a market order.
    func missing(_ quantity: Quantity) -> Quantity {
        BookWalk(levels(takenBy: question.side), question.side, quantity).missing
    }

    private func feeRate(at price: Price) -> Rate {
        guard let limit = question.price, price == limit else { return rules.fees.taker }
        let best = levels(takenBy: question.side).first?.price
        let takes = best.map { (limit.units - $0.units) * question.side.sign >= 0 } ?? false
        return takes ? rules.fees.taker : rules.fees.maker
    }

    private func openFee(_ walk: BookWalk) -> Amount {
        walk.parts.reduce(.zero) { sum, part in
            let notional = contract.valuation.notional(of: part.quantity, at: part.price)
            return sum + tradingFee(on: notional, rate: feeRate(at: part.price))
        }
    }

    /// Of a close at a price, as a taker.
    func fee(of quantity: Quantity, at price: Price) -> Amount {
        tradingFee(
            on: contract.valuation.notional(of: quantity, at: price),
            rate: rules.fees.taker
        )
    }

    // MARK: Size

    /// The quantity asked for, or the largest whose notional, margin or loss is not above the wish.
    func quantity() -> Quantity {
        switch question.size {
        case .quantity(let quantity):
            let step = max(contract.stepSize.units, 1)
            return Quantity(units: quantity.units / step * step)
        case .notional(let notional):
            return largest { walk($0).notional(in: contract) <= notional }
        case .margin(let margin):
            return largest { self.margin(of: walk($0)) + openFee(walk($0)) <= margin }
        case .loss(let loss):
            guard let stop = question.stop else { return .zero }
            return largest { self.loss($0, exitingAt: expectedExit($0, at: stop)) <= loss }
        }
    }

    private func margin(of walk: BookWalk) -> Amount {
        let rate = initialMarginRate(leverage: leverage)
        return walk.parts.reduce(.zero) { sum, part in
            let notional = contract.valuation.notional(of: part.quantity, at: part.price)
            return sum + initialMargin(of: notional, rate: rate)
        }
    }

    /// The largest whole number of steps that fits; what fits must fit for every smaller one.
    private func largest(where fits: (Quantity) -> Bool) -> Quantity {
        let step = max(contract.stepSize.units, 1)
        let most =
            question.price == nil ? rules.limits.marketQuantityMax : rules.limits.quantityMax
        var low: Int64 = 0
        var high = most.units / step
        while low < high {
            let middle = high - (high - low) / 2
            if fits(Quantity(units: middle * step)) { low = middle } else { high = middle - 1 }
        }
        return Quantity(units: low * step)
    }

    // MARK: The stop

    /// Where a close of a quantity fills when the book stands around a price as it now stands around
    /// its best one.
    private func exit(_ quantity: Quantity, around price: Price, depthDivisor: Int64 = 1) -> Price {
        let side = question.side.opposite
        let levels = levels(takenBy: side)
        let (scaled, overflow) = quantity.units.multipliedReportingOverflow(by: depthDivisor)
        var walk = BookWalk(levels, side, Quantity(units: overflow ? .max : scaled))
        walk.fillRest(at: walk.worstPrice ?? price)
        guard let best = levels.first?.price, let average = walk.averagePrice(in: contract) else {
            return price
        }
        return max(Price(units: 1), Price(units: price.units + average.units - best.units))
    }

    func expectedExit(_ quantity: Quantity, at stop: Price) -> Price {
        exit(quantity, around: stop)
    }

    /// The price jumps a typical five-minute move past the stop, and a quarter of the book is left.
    private func badExit(_ quantity: Quantity, at stop: Price) -> Price {
        let gap = typical?.move(minutes: Self.badGapMinutes) ?? .zero
        let jump = stop.times(gap, rounding: .up)
        let price = Price(units: stop.units - jump.units * question.side.sign)
        return exit(
            quantity,
            around: max(Price(units: 1), price),
            depthDivisor: Self.badDepthDivisor
        )
    }

    /// What is lost on a quantity bought now and given back at a price, fees of both ways counted.
    private func loss(_ quantity: Quantity, exitingAt price: Price) -> Amount {
        let walk = walk(quantity)
        let signed = question.side == .buy ? quantity : -quantity
        let entry = walk.parts.reduce(Amount.zero) { sum, part in
            let part = BookWalk.Part(
                price: part.price,
                quantity: question.side == .buy ? part.quantity : -part.quantity
            )
            return sum + contract.valuation.value(of: part.quantity, at: part.price)
        }
        let change = contract.valuation.value(of: signed, at: price) - entry
        return openFee(walk) + fee(of: quantity, at: price) - change
    }

    func stop(
        at stop: Price,
        _ quantity: Quantity,
        liquidatedAt liquidation: Price?,
        venue: borrowing VenueProjections
    ) -> OrderPreview.StopOutcome {
        let expected = expectedExit(quantity, at: stop)
        let bad = badExit(quantity, at: stop)
        return OrderPreview.StopOutcome(
            price: stop,
            expectedFill: expected,
            badFill: bad,
            expectedLoss: loss(quantity, exitingAt: expected),
            badLoss: loss(quantity, exitingAt: bad),
            neverFires: liquidation.map { isBeyond($0, stop) } ?? false,
            leverageMax: leverageMax(keeping: stop, quantity, venue: venue)
        )
    }

    /// Whether the position is liquidated at or before the stop's price.
    private func isBeyond(_ liquidation: Price, _ stop: Price) -> Bool {
        (liquidation.units - stop.units) * question.side.sign >= 0
    }

    /// Higher leverage brings an isolated position's liquidation nearer, so that halving finds it.
    private func leverageMax(
        keeping stop: Price,
        _ quantity: Quantity,
        venue: borrowing VenueProjections
    ) -> UInt16? {
        let notional = contract.valuation.notional(of: quantity, at: markPrice).magnitude
        guard let tier = rules.tiers.last(where: { $0.notionalFloor <= notional }) else {
            return nil
        }
        var low: UInt16 = 0
        var high = tier.leverageMax
        while low < high {
            let middle = high - (high - low) / 2
            let outcome = outcome(quantity, as: .isolated, leverage: middle, venue: venue)
            let isSafe = outcome.liquidationPrice.map { !isBeyond($0, stop) } ?? true
            if isSafe { low = middle } else { high = middle - 1 }
        }
        return low > 0 ? low : nil
    }

    // MARK: The account afterwards

    func outcome(
        _ quantity: Quantity,
        as mode: MarginMode? = nil,
        leverage: UInt16? = nil,
        venue: borrowing VenueProjections
    ) -> OrderPreview.Outcome {
        var position = held
        if let mode { position.marginMode = mode }
        if let leverage { position.leverage = leverage }
        var wallet = holder.wallet(contract.settleAsset)
        let walletBefore = wallet
        let rate = initialMarginRate(leverage: position.leverage)
        let walk = walk(quantity)
        var realized = Amount.zero
        for part in walk.parts {
            let fold = foldFill(
                quantity: position.quantity,
                entryValue: position.entryValue,
                fillQuantity: question.side == .buy ? part.quantity : -part.quantity,
                price: part.price,
                valuation: contract.valuation
            )
            realized += fold.realizedPnL
            let opened = fold.quantity.magnitude - (position.quantity.magnitude - fold.closed)
            if position.marginMode == .isolated {
                let behind = position.isolatedWallet
                position.isolatedWallet += fold.realizedPnL
                if fold.closed > .zero {
                    let rest = position.quantity.magnitude - fold.closed
                    let kept =
                        rest.isZero
                        ? .zero
                        : behind.share(rest, of: position.quantity.magnitude, rounding: .up)
                    let surplus = position.isolatedWallet - kept
                    wallet += surplus
                    position.isolatedWallet -= surplus
                }
                let notional = contract.valuation.notional(of: opened, at: part.price).magnitude
                let margin = initialMargin(of: notional, rate: rate)
                wallet -= margin
                position.isolatedWallet += margin
            } else {
                wallet += fold.realizedPnL
            }
            position.quantity = fold.quantity
            position.entryValue = fold.entryValue
        }
        let fee = openFee(walk)
        wallet -= fee
        let supposed = holder.supposing(position, wallet: wallet, of: contract.settleAsset)
        let report = AccountReport(of: supposed, in: venue)
        let after = report.position(market.id, position.side)
        let margin =
            position.marginMode == .isolated
            ? walletBefore - fee - wallet
            : self.margin(of: walk)
        return OrderPreview.Outcome(
            report: report,
            risk: after.flatMap {
                PositionStanding(of: $0, in: report, held: supposed, market: market)
            },
            margin: margin,
            fee: fee,
            realizedPnL: realized
        )
    }
}
