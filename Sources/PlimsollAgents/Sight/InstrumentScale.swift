import PlimsollModel

/// What participants need of an instrument's rules to speak in valid numbers.
struct InstrumentScale: Sendable {
    let instrument: InstrumentID
    let asset: AssetID
    let tick: Price
    let step: Quantity
    let priceMin: Price
    let priceMax: Price
    let quantityMax: Quantity
    /// The smallest value of an order, with a tenth on top since prices move before it arrives.
    let notionalMin: Price
    /// What the participants choose; large enough for a market maker's ladder.
    let leverage: UInt16
    /// What a market maker can show on one side with its margin and under the leverage's cap.
    let sideNotionalMax: Price
    private let tiers: [MarginTier]
    private let quantityMin: Quantity
    /// What an inverse contract is worth in quote units; `nil` for a linear one.
    private let contractValue: Price?
    private let valuation: ContractValuation

    /// A ladder and an inventory of this value fit under the cap of the leverage chosen.
    private static let exposureWanted = Amount(600_000)
    private static let leverageWanted: UInt16 = 10

    /// - Parameters:
    ///   - instrument: Its number.
    ///   - rules: Its rules.
    ///   - instrumentCount: How many instruments share a market maker's money.
    ///   - makerDeposit: That money, half of which may stand behind orders.
    init(
        _ instrument: InstrumentID,
        _ rules: InstrumentRules,
        instrumentCount: Int,
        makerDeposit: Amount
    ) {
        self.instrument = instrument
        asset = rules.contract.settleAsset
        tick = rules.contract.tickSize
        step = rules.contract.stepSize
        priceMin = rules.limits.priceMin
        priceMax = rules.limits.priceMax
        quantityMin = rules.limits.quantityMin
        quantityMax = min(rules.limits.quantityMax, rules.limits.marketQuantityMax)
        let least = rules.limits.notionalMin.units
        notionalMin = Price(units: least.clampedProduct(11) / 10)
        let fitting = rules.tiers.last { tier in
            tier.leverageMax >= Self.leverageWanted && tier.notionalCap >= Self.exposureWanted
        }
        let tier =
            fitting ?? rules.tiers.first { $0.notionalCap >= Self.exposureWanted }
            ?? rules.tiers.last
        tiers = rules.tiers
        valuation = ContractValuation(
            kind: rules.contract.kind,
            multiplier: rules.contract.multiplier
        )
        let offered = tier?.leverageMax ?? 1
        leverage = min(offered, Self.leverageWanted)
        let shared =
            makerDeposit.units / Amount.unitsPerOne * Int128(leverage)
            / Int128(2 * max(1, instrumentCount))
        let mostWanted = min(shared, Int128(Int32.max))
        guard rules.contract.kind == .linear else {
            // Caps are in coins, of which a participant has less than a first tier allows.
            contractValue = rules.contract.multiplier
            sideNotionalMax = Price(units: Int64(mostWanted) * Price.unitsPerOne)
            return
        }
        contractValue = nil
        let cap = (tier?.notionalCap ?? .zero).units / Amount.unitsPerOne / 4
        sideNotionalMax = Price(units: Int64(min(cap, mostWanted)) * Price.unitsPerOne)
    }

    /// The leverage nearest to the wanted one that the venue offers for a small position.
    func leverage(wanted: Int) -> UInt16 {
        UInt16(min(max(1, wanted), Int(tiers.first?.leverageMax ?? 1)))
    }

    /// The most that may be held at a leverage, in quote units, with room for a move.
    func notionalMax(at leverage: UInt16, price: Price) -> Price {
        let cap = tiers.last { $0.leverageMax >= leverage }?.notionalCap ?? .zero
        return quoteValue(of: cap.times(Rate(units: 80_000_000), rounding: .down), at: price)
    }

    /// What money in the settle asset is worth in quote units, as far as a price can say it.
    func quoteValue(of amount: Amount, at price: Price) -> Price {
        let units = amount.units / Int128(Price.unitsPerOne)
        let worth =
            contractValue == nil
            ? units : units * Int128(price.units) / Int128(Price.unitsPerOne)
        return Price(units: Int64(min(max(worth, 0), Int128(Int64.max))))
    }

    /// Money in the settle asset that is worth so much in quote units.
    func settleAmount(of quote: Amount, at price: Price) -> Amount {
        guard contractValue != nil else { return quote }
        return Amount(
            units: multiplyDivide(
                quote.units,
                by: Int128(Price.unitsPerOne),
                over: Int128(price.units),
                rounding: .down
            )
        ).rounded(.down)
    }

    /// The average price at which a position was entered; `nil` for a flat one.
    func entryPrice(of position: PositionChanged) -> Price? {
        guard !position.quantity.isZero else { return nil }
        return valuation.price(of: position.quantity, worth: position.entryValue, rounding: .halfUp)
    }

    /// A price on the tick, as far as orders may have it.
    func onTick(_ price: Price) -> Price {
        let ticks = min(max(price.units, priceMin.units), priceMax.units) / tick.units
        return Price(units: ticks * tick.units)
    }

    /// What a quantity is worth in quote units, unsigned.
    func notional(of quantity: Quantity, at price: Price) -> Price {
        let units =
            if let contractValue {
                Int128(quantity.units) * Int128(contractValue.units)
            } else {
                Int128(quantity.units) * Int128(price.units)
            }
        return Price(
            units: Int64(min(units.magnitude / UInt128(Price.unitsPerOne), UInt128(Int64.max)))
        )
    }

    /// Whole ticks of a price, rounded down.
    func ticks(of price: Price) -> Int64 { price.units / tick.units }

    /// The price of so many ticks, or `nil` where orders may not have it.
    func price(ofTicks ticks: Int64) -> Price? {
        let (units, overflow) = ticks.multipliedReportingOverflow(by: tick.units)
        guard !overflow, units >= priceMin.units, units <= priceMax.units else { return nil }
        return Price(units: units)
    }

    /// The quantity of about `notional` at `price`, as large as an order must and may be.
    ///
    /// The notional is in quote units, whatever the instrument settles in.
    func quantity(worth notional: Price, at price: Price) -> Quantity {
        if let contractValue {
            let wanted =
                Int128(notional.units) * Int128(Price.unitsPerOne) / Int128(contractValue.units)
            let steps = max(wanted / Int128(step.units), Int128(quantityMin.units / step.units))
            return Quantity(
                units: Int64(min(steps * Int128(step.units), Int128(quantityMax.units)))
            )
        }
        let wanted = Int128(notional.units) * Int128(Price.unitsPerOne) / Int128(price.units)
        let byNotional = divide(
            Int128(notionalMin.units) * Int128(Price.unitsPerOne),
            by: Int128(price.units),
            rounding: .up
        )
        let least = divide(
            max(byNotional, Int128(quantityMin.units)),
            by: Int128(step.units),
            rounding: .up
        )
        let steps = max(wanted / Int128(step.units), least)
        return Quantity(units: Int64(min(steps * Int128(step.units), Int128(quantityMax.units))))
    }
}

extension Price {
    /// Quote units as sizes are reckoned in, as far as they can be said.
    init(clamping amount: Amount) {
        let most = Int128(Int64.max)
        self.init(units: Int64(min(max(amount.units / Int128(Self.unitsPerOne), -most), most)))
    }
}
