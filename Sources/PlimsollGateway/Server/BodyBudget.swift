import Synchronization

/// The memory that bodies may take together while they are read.
///
/// A body has to be read before its signature can be checked: without a bound for all of them,
/// whoever may open connections could have the venue keep a megabyte for each.
final class BodyBudget: Sendable {
    static let bytesMax = 64 << 20

    private let available: Atomic<Int>

    init(bytesMax: Int = BodyBudget.bytesMax) { available = Atomic(bytesMax) }

    /// - Returns: Whether there was so much left; then it has to be given back.
    func take(_ bytes: Int) -> Bool {
        let left = available.subtract(bytes, ordering: .relaxed).newValue
        guard left < 0 else { return true }
        giveBack(bytes)
        return false
    }

    func giveBack(_ bytes: Int) { available.add(bytes, ordering: .relaxed) }
}
