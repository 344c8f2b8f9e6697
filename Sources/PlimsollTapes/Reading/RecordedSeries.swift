public import PlimsollModel

/// What one file holds.
public enum RecordedSeries: Sendable {
    case candles(CandleTape)
    case trades(TradeTape)
    case depth(DepthTape)
    case quotes(QuoteTape)
    case funding(FundingTape)
    /// An index, a mark price, or both with what was settled.
    case index(IndexTape, funding: FundingTape?)
    /// How far the book was from the index, which can be on both sides of zero.
    case premium(PremiumTape)
    /// How much stood within some distances of the price.
    case bands(BandTape)

    /// One word.
    public var kind: String {
        switch self {
        case .candles: "candles"
        case .trades: "trades"
        case .depth: "depth"
        case .quotes: "quotes"
        case .funding: "funding"
        case .index: "index"
        case .premium: "premium"
        case .bands: "bands"
        }
    }

    public var rowCount: Int {
        switch self {
        case .candles(let tape): tape.candles.count
        case .trades(let tape): tape.trades.count
        case .depth(let tape): tape.levels.count
        case .quotes(let tape): tape.quotes.count
        case .funding(let tape): tape.settlements.count
        case .index(let tape, _): tape.prices.count
        case .premium(let tape): tape.candles.count
        case .bands(let tape): tape.bands.count
        }
    }

    /// First and last instant.
    public var span: (start: Timestamp, end: Timestamp) {
        switch self {
        case .candles(let tape): (tape.startTime, tape.endTime)
        case .trades(let tape): (tape.startTime, tape.endTime)
        case .depth(let tape): (tape.startTime, tape.endTime)
        case .quotes(let tape):
            (tape.quotes.first?.time ?? .zero, tape.quotes.last?.time ?? .zero)
        case .funding(let tape):
            (tape.settlements.first?.time ?? .zero, tape.settlements.last?.time ?? .zero)
        case .index(let tape, _):
            (tape.prices.first?.time ?? .zero, tape.prices.last?.time ?? .zero)
        case .premium(let tape):
            (tape.candles.first?.openTime ?? .zero, tape.candles.last?.openTime ?? .zero)
        case .bands(let tape):
            (tape.bands.first?.time ?? .zero, tape.bands.last?.time ?? .zero)
        }
    }

    /// Sixteen hexadecimal digits over every number.
    public var contentHash: String {
        var digest = Digest()
        switch self {
        case .candles(let tape): tape.digest(into: &digest)
        case .trades(let tape): tape.digest(into: &digest)
        case .depth(let tape): tape.digest(into: &digest)
        case .quotes(let tape): tape.digest(into: &digest)
        case .funding(let tape): tape.digest(into: &digest)
        case .index(let tape, let funding):
            tape.digest(into: &digest)
            funding?.digest(into: &digest)
        case .premium(let tape): tape.digest(into: &digest)
        case .bands(let tape): tape.digest(into: &digest)
        }
        return digest.description
    }
}
