import PlimsollModel

/// The part of a contract's terms that says what a quantity is worth.
///
/// Spec: POS-011.
struct ContractWorth {
    var kind: ContractKind
    var multiplier: Price

    /// Signed: a long linear position is worth what it costs, a long inverse one is owed in coins.
    func value(of quantity: Quantity, at price: Price) -> Amount {
        switch kind {
        case .linear: return Amount(price, times: quantity)
        case .inverse:
            guard price > .zero else { return .zero }
            let coins = multiplyDivide(
                Amount(multiplier, times: quantity.magnitude).units,
                by: Int128(Price.unitsPerOne),
                over: Int128(price.units),
                rounding: .halfUp
            )
            return Amount(units: quantity.units > 0 ? -coins : coins)
        }
    }

    /// Half-up; zero where there is none.
    func averagePrice(of quantity: Quantity, worth value: Amount) -> Price {
        guard !quantity.isZero, !value.isZero else { return .zero }
        switch kind {
        case .linear:
            return value.magnitude.price(per: quantity.magnitude, rounding: .halfUp) ?? .zero
        case .inverse:
            let units = multiplyDivide(
                Amount(multiplier, times: quantity.magnitude).units,
                by: Int128(Price.unitsPerOne),
                over: value.magnitude.units,
                rounding: .halfUp
            )
            return Int64(exactly: units).map(Price.init(units:)) ?? .zero
        }
    }

    /// The rule for the value of a position; `size` for its magnitude.
    func valueRule(_ quantity: String = "quantity", _ price: String = "mark price") -> String {
        switch kind {
        case .linear: "\(quantity) × \(price)"
        case .inverse: "\(quantity) × multiplier ÷ \(price)"
        }
    }

    /// The rule with its numbers.
    func valueCalculation(_ quantity: String, _ price: String) -> String {
        switch kind {
        case .linear: "\(quantity) × \(price)"
        case .inverse: "\(quantity) × \(multiplier) ÷ \(price)"
        }
    }

    /// How a position's signed value enters a sum: a long inverse position's is negative.
    var sign: String { kind == .linear ? "+" : "−" }
}
