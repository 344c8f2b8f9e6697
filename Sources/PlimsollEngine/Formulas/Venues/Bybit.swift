public import PlimsollModel

/// How Bybit reckons, where it differs from the default profile.
public enum Bybit {
    /// The liquidation price of an isolated position.
    ///
    ///     LP = (entry value − (initial margin − maintenance + extra)) ÷ quantity
    ///
    /// with signed quantity and entry value; both margins are taken at the *entry* value:
    /// value ÷ leverage, and value × rate − deduction.
    ///
    /// - Parameters:
    ///   - quantity: Positive long, negative short, not zero.
    ///   - entryValue: With the sign of the quantity.
    ///   - leverage: One or more.
    ///   - maintenanceRate: Of the tier.
    ///   - deduction: Of the tier.
    ///   - extraMargin: Added by hand.
    /// - Returns: Half-up to eight decimals; not below zero.
    ///
    /// Spec: VEN-021. Vectors: `liquidation_price.json` LIQ_BYBIT_ISOLATED.
    public static func liquidationPrice(
        quantity: Quantity,
        entryValue: Amount,
        leverage: UInt16,
        maintenanceRate: Rate,
        deduction: Amount = .zero,
        extraMargin: Amount = .zero
    ) -> Price {
        precondition(!quantity.isZero, "a flat position has no liquidation price")
        let value = entryValue.magnitude
        let initial = Amount(
            units: divide(value.units, by: Int128(leverage), rounding: .halfUp)
        )
        let maintenance = value.times(maintenanceRate, rounding: .halfUp) - deduction
        let cushion = initial - maintenance + extraMargin
        let price = (entryValue - cushion).price(per: quantity, rounding: .halfUp) ?? .zero
        return max(price, .zero)
    }

    /// What opening and closing at the bankruptcy price cost together, reserved with an order.
    ///
    ///     fee = quantity × price × rate + quantity × bankruptcy price × rate
    ///     bankruptcy price = price × (1 ∓ 1 ÷ leverage)
    ///
    /// - Parameters:
    ///   - side: A buy for a long (−), a sell for a short (+).
    ///   - value: Quantity × price; not negative.
    ///   - leverage: One or more.
    ///   - rate: The taker's.
    /// - Returns: Settle-asset units, half-up to sixteen decimals.
    ///
    /// Spec: VEN-024. Vectors: `position_accounting.json` TWO_WAY_FEE_LINEAR.
    public static func twoWayFee(
        side: Side,
        value: Amount,
        leverage: UInt16,
        rate: Rate
    ) -> Amount {
        Amount(
            units: multiplyDivide(
                value.units,
                by: Int128(rate.units) * (2 * Int128(leverage) - Int128(side.sign)),
                over: Int128(Rate.unitsPerOne) * Int128(leverage),
                rounding: .halfUp
            )
        )
    }

    /// The two-way fee of an inverse contract, in coins.
    ///
    ///     fee = contracts ÷ price × rate + contracts ÷ bankruptcy price × rate
    ///     bankruptcy price = price × leverage ÷ (leverage ± 1)
    ///
    /// - Parameters:
    ///   - side: A buy for a long (+), a sell for a short (−).
    ///   - contracts: Worth one quote unit each; not negative.
    ///   - price: Greater than zero.
    ///   - leverage: One or more.
    ///   - rate: The taker's.
    /// - Returns: Coins, exactly.
    ///
    /// Spec: VEN-024. Vectors: `position_accounting.json` TWO_WAY_FEE_INVERSE.
    public static func inverseTwoWayFee(
        side: Side,
        contracts: Quantity,
        price: Price,
        leverage: UInt16,
        rate: Rate
    ) -> ExactQuotient {
        let multiple = Int128(leverage)
        return ExactQuotient(
            Int128(contracts.units) * Int128(rate.units) * (2 * multiple + Int128(side.sign)),
            over: Int128(price.units) * multiple * Int128(Rate.unitsPerOne)
        )
    }

    /// Bankruptcy and liquidation price of a cross long in an inverse contract.
    ///
    ///     BP = N × (1 + fee) ÷ (N ÷ entry + balance)
    ///     LP = N ÷ (N ÷ entry + balance − N ÷ entry × rate − N ÷ BP × fee)
    ///
    /// - Parameters:
    ///   - contracts: `N`, worth one quote unit each; greater than zero.
    ///   - entryPrice: Greater than zero.
    ///   - balance: Of the wallet, in coins.
    ///   - maintenanceRate: Of the tier.
    ///   - takerFee: Of the close.
    ///   - tick: Of the price; greater than zero.
    /// - Returns: The bankruptcy price half-up to cents, the liquidation price up to the tick; `nil`
    ///   where no price takes the balance, or the two are worth 10¹⁵ coins and more.
    ///
    /// Spec: VEN-015. Vectors: `liquidation_price.json` LIQ_BYBIT_INVERSE_CROSS.
    public static func inverseCrossLongPrices(
        contracts: Quantity,
        entryPrice: Price,
        balance: Amount,
        maintenanceRate: Rate,
        takerFee: Rate,
        tick: Price
    ) -> (bankruptcy: Price, liquidation: Price)? {
        precondition(tick > .zero, "a tick is greater than zero")
        let face = Amount(Price(1), times: contracts)
        let value = InverseContract.value(of: face, at: entryPrice)
        let backing = value + balance
        guard backing > .zero, backing < Amount(1_000_000_000_000_000) else { return nil }
        let cent: Int128 = 1_000_000
        let cents = multiplyDivide(
            face.units,
            by: Int128(Rate.unitsPerOne + takerFee.units),
            over: backing.units * cent,
            rounding: .halfUp
        )
        guard let bankruptcyUnits = Int64(exactly: cents * cent), bankruptcyUnits > 0 else {
            return nil
        }
        let bankruptcy = Price(units: bankruptcyUnits)
        let closingFee = InverseContract.value(of: face, at: bankruptcy)
            .times(takerFee, rounding: .halfUp)
        let free = backing - value.times(maintenanceRate, rounding: .halfUp) - closingFee
        guard free > .zero else { return nil }
        let exact = multiplyDivide(
            face.units,
            by: Int128(Price.unitsPerOne),
            over: free.units,
            rounding: .up
        )
        // Rounding up twice is rounding up once.
        let ticks = divide(exact, by: Int128(tick.units), rounding: .up)
        guard let liquidation = Int64(exactly: ticks * Int128(tick.units)) else { return nil }
        return (bankruptcy, Price(units: liquidation))
    }
}
