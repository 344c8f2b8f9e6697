public import PlimsollModel

/// How the price of an instrument moves that nobody recorded.
public struct PriceCourse: Codable, Equatable, Sendable {
    /// Standard deviation of a day's return.
    public var dailyVolatility = Rate(units: 4_000_000)
    /// Expected return of a day.
    public var dailyDrift = Rate.zero
    /// How much of every move all instruments share, as a correlation.
    public var correlation = Rate(units: 60_000_000)
    /// The time constant of the pull back to where it began, in days; zero never returns.
    public var returnDays = 3
    /// How much of the perpetual's premium the real price takes over within a minute: what traders of
    /// the perpetual find out, and what forced closes do to everybody.
    public var follow = Rate(units: 25_000_000)

    public init() {}

    var fault: String? {
        if dailyVolatility < .zero || dailyVolatility > Rate(2) {
            return "a daily volatility is not between 0 and 2"
        }
        if dailyDrift.magnitude > Rate(1) { return "a daily drift is beyond 1" }
        if correlation < .zero || correlation > .one {
            return "a correlation is not between 0 and 1"
        }
        if follow < .zero || follow > .one {
            return "the share of a premium that the price follows is not between 0 and 1"
        }
        if returnDays < 0 { return "a price cannot return before it left" }
        if returnDays > 36_500 { return "a price that returns does so within a hundred years" }
        return nil
    }
}

/// One instrument of a simulated market.
public struct InstrumentCourse: Codable, Equatable, Sendable {
    public var symbol: Symbol
    /// A round number near that of 2025 where there is none.
    public var startPrice: Price?
    /// As all others where there is none.
    public var course: PriceCourse?

    public init(symbol: Symbol, startPrice: Price? = nil, course: PriceCourse? = nil) {
        self.symbol = symbol
        self.startPrice = startPrice
        self.course = course
    }
}

/// A move of the real price at a known time, on top of its course: the index goes, and the
/// participants follow it.
public struct PriceShock: Codable, Equatable, Sendable {
    /// Milliseconds from the start of the venue.
    public var after: Int64
    /// All instruments where there is none.
    public var instrument: Symbol?
    /// What the price is multiplied with: 0.9 is a fall by a tenth.
    public var factor: Rate
    /// Milliseconds that the move takes.
    public var over: Int64
    /// How much of the move is taken back afterwards: 0 nothing, 1 all of it.
    public var recovery: Rate
    /// Milliseconds that the recovery takes.
    public var recoveryOver: Int64

    public init(
        after: Int64,
        instrument: Symbol? = nil,
        factor: Rate,
        over: Int64,
        recovery: Rate = .zero,
        recoveryOver: Int64 = 0
    ) {
        self.after = after
        self.instrument = instrument
        self.factor = factor
        self.over = over
        self.recovery = recovery
        self.recoveryOver = recoveryOver
    }

    /// What makes it none that a market can follow, if anything.
    public var fault: String? {
        if factor < Rate(units: 1_000_000) || factor > Rate(100) {
            return "a shock's factor is not between 0.01 and 100"
        }
        if after < 0 || over < 0 || recoveryOver < 0 { return "a time of a shock is negative" }
        if recovery < .zero || recovery > .one {
            return "a shock's recovery is not between 0 and 1"
        }
        return nil
    }
}
