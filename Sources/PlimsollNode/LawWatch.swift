internal import PlimsollEngine
internal import PlimsollModel

/// Looks after each command whether the books still balance.
///
/// A break is a bug of the venue. Whoever goes on then trades on numbers that are wrong, so the venue
/// stops at once and names the command.
struct LawWatch: Sendable {
    /// A drill: the command after which a law is taken to be broken.
    var drill: Sequence?

    init(_ configuration: NodeConfiguration) { drill = configuration.drillBrokenLawAt }

    func check(_ engine: borrowing Engine) throws(NodeError) {
        if let law = engine.brokenLaw() { throw .lawBroken(engine.sequence, law) }
        if engine.sequence == drill { throw .lawBroken(engine.sequence, "a drill") }
    }

    /// Everything that must hold, which takes longer: before a snapshot is kept.
    func checkAll(_ engine: borrowing Engine) throws(NodeError) {
        if let law = engine.brokenInvariants().first { throw .lawBroken(engine.sequence, law) }
    }
}
