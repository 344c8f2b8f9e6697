import Foundation
import NIOCore
import PlimsollEngine
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Testing

@testable import PlimsollGateway

/// An engine with its read models, driven command by command: what a node does, without the thread.
final class StreamTestVenue {
    static let bitcoin = InstrumentID(rawValue: 0)
    static let ether = InstrumentID(rawValue: 1)
    static let usdt = AssetID(rawValue: 0)

    private(set) var projections = VenueProjections()
    private var engine = Engine()
    private var buffer = EventBuffer()
    private var sequence = PlimsollModel.Sequence.zero
    private(set) var time = Timestamp(milliseconds: 1_746_000_000_000)

    /// `change` is made to the rules of each instrument.
    init(_ change: (inout InstrumentRules) -> Void = { _ in }) throws {
        var rules = try Self.rules()
        for index in rules.instruments.indices { change(&rules.instruments[index]) }
        for change in rules.changes { perform(.changeRules(change)) }
        perform(.updateIndexPrice(Self.bitcoin, Price(50_000)))
        perform(.updateIndexPrice(Self.ether, Price(4_000)))
    }

    @discardableResult
    func perform(_ command: Command, after milliseconds: Int64 = 0) -> PublishedCommand {
        sequence = sequence.next
        time = time.advanced(byMilliseconds: milliseconds)
        buffer.removeAll()
        engine.apply(
            SequencedCommand(sequence: sequence, time: time, command: command),
            into: &buffer
        )
        let events = buffer.events(in: 0..<buffer.count)
        let header = EventHeader(sequence: sequence, time: time)
        projections.fold(events, at: header, digest: engine.digest)
        return PublishedCommand(header: header, digest: engine.digest, events: events)
    }

    /// A trader with money, and what it took.
    func openTrader(deposit: Int = 100_000) -> AccountID {
        let opened = perform(.openAccount(.trader))
        guard case .accountOpened(let account, _)? = opened.events.first else {
            preconditionFailure("an account can be opened")
        }
        perform(
            .deposit(BalanceChange(account: account, asset: Self.usdt, amount: Amount(deposit)))
        )
        return account
    }

    func limit(
        _ account: AccountID,
        _ side: Side,
        _ quantity: String,
        at price: String,
        in instrument: InstrumentID = ether,
        timeInForce: TimeInForce = .goodTillCancelled,
        name: String = ""
    ) throws -> PublishedCommand {
        perform(
            .placeOrder(
                NewOrder(
                    account: account,
                    instrument: instrument,
                    side: side,
                    type: .limit,
                    timeInForce: timeInForce,
                    price: try Price(parsing: price),
                    quantity: try Quantity(parsing: quantity),
                    clientOrderID: ClientOrderID(name) ?? .none
                )
            ),
            after: 7
        )
    }

    func market(
        _ account: AccountID,
        _ side: Side,
        _ quantity: String,
        in instrument: InstrumentID = ether
    ) throws -> PublishedCommand {
        perform(
            .placeOrder(
                NewOrder(
                    account: account,
                    instrument: instrument,
                    side: side,
                    type: .market,
                    quantity: try Quantity(parsing: quantity)
                )
            ),
            after: 7
        )
    }

    static func rules() throws -> VenueRules {
        VenueRules(
            name: "test",
            assets: try ["USDT", "BTC", "ETH"].map { try #require(Symbol($0)) },
            instruments: [
                try instrument("BTCUSDT", base: 1), try instrument("ETHUSDT", base: 2),
            ]
        )
    }

    private static func instrument(_ name: String, base: UInt16) throws -> InstrumentRules {
        InstrumentRules(
            contract: ContractTerms(
                symbol: try #require(Symbol(name)),
                baseAsset: AssetID(rawValue: base),
                settleAsset: usdt,
                priceDecimals: 2,
                quantityDecimals: 3,
                tickSize: try Price(parsing: "0.01"),
                stepSize: try Quantity(parsing: "0.001")
            ),
            limits: OrderLimits(
                priceMin: try Price(parsing: "0.01"),
                priceMax: Price(1_000_000),
                quantityMin: try Quantity(parsing: "0.001"),
                quantityMax: Quantity(10_000),
                marketQuantityMax: Quantity(10_000),
                notionalMin: Price(5),
                priceBand: try Rate(parsing: "0.5"),
                marketTakeBound: try Rate(parsing: "0.5"),
                openOrderCountMax: 200
            ),
            fees: FeeSchedule(
                maker: try Rate(parsing: "0.0002"),
                taker: try Rate(parsing: "0.0005"),
                liquidation: try Rate(parsing: "0.01")
            ),
            funding: FundingTerms(
                intervalMilliseconds: 28_800_000,
                rate: try Rate(parsing: "0.0001")
            ),
            mark: MarkPriceTerms(),
            tiers: [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(10_000_000),
                    leverageMax: 50,
                    maintenanceRate: try Rate(parsing: "0.01"),
                    deduction: .zero
                )
            ],
            leverageDefault: 10
        )
    }
}

/// A publisher on a test venue, and what its streams tell.
final class StreamTestPublisher {
    let venue: StreamTestVenue
    let listenKeys = ListenKeyStore()
    var wallClock = Timestamp(milliseconds: 1_800_000_000_000)
    private(set) lazy var publisher = StreamPublisher(
        read: { [venue] body in body(venue.projections) },
        listenKeys: listenKeys,
        wallClock: { [unowned self] in wallClock }
    )

    init(_ venue: StreamTestVenue) { self.venue = venue }

    func watch(_ names: String..., isWrapped: Bool = false) throws {
        publisher.watch(
            try names.map { try #require(StreamName($0)) },
            loop: 0,
            isWrapped: isWrapped
        )
    }

    /// The events written since the last call, oldest first.
    func events() throws -> [JSONObject] {
        try publisher.takeFrames().flatMap { $0 }.flatMap { frame in
            try [frame.plain, frame.wrapped].compactMap { $0 }.map { bytes in
                let payload = try StreamTestFrame.payload(of: bytes)
                return try JSONObject(stream: frame.stream.text, parsing: payload)
            }
        }
    }
}

/// Takes the header off a frame as RFC 6455 lays it out.
enum StreamTestFrame {
    static func payload(of frame: ByteBuffer) throws -> Data {
        var frame = frame
        let head = frame.readInteger(as: UInt8.self)
        #expect(head == 0x81, "a whole text frame")
        let short = frame.readInteger(as: UInt8.self)
        let length: Int? =
            switch short {
            case 126: frame.readInteger(as: UInt16.self).map(Int.init)
            case 127: frame.readInteger(as: UInt64.self).map(Int.init)
            default: short.map(Int.init)
            }
        #expect(frame.readableBytes == length)
        return Data(frame.readableBytesView)
    }
}

/// A parsed event with the JSON type of each of its fields.
struct JSONObject {
    let stream: String
    let value: Any

    init(stream: String, parsing data: Data) throws {
        self.stream = stream
        value = try JSONSerialization.jsonObject(with: data)
    }

    init(stream: String, value: Any) {
        self.stream = stream
        self.value = value
    }

    subscript(name: String) -> JSONObject {
        JSONObject(stream: stream, value: (value as? [String: Any])?[name] ?? NSNull())
    }

    subscript(index: Int) -> JSONObject {
        let list = value as? [Any] ?? []
        return JSONObject(
            stream: stream,
            value: list.indices.contains(index) ? list[index] : NSNull()
        )
    }

    var text: String? { value as? String }
    var integer: Int64? { (value as? NSNumber)?.int64Value }
    var list: [JSONObject] {
        (value as? [Any] ?? []).map { JSONObject(stream: stream, value: $0) }
    }
    var kind: String { self["e"].text ?? "" }

    /// Names and types of the fields, sorted, such as `E:i s:s`.
    ///
    /// Strings are `s`, integers `i`, booleans `b`, lists `l`, objects `o`, and anything else `?`.
    var shape: String {
        guard let fields = value as? [String: Any] else { return "not an object" }
        return fields.keys.sorted().map { "\($0):\(Self.letter(fields[$0]))" }
            .joined(separator: " ")
    }

    private static func letter(_ value: Any?) -> String {
        switch value {
        case is String: "s"
        case let number as NSNumber where isBoolean(number): "b"
        case let number as NSNumber
        where number.doubleValue == Double(number.int64Value): "i"
        case is [Any]: "l"
        case is [String: Any]: "o"
        default: "?"
        }
    }

    private static func isBoolean(_ number: NSNumber) -> Bool {
        unsafe String(cString: number.objCType) == "c"
    }
}

/// `a:s b:i` in any order, sorted by name.
func shape(_ fields: String) -> String {
    fields.split(separator: " ").sorted {
        $0.prefix { $0 != ":" } < $1.prefix { $0 != ":" }
    }.joined(separator: " ")
}
