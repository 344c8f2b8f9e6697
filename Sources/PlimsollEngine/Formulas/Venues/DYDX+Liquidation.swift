public import PlimsollModel

extension DYDX {
    /// The decimals of a quote quantum.
    static let quoteDecimals = 6
    /// How many units of an amount make a quote quantum.
    static let quoteQuantum: Int128 = 10_000_000_000

    public struct Position: BitwiseCopyable, Hashable, Sendable {
        /// Positive long, negative short.
        public var size: Quantity
        public var oraclePrice: Price
        public var maintenanceRate: Rate

        public init(size: Quantity, oraclePrice: Price, maintenanceRate: Rate) {
            self.size = size
            self.oraclePrice = oraclePrice
            self.maintenanceRate = maintenanceRate
        }

        /// With the sign of the size.
        public var netNotional: Amount { Amount(oraclePrice, times: size) }

        /// Rounded up to a quote quantum.
        public var maintenance: Amount {
            netNotional.magnitude.times(maintenanceRate, rounding: .up)
                .rounded(toDecimals: quoteDecimals, .up)
        }

        /// Whether a trade of `delta` makes the position smaller without turning it.
        public func isReduced(by delta: Quantity) -> Bool {
            !delta.isZero && !size.isZero && (delta.units < 0) != (size.units < 0)
                && delta.magnitude <= size.magnitude
        }
    }

    /// A subaccount: what its quote balance and positions are worth together.
    public struct Account: Hashable, Sendable {
        /// Holds the cost of longs, so it may be negative.
        public var quoteBalance: Amount
        public var positions: [Position]

        public init(quoteBalance: Amount, positions: [Position]) {
            self.quoteBalance = quoteBalance
            self.positions = positions
        }

        /// Quote balance and net notionals ("TNC").
        public var netCollateral: Amount {
            positions.reduce(quoteBalance) { $0 + $1.netNotional }
        }

        /// Of all positions ("TMMR").
        public var maintenance: Amount { positions.reduce(.zero) { $0 + $1.maintenance } }

        /// The account after `delta` of a position for `quoteDelta`.
        func traded(_ delta: Quantity, for quoteDelta: Amount, at index: Int) -> Account {
            var account = self
            account.positions[index].size += delta
            account.quoteBalance += quoteDelta
            return account
        }

        /// Whether a change leaves an account in debt no worse off than `before`.
        ///
        /// Without debt everything is allowed; with it, net collateral must stay in proportion to
        /// the maintenance margin.
        func isNoWorseInDebt(than before: Account) -> Bool {
            guard netCollateral < .zero else { return true }
            let (now, then) = (maintenance, before.maintenance)
            guard now > .zero, then > .zero else { return false }
            // net ÷ maintenance must not fall; both are compared as what would be owed now.
            let owed = before.netCollateral.share(now, of: then, rounding: .up)
            return owed <= netCollateral
        }
    }

    /// What an account gives and takes when a position, or a part of it, closes at its bankruptcy
    /// price.
    ///
    ///     Δ quote = −Δ net notional − net collateral × |Δ maintenance| ÷ maintenance
    ///
    /// The net collateral is shared among the positions in proportion to their maintenance margin.
    /// A long that is well covered can have a negative bankruptcy price.
    ///
    /// - Parameters:
    ///   - account: Before the close.
    ///   - index: Of the position.
    ///   - delta: Against the position, at most its size.
    /// - Returns: Quote units that the account receives, rounded up to a quantum; `nil` where the
    ///   delta does not reduce the position or the account needs no maintenance.
    ///
    /// Spec: VEN-031. Vectors: `bankruptcy_price.json` BANKRUPTCY_ACCOUNT_SHARE.
    public static func bankruptcyQuoteDelta(
        of account: Account,
        closing index: Int,
        by delta: Quantity
    ) -> Amount? {
        let position = account.positions[index]
        guard position.isReduced(by: delta) else { return nil }
        let total = account.maintenance
        guard total > .zero else { return nil }
        var rest = position
        rest.size += delta
        let freed = position.maintenance - rest.maintenance
        let collateral = account.netCollateral
        // The quotient is rounded towards less, so that the result is rounded up.
        let share = multiplyDivide(
            collateral.units,
            by: freed.units,
            over: total.units * quoteQuantum,
            rounding: collateral < .zero ? .up : .down
        )
        let notional = Amount(position.oraclePrice, times: delta)
        return ceiling(-notional) - Amount(units: share * quoteQuantum)
    }

    /// The price at which a liquidation order of an account may fill.
    ///
    ///     price = (net notional − ABR × spread × maintenance) ÷ size
    ///     ABR   = adjustment × (1 − net collateral ÷ all maintenance), within 0 … 1
    ///
    /// - Parameters:
    ///   - account: That is liquidated.
    ///   - index: Of the position.
    ///   - adjustment: How fast the price goes to its worst.
    ///   - spread: The worst distance from the oracle, as a share of maintenance.
    /// - Returns: Half-up to eight decimals; `nil` without position or maintenance, or beyond a
    ///   `Price`.
    ///
    /// Spec: VEN-032. Vectors: `partial_liquidation_insurance.json` DYDX_FILLABLE.
    public static func fillablePrice(
        of account: Account,
        closing index: Int,
        adjustment: Rate,
        spread: Rate
    ) -> Price? {
        let position = account.positions[index]
        let total = account.maintenance
        guard !position.size.isZero, total > .zero else { return nil }
        let missing = (total - account.netCollateral).times(adjustment, rounding: .halfUp)
        let bounded = max(.zero, min(total, missing))
        let discount = position.maintenance.share(bounded, of: total, rounding: .halfUp)
            .times(spread, rounding: .halfUp)
        return (position.netNotional - discount).price(per: position.size, rounding: .halfUp)
    }

    /// What a liquidation fill brings the insurance fund; negative where the fund pays.
    ///
    ///     surplus = quote received − Δ quote at bankruptcy
    ///     fund    = min(surplus, fee × |quote|), or the surplus itself where it is a loss
    ///
    /// - Parameters:
    ///   - account: Before the close.
    ///   - index: Of the position.
    ///   - delta: Against the position, at most its size.
    ///   - fillPrice: Of the fill.
    ///   - feeMax: The largest liquidation fee.
    /// - Returns: Quote units; the fee is rounded down to a quantum. `nil` where the bankruptcy
    ///   price is not defined.
    ///
    /// Spec: VEN-033. Vectors: `partial_liquidation_insurance.json` DYDX_FUND_DELTA.
    public static func insuranceFundDelta(
        of account: Account,
        closing index: Int,
        by delta: Quantity,
        at fillPrice: Price,
        feeMax: Rate
    ) -> Amount? {
        guard let bankruptcy = bankruptcyQuoteDelta(of: account, closing: index, by: delta) else {
            return nil
        }
        let received = -Amount(fillPrice, times: delta)
        let surplus = received - bankruptcy
        guard surplus > .zero else { return surplus }
        let fee = received.magnitude.times(feeMax, rounding: .down)
            .rounded(toDecimals: quoteDecimals, .down)
        return min(surplus, fee)
    }

    /// The nearest quote quantum that is not less.
    static func ceiling(_ amount: Amount) -> Amount {
        amount.rounded(toDecimals: quoteDecimals, amount < .zero ? .down : .up)
    }
}

/// Whether an insurance fund may be charged.
///
/// What flows in always may; what flows out may as long as the fund stays at zero or above.
///
/// Spec: VEN-033. Vectors: `adl.json` FUND_CAN_PAY.
public func insuranceFundCanTake(_ delta: Amount, balance: Amount) -> Bool {
    delta >= .zero || balance + delta >= .zero
}
