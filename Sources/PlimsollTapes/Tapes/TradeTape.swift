public import PlimsollModel

/// One trade of a recorded market, or several of one taker at one price.
public struct TapeTrade: BitwiseCopyable, Hashable, Sendable {
    public var time: Timestamp
    /// Rises by one from trade to trade where the recorder counts so; zero where it does not.
    public var id: Int64
    public var price: Price
    /// In the base asset.
    public var quantity: Quantity
    /// The side that took.
    public var takerSide: Side

    public init(time: Timestamp, id: Int64, price: Price, quantity: Quantity, takerSide: Side) {
        self.time = time
        self.id = id
        self.price = price
        self.quantity = quantity
        self.takerSide = takerSide
    }
}

/// A recorded market as its trades, none earlier than the one before.
public struct TradeTape: Hashable, Sendable {
    /// As the file's name tells it.
    public let symbol: String?
    /// At least one.
    public let trades: [TapeTrade]

    /// - Throws: The first trade that is impossible or out of order.
    public init(
        symbol: String? = nil,
        trades: [TapeTrade],
        file: String = "tape"
    ) throws(TapeError) {
        guard !trades.isEmpty else { throw TapeError(file: file, message: "no trades") }
        for (place, trade) in trades.enumerated() {
            if let fault = trade.fault {
                throw TapeError(file: file, message: "trade \(place + 1): \(fault)")
            }
            guard place == 0 || trades[place - 1].time <= trade.time else {
                throw TapeError(file: file, message: "trade \(place + 1) is out of order")
            }
        }
        self.symbol = symbol
        self.trades = trades
    }

    public var startTime: Timestamp { trades.first?.time ?? .zero }

    /// The first instant after the last trade.
    public var endTime: Timestamp {
        (trades.last?.time ?? .zero).advanced(byMilliseconds: 1)
    }

    /// Puts every number of the tape into a digest.
    func digest(into digest: inout Digest) {
        for trade in trades {
            digest.put(trade.time)
            digest.put(trade.id)
            digest.put(trade.price)
            digest.put(trade.quantity)
            digest.put(trade.takerSide.rawValue)
        }
    }
}

extension TapeTrade {
    /// Why the trade cannot have happened.
    var fault: String? {
        if price <= .zero { return "a price is greater than zero, not \(price)" }
        if quantity <= .zero { return "a quantity is greater than zero, not \(quantity)" }
        return nil
    }
}
