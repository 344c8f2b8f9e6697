public import PlimsollModel

/// A scripted participant: an ordinary account that does what its scenario says, through the venue's
/// door.
public struct BotTerms: Hashable, Sendable {
    /// A position that the bot takes and how it looks after it.
    public struct Leg: Hashable, Sendable {
        public var instrument: InstrumentID
        public var side: Side
        /// Value of the position to take, in quote units.
        public var notional: Amount
        public var leverage: UInt16
        public var marginMode: MarginMode
        /// Milliseconds after the scenario's start.
        public var enterAfter: Int64 = 0
        public var exitAfter: Int64?
        public var stop: Stop?
        public var topUp: TopUp?
    }

    /// Closes the position once the price has gone against it by so much.
    public struct Stop: Hashable, Sendable {
        /// Of the entry price: 0.02 is 2 %.
        public var distance: Rate
        public var keeper: StopKeeper
    }

    /// Adds margin where too little is left.
    public struct TopUp: Hashable, Sendable {
        /// Share of the margin put up so far below which more is added.
        public var below: Rate
        public var amount: Amount
        public var countMax: Int
    }

    public struct Withdrawal: Hashable, Sendable {
        public var after: Int64
        public var amount: Amount
    }

    public var name: String
    /// Of every asset that its legs settle in.
    public var deposit: Amount
    /// How often it looks at the market and tries again what did not get through, in milliseconds.
    public var interval: Int64 = 1000
    public var legs: [Leg]
    public var withdrawals: [Withdrawal] = []
}

/// Who watches a stop.
public enum StopKeeper: CaseIterable, Hashable, Sendable {
    /// The venue: a conditional order at the mark price, which needs no door once it is placed.
    case venue
    /// The bot, which then has to get an order through the door.
    case bot
}
