import PlimsollModel
import PlimsollNode
import PlimsollProjections

/// Turns the venue's events into the frames of the streams that somebody watches.
///
/// It lives on one event loop and is called in the order in which things happened. Nothing is
/// encoded for which there is no audience.
final class StreamPublisher {
    /// Lends the read models for a moment, during which the venue waits.
    typealias Reader = (_ body: (borrowing VenueProjections) -> Void) -> Void

    private let read: Reader
    private let listenKeys: ListenKeyStore
    private let wallClock: () -> Timestamp
    private let bookStandsStill: (Symbol) -> Bool
    // `nil` in a venue that nobody runs.
    private let control: ControlRoom?

    private var directory = VenueDirectory()
    private var streams: [StreamName: WatchedStream] = [:]
    // What must be looked at for each event of an instrument; the index is its `InstrumentID`.
    private var eventStreams: [[WatchedStream]] = []
    private var users: [UserFeed] = []
    private var marks: [Price] = []
    private var liquidations = LiquidationWatch()
    private var outbox = StreamOutbox()

    init(
        read: @escaping Reader,
        listenKeys: ListenKeyStore,
        wallClock: @escaping () -> Timestamp = { WallClock.now },
        bookStandsStill: @escaping (Symbol) -> Bool = { _ in false },
        control: ControlRoom? = nil
    ) {
        self.read = read
        self.listenKeys = listenKeys
        self.wallClock = wallClock
        self.bookStandsStill = bookStandsStill
        self.control = control
    }

    /// Whether anything has an audience.
    var isWatched: Bool { !streams.isEmpty }

    /// The frames of each event loop since the last call.
    func takeFrames() -> [[StreamFrame]] { outbox.take() }

    // MARK: Audience

    func watch(_ names: [StreamName], loop: Int, isWrapped: Bool) {
        let unknown = names.filter { streams[$0] == nil }
        if !unknown.isEmpty { start(unknown) }
        for name in names {
            guard let stream = streams[name] else { continue }
            stream.audience.add(1, loop: loop, isWrapped: isWrapped)
            // Whoever joins hears all of it as it stands, as the first one did.
            if case .control = stream.content { stream.content = .control(ControlFeed()) }
        }
    }

    func unwatch(_ names: [StreamName], loop: Int, isWrapped: Bool) {
        for name in names {
            guard let stream = streams[name] else { continue }
            stream.audience.add(-1, loop: loop, isWrapped: isWrapped)
            if stream.audience.isEmpty { stop(stream) }
        }
    }

    private func start(_ names: [StreamName]) {
        let now = wallClock()
        read { venue in
            // The instruments may have changed while nobody watched.
            directory = VenueDirectory(venue)
            marks = venue.markets.map { $0.prices?.mark ?? .zero }
            for name in names {
                let account =
                    name.feed == .userData ? listenKeys.account(of: name.text, at: now) : nil
                let stream = WatchedStream(name, in: venue, directory: directory, account: account)
                streams[name] = stream
                if case .userData(let id) = stream.content, let projection = venue.account(id) {
                    users.append(
                        UserFeed(
                            stream: stream,
                            account: UserAccount(
                                projection,
                                since: venue.sequence,
                                settlementCount: venue.settlementCount,
                                directory: directory
                            )
                        )
                    )
                }
            }
        }
        arrangeEventStreams()
    }

    private func stop(_ stream: WatchedStream) {
        streams[stream.name] = nil
        users.removeAll { $0.stream === stream }
        arrangeEventStreams()
    }

    private func arrangeEventStreams() {
        eventStreams = directory.instruments.map { _ in [] }
        for stream in streams.values where stream.content.isFedByEvents {
            for instrument in stream.instruments { eventStreams[instrument.index].append(stream) }
        }
    }

    // MARK: Events

    /// Takes in commands in order, and writes what is told at once.
    func publish(_ commands: [PublishedCommand]) {
        var changedBooks: Set<InstrumentID> = []
        for command in commands {
            for event in command.events { publish(event, at: command.header, &changedBooks) }
            finishCommand(at: command.header)
        }
        tellBooks(changedBooks)
    }

    private func publish(
        _ event: Event,
        at header: EventHeader,
        _ changedBooks: inout Set<InstrumentID>
    ) {
        switch event {
        case .levelChanged(let change):
            changedBooks.insert(change.instrument)
            for stream in streams(of: change.instrument) {
                guard case .depth(var chain) = stream.content else { continue }
                stream.content = .silent
                chain.observe(change, at: header.time)
                stream.content = .depth(chain)
            }
        case .tradeExecuted(let trade): publish(trade, at: header)
        case .pricesUpdated(let prices):
            if marks.indices.contains(prices.instrument.index) {
                marks[prices.instrument.index] = prices.mark
            }
        case .rulesChanged: refreshDirectory()
        default: break
        }
        if let order = liquidations.observe(event, in: directory, at: header.time) {
            tell(order)
        }
        for index in users.indices where header.sequence > users[index].account.since {
            users[index].account.observe(event, at: header.time)
        }
    }

    private func publish(_ trade: TradeExecuted, at header: EventHeader) {
        guard let instrument = directory[trade.instrument] else { return }
        for stream in streams(of: trade.instrument) where header.sequence > stream.since {
            switch stream.content {
            case .aggregateTrades(var aggregator):
                if let ended = aggregator.observe(trade, at: header.time) {
                    outbox.write(to: stream) { $0.aggregateTrade(ended, of: instrument) }
                }
                stream.content = .aggregateTrades(aggregator)
            case .trades:
                outbox.write(to: stream) { $0.trade(trade, at: header.time, of: instrument) }
            default: continue
            }
        }
    }

    private func finishCommand(at header: EventHeader) {
        for streams in eventStreams {
            for stream in streams {
                guard case .aggregateTrades(var aggregator) = stream.content,
                    let ended = aggregator.finish(),
                    let instrument = directory[stream.instruments[0]]
                else { continue }
                stream.content = .aggregateTrades(aggregator)
                outbox.write(to: stream) { $0.aggregateTrade(ended, of: instrument) }
            }
        }
        for index in users.indices {
            let events = users[index].account.finishCommand()
            guard !events.isEmpty else { continue }
            tell(events, to: users[index].stream, at: header.time)
        }
    }

    private func tell(_ events: [UserEvent], to stream: WatchedStream, at time: Timestamp) {
        let context = UserEventContext(directory: directory, marks: marks, time: time)
        for event in events {
            if case .order(let change) = event, case .filled(let fill) = change.execution,
                let instrument = directory[fill.instrument]
            {
                outbox.write(to: stream) {
                    $0.tradeLite(fill, of: change.order, instrument: instrument, at: time)
                }
            }
            outbox.write(to: stream) { $0.userEvent(event, in: context) }
        }
    }

    private func tell(_ order: ForcedOrder) {
        guard let instrument = directory[order.instrument] else { return }
        for stream in streams(of: order.instrument) {
            guard case .liquidations = stream.content else { continue }
            outbox.write(to: stream) { $0.forceOrder(order, of: instrument) }
        }
    }

    /// The streams that tell of a book with every batch of commands.
    private func tellBooks(_ changed: Set<InstrumentID>) {
        guard !changed.isEmpty else { return }
        let due = streams.values.filter { stream in
            stream.speed == .immediate && stream.content.isAboutBook
                && stream.instruments.contains { changed.contains($0) }
        }
        step(due)
    }

    private func streams(of instrument: InstrumentID) -> [WatchedStream] {
        eventStreams.indices.contains(instrument.index) ? eventStreams[instrument.index] : []
    }

    private func refreshDirectory() {
        read { venue in
            directory = VenueDirectory(venue)
            marks = venue.markets.map { $0.prices?.mark ?? .zero }
        }
        for index in users.indices { users[index].account.directory = directory }
        arrangeEventStreams()
    }

    // MARK: Timers

    /// Writes what the streams of a speed have gathered.
    func step(_ speed: StreamSpeed) {
        step(streams.values.filter { $0.speed == speed })
    }

    private func step(_ wanted: [WatchedStream]) {
        // What a book that stands still has gathered is told at once when it moves again.
        let due = wanted.filter { !$0.content.isAboutBook || !standsStill($0) }
        guard !due.isEmpty else { return }
        var time = Timestamp.zero
        read { venue in
            time = venue.time
            for stream in due { stream.read(venue) }
        }
        for stream in due { tell(stream, at: time) }
    }

    /// A stream about several books waits for the last of them.
    private func standsStill(_ stream: WatchedStream) -> Bool {
        stream.instruments.contains { id in
            directory[id].map { bookStandsStill($0.symbol) } ?? false
        }
    }

    private func tell(_ stream: WatchedStream, at time: Timestamp) {
        switch stream.content {
        case .depth(var chain):
            let change = chain.take()
            stream.content = .depth(chain)
            tell(change, to: stream)
        case .bookTop(var top):
            let change = top.take()
            stream.content = .bookTop(top)
            tell(change, to: stream)
        case .bestPrices(var shares):
            for index in shares.indices {
                guard let change = shares[index].feed.take(),
                    let instrument = directory[shares[index].instrument]
                else { continue }
                outbox.write(to: stream) { $0.bookTicker(change, of: instrument) }
            }
            stream.content = .bestPrices(shares)
        case .candles(var feed, let isContinuous):
            let updates = feed.take()
            stream.content = .candles(feed, isContinuous: isContinuous)
            tell(updates, feed.interval, isContinuous: isContinuous, to: stream, at: time)
        case .markPrices(let shares, let isList):
            tell(shares, isList: isList, to: stream, at: time)
        case .tickers(var shares, let isMini, let isList):
            let tickers = shares.indices.compactMap { index in
                shares[index].feed.take().map { (shares[index].instrument, $0) }
            }
            stream.content = .tickers(shares, isMini: isMini, isList: isList)
            tell(tickers, isMini: isMini, isList: isList, to: stream, at: time)
        case .control(var feed):
            let news = control.map { feed.take(from: $0) } ?? []
            stream.content = .control(feed)
            for one in news { outbox.write(to: stream) { $0.news(one, at: wallClock()) } }
        case .aggregateTrades, .trades, .liquidations, .userData, .silent: break
        }
    }

    private func tell(_ change: DepthChain.Change?, to stream: WatchedStream) {
        guard let change, let instrument = directory[stream.instruments[0]] else { return }
        outbox.write(to: stream) { $0.depthUpdate(change, of: instrument) }
    }

    private func tell(
        _ updates: [CandleFeed.Update],
        _ interval: CandleInterval,
        isContinuous: Bool,
        to stream: WatchedStream,
        at time: Timestamp
    ) {
        guard let instrument = directory[stream.instruments[0]] else { return }
        for update in updates {
            outbox.write(to: stream) { json in
                if isContinuous {
                    json.continuousKline(update, interval: interval, at: time, of: instrument)
                } else {
                    json.kline(update, interval: interval, at: time, of: instrument)
                }
            }
        }
    }

    private func tell(
        _ shares: [WatchedStream.Share<MarkPriceFeed>],
        isList: Bool,
        to stream: WatchedStream,
        at time: Timestamp
    ) {
        let rows = shares.compactMap { share -> (VenueDirectory.Instrument, PricesUpdated)? in
            guard let prices = share.feed.latest, let instrument = directory[share.instrument]
            else { return nil }
            return (instrument, prices)
        }
        guard !rows.isEmpty else { return }
        outbox.write(to: stream) { json in
            if isList { json.beginArray() }
            for (instrument, prices) in rows { json.markPrice(prices, at: time, of: instrument) }
            if isList { json.endArray() }
        }
    }

    private func tell(
        _ tickers: [(InstrumentID, Ticker24h)],
        isMini: Bool,
        isList: Bool,
        to stream: WatchedStream,
        at time: Timestamp
    ) {
        guard !tickers.isEmpty else { return }
        outbox.write(to: stream) { json in
            if isList { json.beginArray() }
            for (id, ticker) in tickers {
                guard let instrument = directory[id] else { continue }
                if isMini {
                    json.miniTicker(ticker, at: time, of: instrument)
                } else {
                    json.ticker(ticker, at: time, of: instrument)
                }
            }
            if isList { json.endArray() }
        }
    }

    // MARK: Listen keys

    /// Tells the streams of listen keys that have ended, and ends them.
    ///
    /// - Returns: The streams that ended, for the connections to forget.
    func endListenKeys() -> [StreamName] {
        let now = wallClock()
        _ = listenKeys.removeExpired(at: now)
        let ended = users.map(\.stream).filter {
            listenKeys.account(of: $0.name.text, at: now) == nil
        }
        for stream in ended {
            outbox.write(to: stream) { $0.listenKeyExpired(stream.name.text, at: now) }
            stop(stream)
        }
        return ended.map(\.name)
    }
}

/// A user data stream and the account that it tells of.
private struct UserFeed {
    var stream: WatchedStream
    var account: UserAccount
}

extension WatchedStream.Content {
    /// Whether single events feed the stream, not only the state after them.
    fileprivate var isFedByEvents: Bool {
        switch self {
        case .aggregateTrades, .trades, .depth, .liquidations: true
        case .bookTop, .bestPrices, .candles, .markPrices, .tickers, .userData, .control,
            .silent:
            false
        }
    }

    fileprivate var isAboutBook: Bool {
        switch self {
        case .depth, .bookTop, .bestPrices: true
        case .aggregateTrades, .trades, .candles, .markPrices, .tickers, .liquidations,
            .userData, .control, .silent:
            false
        }
    }
}
