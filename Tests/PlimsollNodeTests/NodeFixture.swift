import Foundation
import Logging
import PlimsollModel
import PlimsollProjections
import PlimsollTapes

@testable import PlimsollNode

/// The rules that lessons use: two instruments, no trading fees, a flat maintenance rate.
let simpleRules: VenueRules? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    return try? ProfileLoader.load(root.appending(path: "Profiles/seed-simple.json").path)
}()

struct RulesMissing: Error {}

let bitcoin = InstrumentID(rawValue: 0)
let demo = AccountID.firstOpened

/// A data directory that goes when the test ends, and venues in it or in memory.
final class NodeFixture {
    static let start = Timestamp(milliseconds: 1_700_000_000_100)
    /// The folder of the profiles that ship.
    static let profiles = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Profiles").path

    let directory = NSTemporaryDirectory() + "plimsoll-node-\(UUID().uuidString)"
    let log: Logger = {
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        return log
    }()

    deinit { remove() }

    /// For a test that begins with another venue.
    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// A paused venue on the disk without a market, unless told otherwise.
    func configuration(
        inMemory: Bool = false,
        market: MarketChoice = .none,
        seed: UInt64 = 7,
        isPaused: Bool = true
    ) throws -> NodeConfiguration {
        guard let rules = simpleRules else { throw RulesMissing() }
        return NodeConfiguration(
            rules: rules,
            dataDirectory: inMemory ? nil : directory,
            seed: seed,
            market: market,
            startTime: Self.start,
            isPaused: isPaused
        )
    }

    func loop(_ configuration: NodeConfiguration) throws(NodeError) -> VenueLoop {
        try VenueLoop.open(configuration, log: log)
    }

    func node(_ configuration: NodeConfiguration) throws(NodeError) -> VenueNode {
        try VenueNode.start(configuration, log: log)
    }

    /// The files as a process that was killed now would leave them.
    func copyAsIs(to other: NodeFixture) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: other.directory, withIntermediateDirectories: true)
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.lock"]
        where files.fileExists(atPath: directory + "/" + name) {
            try files.copyItem(
                atPath: directory + "/" + name,
                toPath: other.directory + "/" + name
            )
        }
    }

    /// A tape of `count` minutes around 100, the last of which lies at 60.
    static func tape(minutes count: Int = 4) throws -> MarketTape {
        let candles = try CandleTape(
            symbol: "BTCUSDT",
            interval: 60_000,
            candles: (0..<count).map { minute in
                let middle = minute == count - 1 ? 60 : 100 + minute % 3
                return TapeCandle(
                    openTime: Timestamp(milliseconds: 1_700_000_040_000 + Int64(minute) * 60_000),
                    open: Price(middle),
                    high: Price(middle + 2),
                    low: Price(middle - 2),
                    close: Price(middle + 1),
                    volume: Quantity(50)
                )
            }
        )
        return MarketTape(.candles(candles))
    }

    /// A book around 100 that changes every 40 milliseconds, with trades through it.
    static func depthTape(seconds: Int) throws -> MarketTape {
        let start: Int64 = 1_700_000_040_000
        var updates: [TapeDepthUpdate] = []
        var levels: [TapeLevel] = []
        var trades: [TapeTrade] = []
        for place in 0..<(seconds * 25) {
            let first = Int32(levels.count)
            let time = Timestamp(milliseconds: start + Int64(place) * 40)
            // The first is the whole book, of five levels a side.
            for level in 0..<(place == 0 ? 5 : 1) {
                let distance = place == 0 ? level : place % 5
                for side in [Side.buy, .sell] {
                    levels.append(
                        TapeLevel(
                            side: side,
                            price: Price(side == .buy ? 99 - distance : 101 + distance),
                            quantity: Quantity(1 + (place * 7 + distance) % 4)
                        )
                    )
                }
            }
            updates.append(
                TapeDepthUpdate(
                    time: time,
                    isSnapshot: place == 0,
                    lastUpdate: Int64(place + 1),
                    previousUpdate: Int64(place),
                    levels: first..<Int32(levels.count)
                )
            )
            if place % 3 == 1 {
                trades.append(
                    TapeTrade(
                        time: time.advanced(byMilliseconds: 11),
                        id: Int64(place),
                        price: Price(place.isMultiple(of: 2) ? 99 : 101),
                        quantity: Quantity(1),
                        takerSide: place.isMultiple(of: 2) ? .sell : .buy
                    )
                )
            }
        }
        return MarketTape(
            .depth(try DepthTape(symbol: "BTCUSDT", updates: updates, levels: levels)),
            TapeCompanions(trades: try TradeTape(symbol: "BTCUSDT", trades: trades))
        )
    }

    static func symbol() throws -> Symbol {
        guard let symbol = Symbol("BTCUSDT") else { throw RulesMissing() }
        return symbol
    }
}

extension VenueState {
    /// Everything that the read models hold.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        copy().encode(into: &writer)
        return writer.bytes
    }
}

/// A limit order for so many tenths.
func buy(
    _ tenths: Int64,
    at price: Int,
    by account: AccountID = demo,
    name: String = ""
) -> Command {
    .placeOrder(
        NewOrder(
            account: account,
            instrument: bitcoin,
            side: .buy,
            type: .limit,
            price: Price(price),
            quantity: Quantity(units: tenths * 10_000_000),
            clientOrderID: ClientOrderID(name) ?? .none
        )
    )
}

/// Sets a price, so that orders can be taken.
let price = Command.updateIndexPrice(bitcoin, Price(100))

/// Traders, prices, orders and cancels that come out the same for the same seed.
struct RandomCommands {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next(below bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    mutating func next() -> Command {
        let account = AccountID(rawValue: demo.rawValue + UInt32(next(below: 3)))
        switch next(below: 10) {
        case 0: return .updateIndexPrice(bitcoin, Price(95 + Int(next(below: 11))))
        case 1: return .cancelAllOrders(account, bitcoin)
        case 2: return .openAccount(.trader)
        case 3:
            let asset = AssetID(rawValue: UInt16(next(below: 2)))
            return .deposit(
                BalanceChange(account: account, asset: asset, amount: Amount(1_000))
            )
        case 4: return .setLeverage(account, bitcoin, UInt16(1 + next(below: 60)))
        default:
            return .placeOrder(
                NewOrder(
                    account: account,
                    instrument: bitcoin,
                    side: next(below: 2) == 0 ? .buy : .sell,
                    type: next(below: 4) == 0 ? .market : .limit,
                    price: Price(90 + Int(next(below: 21))),
                    quantity: Quantity(units: Int64(1 + next(below: 900)) * 100_000)
                )
            )
        }
    }
}
