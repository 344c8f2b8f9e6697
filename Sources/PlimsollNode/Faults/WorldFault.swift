public import PlimsollModel

/// Something wrong with what the venue is told of the world: ordinary price commands, with prices
/// that are not those of the market.
public struct WorldFault: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The last price is told again and again.
        case indexFreeze
        /// No price is told at all.
        case indexSilence
        /// The price told is the true one times this factor.
        case indexSpike(factor: Rate)
    }

    /// The kinds by the names that control API, scenarios and command line use.
    public enum Name: String, CaseIterable, Sendable {
        case indexFreeze, indexSilence, indexSpike
    }

    public var kind: Kind
    /// The instrument whose index it is; `nil` is every one.
    public var symbol: Symbol?
    /// The number of the one source that is wrong; `nil` is all of them.
    public var source: Int?
    public var schedule: FaultSchedule

    public init(
        _ kind: Kind,
        symbol: Symbol? = nil,
        source: Int? = nil,
        schedule: FaultSchedule = FaultSchedule()
    ) {
        self.kind = kind
        self.symbol = symbol
        self.source = source
        self.schedule = schedule
    }
}

extension WorldFault.Kind {
    public var name: WorldFault.Name {
        switch self {
        case .indexFreeze: .indexFreeze
        case .indexSilence: .indexSilence
        case .indexSpike: .indexSpike
        }
    }

    public var factor: Rate? {
        guard case .indexSpike(let factor) = self else { return nil }
        return factor
    }
}
