import PlimsollModel

/// The forced close that stands behind what happens.
struct ForcedFlow: BitwiseCopyable, Equatable {
    var liquidation: LiquidationID
    /// How many forced closes stand behind that one.
    var generation: UInt16

    /// Nobody was forced.
    static let none = ForcedFlow(liquidation: .none, generation: 0)

    var isForced: Bool { liquidation != .none }

    /// Of what follows from it.
    var nextGeneration: UInt16 {
        guard isForced else { return 0 }
        return generation == .max ? .max : generation + 1
    }
}

/// A position whose margin must be checked, and what touched it.
struct MarginCheck: BitwiseCopyable {
    var slot: Int32
    var cause: LiquidationCause
    var flow: ForcedFlow
}
