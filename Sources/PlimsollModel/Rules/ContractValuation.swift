/// What a quantity of an instrument is worth at a price.
///
/// Spec: POS-020.
public struct ContractValuation: BitwiseCopyable, Hashable, Sendable {
    public var kind: ContractKind
    /// Quote units an inverse contract is worth, greater than zero; without meaning for a linear one.
    public var multiplier: Price

    public static var linear: ContractValuation {
        ContractValuation(kind: .linear, multiplier: Price(1))
    }

    @inlinable public init(kind: ContractKind, multiplier: Price) {
        self.kind = kind
        self.multiplier = multiplier
    }

    /// What a quantity costs at a price, signed, in the settle asset.
    ///
    ///     linear    value = quantity × price                     exact
    ///     inverse   value = −quantity × multiplier ÷ price        half-up to sixteen decimals
    ///
    /// A position's profit is the value at the mark price minus the value at which it was entered,
    /// for both kinds. The value of an inverse long is negative: it owes coins, and owes fewer of
    /// them the higher the price.
    ///
    /// - Parameters:
    ///   - quantity: Positive bought, negative sold.
    ///   - price: Greater than zero where the contract is inverse.
    /// - Returns: Settle-asset units; the values of opposite quantities are opposite.
    ///
    /// Spec: POS-020.
    @inlinable public func value(of quantity: Quantity, at price: Price) -> Amount {
        switch kind {
        case .linear: Amount(price, times: quantity)
        case .inverse: -faceValue(of: quantity, at: price)
        }
    }

    /// The magnitude of a quantity's value, with the sign of the quantity.
    ///
    /// Spec: POS-020.
    @inlinable public func notional(of quantity: Quantity, at price: Price) -> Amount {
        switch kind {
        case .linear: Amount(price, times: quantity)
        case .inverse: faceValue(of: quantity, at: price)
        }
    }

    /// The price at which a quantity has a value: the average price that an entry value stands for.
    ///
    /// - Parameters:
    ///   - quantity: Not zero.
    ///   - value: Signed, as `value(of:at:)` returns it.
    ///   - rounding: Of the last of eight decimals.
    /// - Returns: `nil` where no positive price has this value, or none that a `Price` holds.
    ///
    /// Spec: POS-020.
    public func price(of quantity: Quantity, worth value: Amount, rounding: Rounding) -> Price? {
        let units: Int128
        switch kind {
        case .linear:
            guard let price = value.price(per: quantity, rounding: rounding) else { return nil }
            units = Int128(price.units)
        case .inverse:
            let face = product(quantity.magnitude.units, multiplier.units)
            guard !value.isZero, (value.units < 0) == (quantity.units > 0),
                // Beyond this no price could hold the quotient.
                face / value.magnitude.units <= Int128(Int64.max)
            else { return nil }
            units = multiplyDivide(
                face,
                by: Int128(Price.unitsPerOne),
                over: value.magnitude.units,
                rounding: rounding
            )
        }
        guard units > 0 else { return nil }
        return Int64(exactly: units).map(Price.init(units:))
    }

    /// Quantity × multiplier in coins.
    @usableFromInline
    func faceValue(of quantity: Quantity, at price: Price) -> Amount {
        // Nothing is worth nothing, also where no price is known yet.
        guard !quantity.isZero else { return .zero }
        return Amount(
            units: multiplyDivide(
                product(quantity.units, multiplier.units),
                by: Int128(Price.unitsPerOne),
                over: Int128(price.units),
                rounding: .halfUp
            )
        )
    }
}

extension ContractTerms {
    @inlinable public var valuation: ContractValuation {
        ContractValuation(kind: kind, multiplier: multiplier)
    }
}
