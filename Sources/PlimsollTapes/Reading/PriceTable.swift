import PlimsollModel

/// Reads the layouts in which this project keeps an index, a premium and bands of a book.
struct PriceTable: RowTable {
    static let indexColumns = ["time_ms", "index_price"]
    static let premiumColumns = [
        "open_time_ms", "premium_open", "premium_high", "premium_low", "premium_close",
    ]
    static let bandColumns = ["time_ms", "distance", "quantity"]

    enum Content {
        case index
        case premium
        case bands
    }

    var findings: TapeFindings
    private let content: Content
    private let columns: [String]
    private var prices: [TapeIndexPrice] = []
    private var candles: [PremiumTape.Candle] = []
    private var bands: [BandTape.Band] = []

    /// `nil` for another header.
    init?(header: [String], _ findings: TapeFindings) {
        switch header {
        case Self.indexColumns: content = .index
        case Self.premiumColumns: content = .premium
        case Self.bandColumns: content = .bands
        default: return nil
        }
        columns = header
        self.findings = findings
    }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        let time = Timestamp(milliseconds: try row.integer(0, columns[0]))
        switch content {
        case .index:
            prices.append(TapeIndexPrice(time: time, price: try row.number(1, columns[1])))
        case .premium:
            candles.append(
                PremiumTape.Candle(
                    openTime: time,
                    open: try row.number(1, columns[1], allowsSign: true),
                    high: try row.number(2, columns[2], allowsSign: true),
                    low: try row.number(3, columns[3], allowsSign: true),
                    close: try row.number(4, columns[4], allowsSign: true)
                )
            )
        case .bands:
            bands.append(
                BandTape.Band(
                    time: time,
                    distance: try row.number(1, columns[1], allowsSign: true),
                    quantity: try row.number(2, columns[2])
                )
            )
        }
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        switch content {
        case .index:
            return .index(try IndexTape(prices: prices, file: name.path), funding: nil)
        case .premium:
            return .premium(try PremiumTape(candles: candles, file: name.path))
        case .bands: return .bands(try BandTape(bands: bands, file: name.path))
        }
    }
}
