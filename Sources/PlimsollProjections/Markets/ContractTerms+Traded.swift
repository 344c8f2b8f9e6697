public import PlimsollModel

// What trades are worth, for reports; what positions are worth is the engine's to say.
extension ContractTerms {
    /// The magnitude of a traded quantity's value, in the settle asset.
    ///
    ///     linear    quantity × price
    ///     inverse   quantity × multiplier ÷ price, half-up to 10⁻¹⁶
    ///
    /// - Parameters:
    ///   - quantity: Its sign does not count.
    ///   - price: Greater than zero.
    ///
    /// Spec: POS-011.
    public func tradedValue(of quantity: Quantity, at price: Price) -> Amount {
        terms.value(of: quantity, at: price).magnitude
    }

    /// The price at which a quantity has a value: of several trades their average.
    ///
    ///     linear    value ÷ quantity
    ///     inverse   quantity × multiplier ÷ value
    ///
    /// - Returns: Half-up to 10⁻⁸; zero where there is nothing to divide by, or where no price holds
    ///   the quotient.
    public func averagePrice(of quantity: Quantity, worth value: Amount) -> Price {
        terms.averagePrice(of: quantity, worth: value)
    }

    /// What a position costs at a price, signed: a long inverse one owes coins.
    ///
    /// Spec: POS-011.
    public func worth(of quantity: Quantity, at price: Price) -> Amount {
        terms.value(of: quantity, at: price)
    }

    private var terms: ContractWorth { ContractWorth(kind: kind, multiplier: multiplier) }
}
