import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// What would become of an account if an order were placed: reckoned with the engine's formulas on the
/// book as it stands, and nothing is sent.
///
/// What the order crosses fills at the book's prices; the rest of a limit order is taken to fill at its
/// price as a maker, the rest of a market order at the last level there is.
struct OrderPreview: Sendable {
    /// The position and the money after the order.
    struct Outcome: Sendable {
        var report: AccountReport
        var risk: PositionStanding?
        /// What the order's margin takes from the wallet; negative where a close gives some back.
        var margin: Amount
        var fee: Amount
        var realizedPnL: Amount
        var liquidationPrice: Price? { risk?.position.liquidationPrice }
    }

    /// How a stop would end the position.
    struct StopOutcome: Sendable {
        var price: Price
        var expectedFill: Price
        var badFill: Price
        /// Fees of both ways counted.
        var expectedLoss: Amount
        var badLoss: Amount
        /// Whether the position is liquidated before the stop's price is reached.
        var neverFires: Bool
        /// The highest leverage at which the stop comes first; `nil` where none does.
        var leverageMax: UInt16?
    }

    let question: PreviewQuestion
    let rules: InstrumentRules
    let markPrice: Price
    let hourlyMove: Rate?
    let quantity: Quantity
    /// At the prices of the fills.
    let notional: Amount
    let averagePrice: Price
    let worstPrice: Price
    /// What the book does not hold; a market order for it would not fill.
    let missing: Quantity
    let before: AccountReport
    let outcome: Outcome
    let closeFee: Amount
    let stop: StopOutcome?
    /// The same from a flat position in each of the margin modes.
    let isolated: Outcome?
    let cross: Outcome?
    let leverage: UInt16
    let marginMode: MarginMode
    let available: Amount

    /// - Throws: Where there is no price yet, or nothing of the size asked for can be bought.
    init(
        _ question: PreviewQuestion,
        of holder: AccountProjection,
        in instrument: InstrumentID,
        venue: borrowing VenueProjections
    ) throws(DialectError) {
        let market = venue.markets[instrument.index]
        guard let prices = market.prices else {
            throw DialectError(-1000, "\(market.symbol) has no price yet", status: 503)
        }
        let reckoning = PreviewReckoning(
            question: question,
            holder: holder,
            market: market,
            markPrice: prices.mark
        )
        self.question = question
        rules = market.rules
        markPrice = prices.mark
        hourlyMove = reckoning.typical?.hourly
        leverage = reckoning.leverage
        marginMode = reckoning.marginMode
        before = AccountReport(of: holder, in: venue)
        available = before.balance(rules.contract.settleAsset)?.available ?? .zero
        let quantity = reckoning.quantity()
        guard quantity > .zero else {
            throw DialectError(
                -4003,
                "less than the smallest quantity, \(rules.limits.quantityMin)"
            )
        }
        self.quantity = quantity
        let walk = reckoning.walk(quantity)
        missing = question.price == nil ? reckoning.missing(quantity) : .zero
        notional = walk.notional(in: rules.contract)
        averagePrice = walk.averagePrice(in: rules.contract) ?? prices.mark
        worstPrice = walk.worstPrice ?? prices.mark
        let outcome = reckoning.outcome(quantity, venue: venue)
        self.outcome = outcome
        closeFee = reckoning.fee(of: quantity, at: question.stop ?? averagePrice)
        if let price = question.stop {
            let liquidation = outcome.liquidationPrice
            stop = reckoning.stop(at: price, quantity, liquidatedAt: liquidation, venue: venue)
        } else {
            stop = nil
        }
        let isFlat = reckoning.held.quantity.isZero
        isolated = isFlat ? reckoning.outcome(quantity, as: .isolated, venue: venue) : nil
        cross = isFlat ? reckoning.outcome(quantity, as: .cross, venue: venue) : nil
    }

    /// What the price would have to do for the position to earn: the target, else one typical hourly
    /// move; `nil` where neither is known.
    var gainPrice: Price? {
        if let target = question.target { return target }
        guard let hourlyMove else { return nil }
        let step = averagePrice.times(hourlyMove, rounding: .down)
        let price = question.side == .buy ? averagePrice + step : averagePrice - step
        return price > .zero ? price : nil
    }

    /// What the order earns at a price before funding, fees of both ways counted.
    func gain(at price: Price) -> Amount {
        let valuation = rules.contract.valuation
        let signed = question.side == .buy ? quantity : -quantity
        let change =
            valuation.value(of: signed, at: price)
            - valuation.value(of: signed, at: averagePrice)
        let close = tradingFee(
            on: valuation.notional(of: quantity, at: price),
            rate: rules.fees.taker
        )
        return change - outcome.fee - close
    }

    /// What the same margin earns without leverage.
    func gainAtOneTimes(at price: Price) -> Amount {
        guard notional > .zero else { return .zero }
        return gain(at: price).share(outcome.margin, of: notional, rounding: .down)
    }
}
