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
    private let quantityMin: Quantity
    /// What an inverse contract is worth in quote units; `nil` for a linear one.
    private let contractValue: Price?

    /// A ladder and an inventory of this value fit under the cap of the leverage chosen.
    private static let exposureWanted = Amount(600_000)
    private static let leverageWanted: UInt16 = 10
    private static let sideNotionalWanted: Int64 = 120_000
    /// Half of the money a market maker is expected to have.
    private static let marginShared: Int64 = 500_000

    init(_ instrument: InstrumentID, _ rules: InstrumentRules, instrumentCount: Int) {
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
        let offered = tier?.leverageMax ?? 1
        leverage = min(offered, Self.leverageWanted)
        guard rules.contract.kind == .linear else {
            // Caps and margins are in coins, of which a participant has more than it can show.
            contractValue = rules.contract.multiplier
            sideNotionalMax = Price(units: Self.sideNotionalWanted * Price.unitsPerOne)
            return
        }
        contractValue = nil
        let cap = (tier?.notionalCap ?? .zero).units / Amount.unitsPerOne / 4
        let byMargin = Self.marginShared * Int64(leverage) / Int64(max(1, instrumentCount))
        let most = min(Int128(Self.sideNotionalWanted), min(cap, Int128(byMargin)))
        sideNotionalMax = Price(units: Int64(most) * Price.unitsPerOne)
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
