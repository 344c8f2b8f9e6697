import PlimsollModel
import PlimsollProjections

/// A stream as a client names it, such as `btcusdt@depth@100ms`.
///
/// Two spellings of one feed (`@depth` and `@depth@250ms`) are two streams: each client gets its
/// events under the name it asked for.
struct StreamName: Hashable, Sendable {
    /// What a stream carries.
    ///
    /// Symbols are looked up when the stream is first watched.
    enum Feed: Hashable, Sendable {
        case aggregateTrades(Symbol)
        case trades(Symbol)
        case depth(Symbol, StreamSpeed)
        case topOfBook(Symbol, levels: Int, StreamSpeed)
        case bookTicker(Symbol)
        case allBookTickers
        case candles(Symbol, CandleInterval)
        case continuousCandles(Symbol, CandleInterval)
        case markPrice(Symbol, StreamSpeed)
        case allMarkPrices(StreamSpeed)
        case ticker(Symbol)
        case allTickers
        case miniTicker(Symbol)
        case allMiniTickers
        case liquidations(Symbol)
        case allLiquidations
        /// The text is a listen key.
        case userData
        /// The venue's clock, faults and scenario, for who runs it.
        case control
        /// A stream of the dialect for which there is nothing here: clients subscribe to it and wait.
        case unserved
    }

    static let lengthMax = 128

    let text: String
    let feed: Feed

    /// Fails for a text that cannot name a stream or a listen key.
    init?(_ text: String) {
        guard (1...Self.lengthMax).contains(text.utf8.count),
            let feed = StreamNameParser.feed(of: text)
        else { return nil }
        self.text = text
        self.feed = feed
    }

    static func == (left: StreamName, right: StreamName) -> Bool { left.text == right.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// How often a stream speaks, in milliseconds of the wall clock.
///
/// Spec: STRM-014.
enum StreamSpeed: Int, Hashable, Sendable, CaseIterable {
    /// With every batch of commands.
    case immediate = 0
    /// Of this venue only: as often as a screen has use for.
    case twentieth = 50
    case tenth = 100
    case quarter = 250
    case half = 500
    case second = 1000
    case twoSeconds = 2000
    case threeSeconds = 3000

    /// The speeds that a timer drives.
    static let timed = allCases.filter { $0 != .immediate }
}

private enum StreamNameParser {
    static func feed(of text: String) -> StreamName.Feed? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.allSatisfy(isAllowed) else { return nil }
        if text.hasPrefix("!") { return wholeMarketFeed(parts) }
        guard parts.count > 1 else { return isListenKey(text) ? .userData : nil }
        guard !parts[0].isEmpty, !parts[0].utf8.contains(where: isCapital) else { return nil }
        let name = parts[0]
        let rest = parts.dropFirst().joined(separator: "@")
        if let interval = rest.suffix(after: "continuousKline_") {
            return name.prefix(before: "_perpetual").flatMap { candles($0, interval) }
                .map { .continuousCandles($0, $1) }
        }
        if unserved.contains(rest) { return .unserved }
        return Symbol(name.uppercased()).flatMap { instrumentFeed($0, rest) }
    }

    /// What the dialect has for an instrument beyond what is served.
    private static let unserved: Set = ["compositeIndex", "assetIndex", "rpiDepth@500ms"]

    private static func instrumentFeed(_ symbol: Symbol, _ rest: String) -> StreamName.Feed? {
        switch rest {
        case "aggTrade": return .aggregateTrades(symbol)
        case "trade": return .trades(symbol)
        case "bookTicker": return .bookTicker(symbol)
        case "ticker": return .ticker(symbol)
        case "miniTicker": return .miniTicker(symbol)
        case "forceOrder": return .liquidations(symbol)
        case "markPrice": return .markPrice(symbol, .threeSeconds)
        case "markPrice@1s": return .markPrice(symbol, .second)
        default: break
        }
        if let interval = rest.suffix(after: "kline_") {
            return candles(symbol.description[...], interval).map { .candles($0, $1) }
        }
        guard let depth = rest.suffix(after: "depth") else { return nil }
        let pieces = depth.split(separator: "@", omittingEmptySubsequences: false)
        guard pieces.count <= 2, let speed = depthSpeed(pieces.dropFirst().first) else {
            return nil
        }
        switch pieces.first ?? "" {
        case "": return .depth(symbol, speed)
        case "5": return .topOfBook(symbol, levels: 5, speed)
        case "10": return .topOfBook(symbol, levels: 10, speed)
        case "20": return .topOfBook(symbol, levels: 20, speed)
        default: return nil
        }
    }

    private static func depthSpeed(_ text: Substring?) -> StreamSpeed? {
        switch text {
        case nil, "250ms": .quarter
        case "0ms": .immediate
        case "50ms": .twentieth
        case "100ms": .tenth
        case "500ms": .half
        default: nil
        }
    }

    private static func wholeMarketFeed(_ parts: [Substring]) -> StreamName.Feed? {
        switch parts.joined(separator: "@") {
        case "!bookTicker": .allBookTickers
        case "!control": .control
        case "!markPrice@arr": .allMarkPrices(.threeSeconds)
        case "!markPrice@arr@1s": .allMarkPrices(.second)
        case "!ticker@arr": .allTickers
        case "!miniTicker@arr": .allMiniTickers
        case "!forceOrder@arr": .allLiquidations
        case "!contractInfo", "!assetIndex@arr": .unserved
        default: nil
        }
    }

    private static func candles(
        _ name: Substring,
        _ interval: Substring
    ) -> (Symbol, CandleInterval)? {
        guard let symbol = Symbol(name.uppercased()),
            let interval = CandleInterval(rawValue: String(interval))
        else { return nil }
        return (symbol, interval)
    }

    /// Listen keys are long texts of letters and digits; anything shorter is a mistyped stream or
    /// the connection number that some clients put into the path.
    private static func isListenKey(_ text: String) -> Bool {
        text.utf8.count >= 20 && text.utf8.allSatisfy(isLetterOrDigit)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: "@") || byte == UInt8(ascii: "!")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isCapital(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isCapital(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

extension StringProtocol {
    fileprivate func suffix(after prefix: String) -> Substring? {
        hasPrefix(prefix) ? Substring(dropFirst(prefix.count)) : nil
    }

    fileprivate func prefix(before suffix: String) -> Substring? {
        hasSuffix(suffix) ? Substring(dropLast(suffix.count)) : nil
    }
}
