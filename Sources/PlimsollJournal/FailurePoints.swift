/// Where a simulation may have the disk fail; nowhere unless it says so.
public struct FailurePoints: Sendable {
    public enum Point: UInt8, CaseIterable, Sendable {
        /// Nothing of a transaction reaches the disk.
        case write
        /// A transaction may be on the disk, and nobody is told that it is.
        case synchronize
    }

    /// What a running venue has.
    public static let none = FailurePoints()

    private let strikes: (@Sendable (Point) -> Bool)?

    private init() { strikes = nil }

    /// Asks each time that a point is reached.
    public init(_ strikes: @escaping @Sendable (Point) -> Bool) { self.strikes = strikes }

    func pass(_ point: Point) throws(JournalError) {
        guard let strikes, strikes(point) else { return }
        throw .io("a simulated failure to \(point)")
    }
}
