public import PlimsollModel

/// The mark price at which a linear position's margin balance equals its maintenance margin.
///
///     LP = (wallet − other maintenance + other unrealised + deduction − entry value)
///          ÷ (|quantity| × maintenance rate − quantity)
///
/// `quantity` and `entry value` are signed. Maintenance rate and deduction are those of the tier in
/// which `LP × |quantity|` falls, which is not always the tier at the entry or the mark: each tier is
/// tried, and the one whose range holds its own answer is taken. Fees are
/// not part of the formula, unless maintenance counts the close in.
///
/// - Parameters:
///   - quantity: Positive long, negative short, not zero.
///   - entryValue: With the sign of the quantity.
///   - walletBalance: The isolated wallet, or the cross wallet.
///   - otherMaintenance: Maintenance margin of all other cross positions; zero when isolated.
///   - otherUnrealizedPnL: Unrealised profit of all other cross positions; zero when isolated.
///   - closeFee: The taker fee, where maintenance counts the close in; it adds to the rate.
///   - tiers: Rising by floor; the first floor is zero.
/// - Returns: Rounded half-up to eight decimals; `nil` where no positive price liquidates the
///   position.
///
/// Spec: LIQ-001. Vectors: `liquidation_price.json` LIQ_BINANCE_ONEWAY, LIQ_BINANCE_TIERED.
public func liquidationPrice(
    quantity: Quantity,
    entryValue: Amount,
    walletBalance: Amount,
    otherMaintenance: Amount = .zero,
    otherUnrealizedPnL: Amount = .zero,
    closeFee: Rate = .zero,
    tiers: borrowing Span<MarginTier>
) -> Price? {
    LiquidationScope(
        long: max(quantity, .zero),
        short: max(-quantity, .zero),
        entryValue: entryValue,
        balance: walletBalance - otherMaintenance + otherUnrealizedPnL,
        closeFee: closeFee
    )
    .liquidationPrice(tiers: tiers)
}

/// What shares one liquidation price: a position, or the long and the short position that a cross
/// account holds in one instrument.
///
/// Spec: LIQ-001, LIQ-004.
public struct LiquidationScope: BitwiseCopyable, Hashable, Sendable {
    public var valuation: ContractValuation
    /// Sizes of the long and the short position; one may be zero, not both.
    public var long: Quantity
    public var short: Quantity
    /// Of both together, signed.
    public var entryValue: Amount
    /// The isolated wallet; or the cross wallet with the unrealised profit, less the maintenance
    /// margin, of all cross positions in other instruments.
    public var balance: Amount
    /// Counted to the maintenance margin where the fee of the close decides with it.
    public var closeFee: Rate

    public init(
        valuation: ContractValuation = .linear,
        long: Quantity,
        short: Quantity,
        entryValue: Amount,
        balance: Amount,
        closeFee: Rate = .zero
    ) {
        precondition(long >= .zero && short >= .zero, "sizes are magnitudes")
        precondition(!(long.isZero && short.isZero), "a flat position has no liquidation price")
        self.valuation = valuation
        self.long = long
        self.short = short
        self.entryValue = entryValue
        self.balance = balance
        self.closeFee = closeFee
    }

    /// The mark price at which margin balance equals maintenance margin.
    ///
    /// With the tiers `l` of the long and `s` of the short position:
    ///
    ///     free  = balance − entry value + deduction(l) + deduction(s)
    ///     slope = long × (rate(l) − 1) + short × (rate(s) + 1)          linear
    ///     slope = long × (rate(l) + 1) + short × (rate(s) − 1)          inverse
    ///     LP    = free ÷ slope                                         linear
    ///     LP    = multiplier × slope ÷ free                            inverse
    ///
    /// Every pair of tiers is tried, and one that holds its own answer is taken. A long and a short
    /// position together may have two answers, one on each side of the mark price; and where the
    /// deductions leave a step in the maintenance margin, the floor of a tier is an answer, if the
    /// step is what liquidates. The answer nearest to the mark price is the price shown.
    ///
    /// - Parameters:
    ///   - tiers: Rising by floor; the first floor is zero.
    ///   - markPrice: Of the instrument; without it the answer of the lowest tiers is taken.
    /// - Returns: Rounded half-up to eight decimals; `nil` where no positive price liquidates.
    ///
    /// Spec: LIQ-001, LIQ-004. Vectors: `liquidation_price.json` LIQ_BINANCE_ONEWAY,
    /// LIQ_BINANCE_TIERED.
    public func liquidationPrice(
        tiers: borrowing Span<MarginTier>,
        near markPrice: Price? = nil
    ) -> Price? {
        var nearest: Price?
        for longTier in 0..<(long.isZero ? 1 : tiers.count) {
            for shortTier in 0..<(short.isZero ? 1 : tiers.count) {
                guard let price = price(longTier, shortTier, tiers) else { continue }
                guard let markPrice else { return price }
                nearest = nearer(price, nearest, to: markPrice)
            }
        }
        for index in stride(from: 1, to: tiers.count, by: 1) where hasStep(at: index, tiers) {
            for size in [long, short] where !size.isZero {
                guard let price = stepPrice(of: size, at: index, tiers) else { continue }
                guard let markPrice else { return nearest ?? price }
                nearest = nearer(price, nearest, to: markPrice)
            }
        }
        return nearest
    }

    private func nearer(_ price: Price, _ other: Price?, to markPrice: Price) -> Price {
        guard let other else { return price }
        let distance = (price - markPrice).magnitude
        let otherDistance = (other - markPrice).magnitude
        return (distance, price) < (otherDistance, other) ? price : other
    }

    /// The answer under the assumption that the positions lie in two tiers, if they do there.
    private func price(
        _ longTier: Int,
        _ shortTier: Int,
        _ tiers: borrowing Span<MarginTier>
    ) -> Price? {
        var free = (balance - entryValue).units
        if !long.isZero { free += tiers[longTier].deduction.units }
        if !short.isZero { free += tiers[shortTier].deduction.units }
        // In 10⁻¹⁶: sizes and rates both count 10⁻⁸.
        let isLinear = valuation.kind == .linear
        let sign = Int128(isLinear ? Rate.unitsPerOne : -Rate.unitsPerOne)
        let fee = Int128(closeFee.units)
        let longRate = Int128(tiers[longTier].maintenanceRate.units) + fee - sign
        let shortRate = Int128(tiers[shortTier].maintenanceRate.units) + fee + sign
        var slope = Int128(long.units) * longRate + Int128(short.units) * shortRate
        // A price is positive only where the signs agree.
        guard free != 0, slope != 0, (free < 0) == (slope < 0) else { return nil }
        free = abs(free)
        slope = abs(slope)
        // Beyond these quotients lies no price that could be told.
        guard free / slope <= Self.quotientMax, isLinear || slope / free <= Self.inverseMax
        else { return nil }
        guard isHeld(long, by: longTier, tiers, free, slope),
            isHeld(short, by: shortTier, tiers, free, slope)
        else { return nil }
        let units =
            isLinear
            ? multiplyDivide(
                free,
                by: Int128(Price.unitsPerOne),
                over: slope,
                rounding: .halfUp
            )
            : multiplyDivide(
                slope,
                by: Int128(valuation.multiplier.units),
                over: free,
                rounding: .halfUp
            )
        guard units > 0 else { return nil }
        return Int64(exactly: units).map(Price.init(units:))
    }

    private static let quotientMax: Int128 = 100_000_000_000
    private static let inverseMax: Int128 = 10_000_000_000_000_000_000

    /// Whether a position's notional at the answer, which is size × free ÷ slope for both kinds, lies in
    /// a tier.
    ///
    /// Compared before the price is rounded: the rounded one may lie just beyond both of two tiers.
    private func isHeld(
        _ size: Quantity,
        by index: Int,
        _ tiers: borrowing Span<MarginTier>,
        _ free: Int128,
        _ slope: Int128
    ) -> Bool {
        guard !size.isZero else { return true }
        let factor = Int128(size.units) * Int128(Rate.unitsPerOne)
        let whole = multiplyDivide(free, by: factor, over: slope, rounding: .down)
        guard whole >= tiers[index].notionalFloor.units else { return false }
        guard index + 1 < tiers.count else { return true }
        let above = multiplyDivide(free, by: factor, over: slope, rounding: .up)
        return above <= tiers[index + 1].notionalFloor.units
    }

    /// Whether the maintenance margin jumps where a tier begins.
    private func hasStep(at index: Int, _ tiers: borrowing Span<MarginTier>) -> Bool {
        tierDeduction(
            after: tiers[index - 1],
            floor: tiers[index].notionalFloor,
            rate: tiers[index].maintenanceRate
        ) != tiers[index].deduction
    }

    /// The price at which a position reaches the floor of a tier, if the step there liquidates.
    private func stepPrice(
        of size: Quantity,
        at index: Int,
        _ tiers: borrowing Span<MarginTier>
    ) -> Price? {
        let floor = tiers[index].notionalFloor
        // Rounded so that the notional has reached the floor: up where it rises with the price.
        let isLinear = valuation.kind == .linear
        guard
            let edge = valuation.price(
                of: size,
                worth: isLinear ? floor : -floor,
                rounding: isLinear ? .up : .down
            )
        else { return nil }
        let before = edge - Price(units: isLinear ? 1 : -1)
        guard before > .zero, !isSafe(at: edge, tiers), isSafe(at: before, tiers) else {
            return nil
        }
        return edge
    }

    private func isSafe(at price: Price, _ tiers: borrowing Span<MarginTier>) -> Bool {
        let longNotional = valuation.notional(of: long, at: price)
        let shortNotional = valuation.notional(of: short, at: price)
        let value = valuation.value(of: long - short, at: price)
        let maintenance =
            maintenanceMargin(of: longNotional, in: tiers)
            + maintenanceMargin(of: shortNotional, in: tiers)
            + (longNotional + shortNotional).times(closeFee, rounding: .up)
        return balance + value - entryValue > maintenance
    }
}
