import PlimsollModel
import PlimsollProjections

/// What an order would take from one side of a book as it stands, level by level.
struct BookWalk: Sendable {
    struct Part: Sendable {
        var price: Price
        var quantity: Quantity
    }

    private(set) var parts: [Part] = []
    /// What the book does not hold up to the limit.
    private(set) var missing: Quantity

    /// - Parameters:
    ///   - levels: Best first.
    ///   - side: Of the order.
    ///   - quantity: Of the order.
    ///   - limit: The worst price that the order takes; `nil` for any.
    init(_ levels: [BookLevel], _ side: Side, _ quantity: Quantity, limit: Price? = nil) {
        missing = quantity
        for level in levels where missing > .zero {
            if let limit, (level.price.units - limit.units) * side.sign > 0 { break }
            let taken = min(level.quantity, missing)
            parts.append(Part(price: level.price, quantity: taken))
            missing -= taken
        }
    }

    /// What lies beyond the book is taken to fill at one price.
    mutating func fillRest(at price: Price) {
        guard missing > .zero else { return }
        parts.append(Part(price: price, quantity: missing))
        missing = .zero
    }

    var worstPrice: Price? { parts.last?.price }

    /// The magnitude of what the parts are worth, exactly.
    func notional(in contract: ContractTerms) -> Amount {
        parts.reduce(.zero) {
            $0 + contract.valuation.notional(of: $1.quantity, at: $1.price)
        }
    }

    func averagePrice(in contract: ContractTerms) -> Price? {
        let quantity = parts.reduce(Quantity.zero) { $0 + $1.quantity }
        guard quantity > .zero else { return nil }
        let value = parts.reduce(Amount.zero) {
            $0 + contract.valuation.value(of: $1.quantity, at: $1.price)
        }
        return contract.averagePrice(of: quantity, worth: value)
    }
}
