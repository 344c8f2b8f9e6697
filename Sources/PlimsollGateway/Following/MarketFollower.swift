public import Logging
public import PlimsollModel
public import PlimsollNode
import PlimsollTapes
import Synchronization

/// Follows a market of another venue that speaks this dialect, so that orders here trade against its
/// prices.
///
/// It listens to the streams of the book, the trades and the mark price, asks for the book once, and
/// submits what it hears through the two accounts that stand for a recorded market. When the other
/// venue falls silent, the book is taken down and it is tried again, later each time.
public final class MarketFollower: Sendable {
    /// Where the other venue is.
    public struct Source: Sendable {
        public var rest: WebAddress
        public var streams: WebAddress
        public var symbol: Symbol

        public init(rest: WebAddress, streams: WebAddress, symbol: Symbol) {
            self.rest = rest
            self.streams = streams
            self.symbol = symbol
        }
    }

    private static let retryMillisecondsMax: Int64 = 30_000
    private static let snapshotLevelCount = 1000
    /// Commands that are kept between two beats; the levels of those beyond come back when the other
    /// venue next changes them.
    private static let notedMax = 10_000

    private let node: VenueNode
    private let source: Source
    private let place: ReplayPlace
    private let log: Logger
    /// Events of commands by which users traded.
    private let noted = Mutex<[ArraySlice<Event>]>([])

    /// - Parameters:
    ///   - node: A venue with the market `followed`.
    ///   - rules: Of its one instrument.
    ///   - source: What is followed.
    ///   - log: Told when the other venue is lost and found.
    public init?(node: VenueNode, rules: InstrumentRules, source: Source, log: Logger) {
        guard let maker = node.roles.maker, let taker = node.roles.taker else { return nil }
        self.node = node
        self.source = source
        self.log = log
        place = ReplayPlace(
            instrument: InstrumentID(rawValue: 0),
            rules: rules,
            maker: maker,
            taker: taker
        )
    }

    /// Follows until the task is cancelled or the venue here ends.
    public func run() async {
        node.addListener { [weak self] batch in self?.note(batch) }
        var market = FollowedMarket(place)
        var retryMilliseconds: Int64 = 500
        while !Task.isCancelled {
            do {
                try await follow(&market) { retryMilliseconds = 500 }
            } catch let error as NodeError {
                log.error("the followed market cannot be told: \(error)")
                guard case .overloaded = error else { return }
            } catch {
                log.warning(
                    "\(source.streams) is lost: \(error); trying again",
                    metadata: ["after": "\(retryMilliseconds) ms"]
                )
            }
            guard !Task.isCancelled, (try? await submit(market.lose())) != nil else { return }
            try? await Task.sleep(for: .milliseconds(retryMilliseconds))
            retryMilliseconds = min(retryMilliseconds * 2, Self.retryMillisecondsMax)
        }
    }

    /// One connection, until it ends.
    private func follow(
        _ market: inout FollowedMarket,
        found: () -> Void
    ) async throws {
        let name = source.symbol.description.lowercased()
        let streams = ["depth@100ms", "aggTrade", "markPrice@1s"]
            .map { "\(name)@\($0)" }.joined(separator: "/")
        let messages = try await WebSocketClient(address: source.streams)
            .messages("/stream?streams=\(streams)")
        for try await bytes in messages {
            if !market.hasBook {
                // Only now: what comes before the snapshot waits in the stream and is passed over.
                try await submit(market.take(try await snapshot()))
                found()
                log.notice("following \(source.symbol) of \(source.streams)")
            }
            guard let message = try FollowedMessage(bytes) else { continue }
            if case .prices = message {
                for events in takeNoted() { market.note(events) }
            }
            try await submit(market.take(message))
        }
        throw WebClientError.cutOff
    }

    private func snapshot() async throws -> FollowedSnapshot {
        let path = "/fapi/v1/depth?symbol=\(source.symbol)&limit=\(Self.snapshotLevelCount)"
        let (head, body) = try await WebClient(source.rest).get(path)
        guard head.status == 200 else {
            throw WebClientError.malformed("status \(head.status) to \(path)")
        }
        return try FollowedSnapshot(body)
    }

    private func submit(_ commands: [Command]) async throws {
        guard !commands.isEmpty else { return }
        _ = try await node.submit(commands)
    }

    /// On the engine's thread: keeps what users traded for the next beat.
    private func note(_ batch: PublishedBatch) {
        for command in batch.commands {
            let isUsers = command.events.contains { event in
                guard case .orderFilled(let fill) = event else { return false }
                return fill.account != place.maker && fill.account != place.taker
            }
            guard isUsers else { continue }
            noted.withLock { if $0.count < Self.notedMax { $0.append(command.events) } }
        }
    }

    private func takeNoted() -> [ArraySlice<Event>] {
        noted.withLock { noted in
            defer { noted = [] }
            return noted
        }
    }
}
