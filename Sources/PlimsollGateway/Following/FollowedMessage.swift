import PlimsollModel
import PlimsollTapes

/// What another venue tells of one market, in the dialect of this one.
enum FollowedMessage: Equatable {
    case depth(FollowedDepth)
    case trade(TapeTrade)
    case prices(index: Price, fundingRate: Rate)

    /// Reads a message of the combined streams; `nil` for one that is not about the market.
    ///
    /// - Throws: `WebClientError.malformed` for one that should be and cannot be read.
    init?(_ bytes: [UInt8]) throws {
        let document = try Self.parse(bytes)
        guard let data = document["data"], let kind = data["e"]?.scalarText else { return nil }
        switch kind {
        case "depthUpdate":
            self = .depth(
                FollowedDepth(
                    firstUpdate: try data.integer("U"),
                    lastUpdate: try data.integer("u"),
                    previousUpdate: try data.integer("pu"),
                    levels: try data.levels(bids: "b", asks: "a")
                )
            )
        case "aggTrade":
            let trade = TapeTrade(
                time: Timestamp(milliseconds: try data.integer("T")),
                id: try data.integer("a"),
                price: try data.number("p"),
                quantity: try data.number("q"),
                takerSide: data["m"] == .bool(true) ? .sell : .buy
            )
            guard trade.price > .zero, trade.quantity > .zero else {
                throw WebClientError.malformed("a trade of nothing")
            }
            self = .trade(trade)
        case "markPriceUpdate":
            let index: Price = try data.number("i")
            guard index > .zero else { return nil }
            self = .prices(
                index: index,
                fundingRate: data["r"]?.scalarText?.isEmpty == false
                    ? try data.number("r", allowsSign: true) : .zero
            )
        default: return nil
        }
    }

    fileprivate static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw WebClientError.malformed(error.reason)
        }
    }
}

/// What changed of a followed book.
struct FollowedDepth: Equatable {
    var firstUpdate: Int64
    var lastUpdate: Int64
    /// The last update of the message before.
    var previousUpdate: Int64
    var levels: [TapeLevel]
}

/// A followed book as a whole.
struct FollowedSnapshot: Equatable {
    var lastUpdate: Int64
    var levels: [TapeLevel]

    init(lastUpdate: Int64, levels: [TapeLevel]) {
        self.lastUpdate = lastUpdate
        self.levels = levels
    }

    /// Reads an answer of `/fapi/v1/depth`.
    init(_ bytes: [UInt8]) throws {
        let document = try FollowedMessage.parse(bytes)
        lastUpdate = try document.integer("lastUpdateId")
        levels = try document.levels(bids: "bids", asks: "asks")
    }
}

extension JSONValue {
    fileprivate func integer(_ name: String) throws -> Int64 {
        guard let value = self[name]?.scalarText.flatMap({ Int64($0) }) else {
            throw WebClientError.malformed("\(name) is no whole number")
        }
        return value
    }

    fileprivate func number<Value: FixedPoint>(
        _ name: String,
        allowsSign: Bool = false
    ) throws -> Value {
        try Self.number(self[name], name, allowsSign: allowsSign)
    }

    fileprivate func levels(bids: String, asks: String) throws -> [TapeLevel] {
        var levels: [TapeLevel] = []
        for (side, name) in [(Side.buy, bids), (Side.sell, asks)] {
            guard case .array(let rows)? = self[name] else {
                throw WebClientError.malformed("\(name) is no list")
            }
            for row in rows {
                guard case .array(let cells) = row, cells.count >= 2 else {
                    throw WebClientError.malformed("a level of \(name) has no price and quantity")
                }
                let level = TapeLevel(
                    side: side,
                    price: try Self.number(cells[0], name),
                    quantity: try Self.number(cells[1], name)
                )
                guard level.price > .zero else {
                    throw WebClientError.malformed("a level of \(name) has no price")
                }
                levels.append(level)
            }
        }
        return levels
    }

    private static func number<Value: FixedPoint>(
        _ value: JSONValue?,
        _ name: String,
        allowsSign: Bool = false
    ) throws -> Value {
        guard let text = value?.scalarText,
            let number = try? Value(parsing: text, allowsSign: allowsSign)
        else { throw WebClientError.malformed("\(name) is no number") }
        return number
    }
}
