/// Where the engine is known to depart from the specification, reported and not yet mended.
///
/// Each switch lets the twin do as the engine does, so that runs find what is not known yet; it goes
/// when the engine is right.
enum KnownDifference {
    /// ORD-010, MARG-004: a sweep is reckoned as if it left its owner's position alone.
    ///
    /// Its fills change how much the owner's own reduce-only orders in the book give. That matters
    /// only to an account that trades with itself.
    static let sweepForgetsItsOwnPosition = true

    /// Streams of `Regressions` that still tell the two apart, by name.
    static let regressions: Set<String> = []
}
