/// What happens where an order meets another of the same owner; the taker's mode decides.
///
/// Spec: VEN-090.
public enum SelfTradePrevention: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The two trade.
    case none = 0
    /// The taker expires, the maker stays.
    case expireTaker = 1
    /// The maker expires, the taker goes on.
    case expireMaker = 2
    /// Both expire.
    case expireBoth = 3
    /// Both lose the smaller quantity; who has none left expires.
    case decrement = 4
    /// As `decrement`, between accounts of one trade group: the quantity moves without a trade.
    case transfer = 5
}
