public import PlimsollModel

/// A recorded market: what was recorded of it, and what is known beside that.
public struct MarketTape: Hashable, Sendable {
    public enum Recording: Hashable, Sendable {
        case candles(CandleTape)
        case trades(TradeTape)
        case depth(DepthTape)
    }

    public var recording: Recording
    public var companions: TapeCompanions

    public init(_ recording: Recording, _ companions: TapeCompanions = TapeCompanions()) {
        self.recording = recording
        self.companions = companions
    }

    /// As the file's name tells it, such as `BTCUSDT`.
    public var symbol: String? {
        switch recording {
        case .candles(let tape): tape.symbol
        case .trades(let tape): tape.symbol
        case .depth(let tape): tape.symbol
        }
    }

    public var startTime: Timestamp {
        switch recording {
        case .candles(let tape): tape.startTime
        case .trades(let tape): tape.startTime
        case .depth(let tape): tape.startTime
        }
    }

    /// The first instant after what was recorded.
    public var endTime: Timestamp {
        switch recording {
        case .candles(let tape): tape.endTime
        case .trades(let tape): tape.endTime
        case .depth(let tape): tape.endTime
        }
    }

    /// Milliseconds of which a shift in time is a multiple, so that what happens on the clock keeps
    /// its place there.
    public var grid: Int64 {
        switch recording {
        case .candles(let tape): tape.interval
        case .trades, .depth: 60_000
        }
    }

    /// How far back, in milliseconds, a venue begins that joins a running tape, so that it has prices
    /// at once.
    public var headStart: Int64 {
        switch recording {
        case .candles(let tape): tape.interval
        case .trades: 60_000
        case .depth: 1
        }
    }

    /// Whether its replay wants to know what happened.
    public var observes: Bool {
        switch recording {
        case .candles, .trades: false
        case .depth: true
        }
    }

    /// Milliseconds between two index prices of a replay, at most, but for gaps.
    public var indexInterval: Int64 {
        switch recording {
        case .candles(let tape): CandleReplay.step(of: tape)
        case .trades, .depth: ReplayBeat.interval
        }
    }

    /// Sixteen hexadecimal digits over every number of the tape and its companions, to tell two
    /// tapes apart.
    public var contentHash: String {
        var digest = Digest()
        switch recording {
        case .candles(let tape): tape.digest(into: &digest)
        case .trades(let tape): tape.digest(into: &digest)
        case .depth(let tape): tape.digest(into: &digest)
        }
        companions.trades?.digest(into: &digest)
        companions.index?.digest(into: &digest)
        companions.funding?.digest(into: &digest)
        companions.premium?.digest(into: &digest)
        companions.bands?.digest(into: &digest)
        return digest.description
    }

    /// The market that the tape was.
    ///
    /// - Parameters:
    ///   - place: Where it is replayed.
    ///   - timeShift: Milliseconds to add to every recorded time.
    ///   - resumeAfter: Venue time of a replay that was interrupted, or that is joined while it runs.
    /// - Returns: A source whose commands are the same however fast it is stepped.
    public func replay(
        in place: ReplayPlace,
        timeShift: Int64 = 0,
        resumeAfter: Timestamp? = nil
    ) -> any CommandSource {
        switch recording {
        case .candles(let tape):
            CandleReplay(
                tape: tape,
                companions: companions,
                place: place,
                timeShift: timeShift,
                resumeAfter: resumeAfter
            )
        case .trades(let tape):
            TradeReplay(
                tape: tape,
                companions: companions,
                place: place,
                timeShift: timeShift,
                resumeAfter: resumeAfter
            )
        case .depth(let tape):
            DepthReplay(
                tape: tape,
                companions: companions,
                place: place,
                timeShift: timeShift,
                resumeAfter: resumeAfter
            )
        }
    }
}

/// What is known of a recorded market beside its recording.
public struct TapeCompanions: Hashable, Sendable {
    /// What was traded while the book was recorded.
    public var trades: TradeTape?
    /// The index, a spot market or the mark price.
    public var index: IndexTape?
    /// What was settled.
    public var funding: FundingTape?
    /// Tells the index where none was recorded.
    public var premium: PremiumTape?
    /// How much stood in the book; without it the model follows what was traded.
    public var bands: BandTape?

    public init(
        trades: TradeTape? = nil,
        index: IndexTape? = nil,
        funding: FundingTape? = nil,
        premium: PremiumTape? = nil,
        bands: BandTape? = nil
    ) {
        self.trades = trades
        self.index = index
        self.funding = funding
        self.premium = premium
        self.bands = bands
    }

    /// The index of an instant: the recorded one, or what the premium makes of the market's price, or
    /// that itself.
    ///
    /// `nil` where there is neither an index nor a price.
    func index(beside market: Price?, at time: Timestamp) -> Price? {
        index?.price(at: time)
            ?? market.map { premium?.index(of: $0, at: time) ?? $0 }
    }
}
