import PlimsollModel
import PlimsollProjections

/// A stream that at least one connection watches, with what it has not told yet.
final class WatchedStream {
    /// One instrument's share of a stream.
    struct Share<Feed> {
        var instrument: InstrumentID
        var feed: Feed
    }

    enum Content {
        case aggregateTrades(TradeAggregator)
        case trades
        case depth(DepthChain)
        case bookTop(BookTop)
        case bestPrices([Share<BestPrices>])
        case candles(CandleFeed, isContinuous: Bool)
        case markPrices([Share<MarkPriceFeed>], isList: Bool)
        case tickers([Share<TickerFeed>], isMini: Bool, isList: Bool)
        case liquidations
        case userData(AccountID)
        case control(ControlFeed)
        case silent
    }

    let name: StreamName
    /// The instruments whose events the stream tells of.
    let instruments: [InstrumentID]
    let speed: StreamSpeed
    /// The events of earlier commands are in the content already.
    let since: Sequence
    /// What stands before an event on a wrapped connection: `{"stream":"<name>","data":`.
    let wrapping: [UInt8]
    var content: Content
    var audience = Audience()

    /// A stream that begins with the venue as it stands.
    init(
        _ name: StreamName,
        in venue: borrowing VenueProjections,
        directory: VenueDirectory,
        account: AccountID?
    ) {
        self.name = name
        since = venue.sequence
        var json = JSONWriter()
        json.beginObject()
        json.field("stream", name.text)
        json.key("data")
        wrapping = json.takeBytes()
        instruments = Self.instruments(of: name.feed, in: directory)
        speed = Self.speed(of: name.feed)
        content = .silent
        content = content(in: venue, account: account)
    }

    private func content(in venue: borrowing VenueProjections, account: AccountID?) -> Content {
        if case .userData = name.feed { return account.map { .userData($0) } ?? .silent }
        if name.feed == .control { return .control(ControlFeed()) }
        guard let first = instruments.first else { return .silent }
        switch name.feed {
        case .aggregateTrades:
            return .aggregateTrades(
                TradeAggregator(after: venue.markets[first.index].aggregates.last)
            )
        case .trades: return .trades
        case .depth: return .depth(DepthChain(after: venue.markets[first.index].book.lastUpdate))
        case .topOfBook(_, let levels, _): return .bookTop(BookTop(levelCount: levels))
        case .bookTicker, .allBookTickers: return .bestPrices(shares { BestPrices() })
        case .candles(_, let interval):
            return .candles(CandleFeed(interval: interval), isContinuous: false)
        case .continuousCandles(_, let interval):
            return .candles(CandleFeed(interval: interval), isContinuous: true)
        case .markPrice: return .markPrices(shares { MarkPriceFeed() }, isList: false)
        case .allMarkPrices: return .markPrices(shares { MarkPriceFeed() }, isList: true)
        case .ticker: return .tickers(shares { TickerFeed() }, isMini: false, isList: false)
        case .allTickers: return .tickers(shares { TickerFeed() }, isMini: false, isList: true)
        case .miniTicker: return .tickers(shares { TickerFeed() }, isMini: true, isList: false)
        case .allMiniTickers: return .tickers(shares { TickerFeed() }, isMini: true, isList: true)
        case .liquidations, .allLiquidations: return .liquidations
        case .userData, .control, .unserved: return .silent
        }
    }

    private func shares<Feed>(_ make: () -> Feed) -> [Share<Feed>] {
        instruments.map { Share(instrument: $0, feed: make()) }
    }

    private static func instruments(
        of feed: StreamName.Feed,
        in directory: VenueDirectory
    ) -> [InstrumentID] {
        switch feed {
        case .aggregateTrades(let symbol), .trades(let symbol), .depth(let symbol, _),
            .topOfBook(let symbol, _, _), .bookTicker(let symbol), .candles(let symbol, _),
            .continuousCandles(let symbol, _), .markPrice(let symbol, _), .ticker(let symbol),
            .miniTicker(let symbol), .liquidations(let symbol):
            directory[symbol].map { [$0.id] } ?? []
        case .allBookTickers, .allMarkPrices, .allTickers, .allMiniTickers, .allLiquidations:
            directory.instruments.map(\.id)
        case .userData, .control, .unserved: []
        }
    }

    private static func speed(of feed: StreamName.Feed) -> StreamSpeed {
        switch feed {
        case .depth(_, let speed), .topOfBook(_, _, let speed), .markPrice(_, let speed),
            .allMarkPrices(let speed):
            speed
        case .candles, .continuousCandles, .control: .quarter
        case .ticker, .miniTicker: .twoSeconds
        case .allTickers, .allMiniTickers: .second
        case .aggregateTrades, .trades, .bookTicker, .allBookTickers, .liquidations,
            .allLiquidations, .userData, .unserved:
            .immediate
        }
    }

    // MARK: What is due

    /// Takes over what the stream will tell next, as the venue stands.
    ///
    /// Called while the venue waits, so it only copies.
    func read(_ venue: borrowing VenueProjections) {
        let time = venue.time
        switch content {
        case .bookTop(var top):
            top.read(venue.markets[instruments[0].index], at: time)
            content = .bookTop(top)
        case .bestPrices(var shares):
            for index in shares.indices {
                shares[index].feed.read(venue.markets[shares[index].instrument.index], at: time)
            }
            content = .bestPrices(shares)
        case .candles(var feed, let isContinuous):
            feed.read(venue.markets[instruments[0].index], at: time)
            content = .candles(feed, isContinuous: isContinuous)
        case .markPrices(var shares, let isList):
            for index in shares.indices {
                shares[index].feed.read(venue.markets[shares[index].instrument.index])
            }
            content = .markPrices(shares, isList: isList)
        case .tickers(var shares, let isMini, let isList):
            for index in shares.indices {
                shares[index].feed.read(venue.markets[shares[index].instrument.index], at: time)
            }
            content = .tickers(shares, isMini: isMini, isList: isList)
        case .aggregateTrades, .trades, .depth, .liquidations, .userData, .control, .silent: break
        }
    }
}

/// Who watches a stream: connections by event loop and by the form in which they want events.
struct Audience {
    struct Count: Equatable {
        var plain = 0
        var wrapped = 0

        var isEmpty: Bool { plain == 0 && wrapped == 0 }
    }

    /// By the number of the event loop.
    private(set) var counts: [Count] = []

    var isEmpty: Bool { counts.allSatisfy(\.isEmpty) }
    var wantsPlain: Bool { counts.contains { $0.plain > 0 } }
    var wantsWrapped: Bool { counts.contains { $0.wrapped > 0 } }

    mutating func add(_ number: Int, loop: Int, isWrapped: Bool) {
        while counts.count <= loop { counts.append(Count()) }
        if isWrapped {
            counts[loop].wrapped += number
        } else {
            counts[loop].plain += number
        }
    }
}
