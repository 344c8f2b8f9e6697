import PlimsollModel

/// How dYdX v4 reckons: whole quantums, and rates in whole parts of a million (ppm).
public enum DYDX {
    static let million: Int128 = 1_000_000

    /// The maintenance rate of a market.
    ///
    ///     maintenance = initial × fraction
    ///
    /// - Parameters:
    ///   - initialPPM: Initial margin rate.
    ///   - fractionPPM: Of the initial margin that must be kept.
    /// - Returns: ppm, cut off.
    ///
    /// Spec: VEN-030. Vectors: `tiers_maintenance.json` MM_PPM_TRUNC.
    public static func maintenancePPM(initialPPM: Int64, fractionPPM: Int64) -> Int64 {
        Int64(divide(Int128(initialPPM) * Int128(fractionPPM), by: million, rounding: .down))
    }

    /// The initial margin rate that the open interest of a market asks for.
    ///
    /// It grows from its base at `lowerCap` to 100 % at `upperCap`:
    ///
    ///     rate = base + (open interest − lower) ÷ (upper − lower) × (100 % − base)
    ///
    /// - Parameters:
    ///   - basePPM: Initial margin rate without scaling.
    ///   - openInterest: In the unit of the caps.
    ///   - lowerCap: From which the rate grows.
    ///   - upperCap: At which it is 100 %; zero where the market does not scale.
    /// - Returns: ppm, rounded down.
    ///
    /// Spec: VEN-030. Vectors: `tiers_maintenance.json` IM_PPM_OI.
    public static func initialPPM(
        basePPM: Int64,
        openInterest: Int128,
        lowerCap: Int128,
        upperCap: Int128
    ) -> Int64 {
        guard upperCap > 0, openInterest > lowerCap else { return basePPM }
        guard openInterest < upperCap else { return Int64(million) }
        let growth = multiplyDivide(
            openInterest - lowerCap,
            by: million - Int128(basePPM),
            over: upperCap - lowerCap,
            rounding: .down
        )
        return basePPM + Int64(growth)
    }

    /// The initial margin of a notional at a rate.
    ///
    /// - Parameters:
    ///   - notional: Quote quantums; not negative.
    ///   - ratePPM: From `initialPPM(basePPM:openInterest:lowerCap:upperCap:)`.
    /// - Returns: Quote quantums, rounded up.
    ///
    /// Spec: VEN-030. Vectors: `tiers_maintenance.json` IM_OI_SCALED, MARGIN_QQ.
    public static func initialMargin(of notional: Int128, ratePPM: Int64) -> Int128 {
        multiplyDivide(notional, by: Int128(ratePPM), over: million, rounding: .up)
    }

    /// The maintenance margin of a notional, which open interest never scales.
    ///
    ///     maintenance = notional × initial × fraction, rounded once
    ///
    /// - Parameters:
    ///   - notional: Quote quantums; not negative.
    ///   - initialPPM: Initial margin rate without scaling.
    ///   - fractionPPM: Of the initial margin that must be kept.
    /// - Returns: Quote quantums, rounded up.
    ///
    /// Spec: VEN-030. Vectors: `tiers_maintenance.json` MARGIN_QQ.
    public static func maintenanceMargin(
        of notional: Int128,
        initialPPM: Int64,
        fractionPPM: Int64
    ) -> Int128 {
        multiplyDivide(
            notional,
            by: Int128(initialPPM) * Int128(fractionPPM),
            over: million * million,
            rounding: .up
        )
    }
}
