/// A running 64-bit digest: the same inputs in the same order give the same digest on every machine.
///
/// It tells two runs apart; it is no defence against somebody who forges a journal, which is what
/// the journal's SHA-256 chain is for.
///
/// Spec: DET-002.
public struct Digest: WireSink, BitwiseCopyable, Hashable, Sendable, CustomStringConvertible {
    public private(set) var value: UInt64

    public init(value: UInt64 = 0x504C_494D_534F_4C4C) { self.value = value }

    public mutating func put(_ word: UInt64) {
        // Each step is a bijection of the state for a given word, so nothing already mixed is lost.
        var mixed = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        value = mixed
    }

    public mutating func put(_ word: UInt8) { put(UInt64(word)) }
    public mutating func put(_ word: UInt16) { put(UInt64(word)) }
    public mutating func put(_ word: UInt32) { put(UInt64(word)) }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
