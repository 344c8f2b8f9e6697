import PlimsollModel

/// How far forced trades hold the prices of an instrument away from where they found them.
struct PricePressure: BitwiseCopyable {
    /// The newest forced close whose orders traded; it stays for the samples that still tell of it.
    var flow = ForcedFlow.none
    /// Whether the last price still stands where that left it.
    var isActive = false
    /// Of the takers that were forced.
    var side = Side.sell
    /// Last price − index, before the first of their trades.
    var lastBasis: Int64 = 0
    /// Mid price − index, then.
    var midBasis: Int64 = 0
    /// The instant after which the basis samples have forgotten the newest of those trades.
    var until = Timestamp.zero
    /// Of the samples in the basis average: what each would have been, less what it is.
    var sampleSum: Int128 = 0
    /// The mark price without the forced trades.
    var undisturbedMark = Price.zero

    /// A basis as it would be without the forced trades.
    func undisturbed(_ basis: Int64, before: Int64) -> Int64 {
        guard isActive else { return basis }
        return side == .sell ? max(basis, before) : min(basis, before)
    }
}
