public import PlimsollModel

/// How OKX reckoned, where it differs from the default profile.
public enum OKX {
    /// How much of a position in tier 3 or above the older rule closed at once.
    ///
    ///     closed = held − largest position of tier 1
    ///
    /// - Parameters:
    ///   - held: Contracts; not negative.
    ///   - firstTierMax: The largest position of tier 1.
    /// - Returns: Zero where the position lies within tier 1.
    ///
    /// Spec: VEN-025. Vectors: `partial_liquidation_insurance.json` OKX_OLD_PARTIAL.
    public static func partialClose(held: Quantity, firstTierMax: Quantity) -> Quantity {
        max(.zero, held - firstTierMax)
    }
}
