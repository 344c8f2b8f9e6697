import PlimsollModel

// What a quantity is worth, in numbers and in words.
extension LiquidationReceipt {
    var contract: ContractValuation {
        ContractValuation(kind: contractKind, multiplier: multiplier)
    }

    func tradedValue(of quantity: Quantity, at price: Price) -> Amount {
        contract.value(of: quantity, at: price).magnitude
    }

    func averagePrice(of quantity: Quantity, worth value: Amount) -> Price {
        contract.averagePrice(of: quantity, worth: value)
    }
}

// The same rules in words.
extension ContractValuation {
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
