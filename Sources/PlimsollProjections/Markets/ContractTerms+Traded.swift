public import PlimsollModel

// What trades are worth, as the reports tell it: without a sign.
extension ContractTerms {
    /// The magnitude of a traded quantity's value, in the settle asset; zero where there is no price.
    ///
    /// Spec: POS-020.
    public func tradedValue(of quantity: Quantity, at price: Price) -> Amount {
        price > .zero ? valuation.value(of: quantity, at: price).magnitude : .zero
    }

    /// The price at which a quantity has a value: of several trades their average.
    ///
    /// Neither sign counts; half-up to 10⁻⁸, and zero where there is nothing to divide by, or where no
    /// price holds the quotient.
    ///
    /// Spec: POS-020.
    public func averagePrice(of quantity: Quantity, worth value: Amount) -> Price {
        valuation.averagePrice(of: quantity, worth: value)
    }
}

extension ContractValuation {
    func averagePrice(of quantity: Quantity, worth value: Amount) -> Price {
        guard !quantity.isZero else { return .zero }
        let size = quantity.magnitude
        let signed = kind == .linear ? value.magnitude : -value.magnitude
        return price(of: size, worth: signed, rounding: .halfUp) ?? .zero
    }
}
