import PlimsollModel

/// What the engine keeps of one source of an index.
struct IndexSource: BitwiseCopyable {
    /// Zero until it speaks.
    var price = Price.zero
    /// When it last spoke.
    var heard = Timestamp.zero
}
