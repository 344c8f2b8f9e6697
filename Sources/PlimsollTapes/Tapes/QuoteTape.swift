public import PlimsollModel

/// The best bid and ask of a recorded market from an instant on.
public struct TapeQuote: BitwiseCopyable, Hashable, Sendable {
    public var time: Timestamp
    /// The book's update that made it; zero where it is not known.
    public var update: Int64
    public var bid: Price
    public var bidQuantity: Quantity
    public var ask: Price
    public var askQuantity: Quantity

    public init(
        time: Timestamp,
        update: Int64,
        bid: Price,
        bidQuantity: Quantity,
        ask: Price,
        askQuantity: Quantity
    ) {
        self.time = time
        self.update = update
        self.bid = bid
        self.bidQuantity = bidQuantity
        self.ask = ask
        self.askQuantity = askQuantity
    }

    /// Between bid and ask, rounded down to a unit.
    public var middle: Price { Price(units: bid.units + (ask.units - bid.units) / 2) }

    /// Why it cannot have stood.
    var fault: String? {
        if bid <= .zero { return "a bid is greater than zero, not \(bid)" }
        if ask < bid { return "the ask of \(ask) is below the bid of \(bid)" }
        if bidQuantity < .zero || askQuantity < .zero { return "a quantity is negative" }
        return nil
    }
}

/// Every change of best bid and ask, none earlier than the one before.
public struct QuoteTape: Hashable, Sendable {
    public let symbol: String?
    /// At least one.
    public let quotes: [TapeQuote]

    /// - Throws: The first quote that is impossible or out of order.
    public init(
        symbol: String? = nil,
        quotes: [TapeQuote],
        file: String = "tape"
    ) throws(TapeError) {
        guard !quotes.isEmpty else { throw TapeError(file: file, message: "no quotes") }
        for (place, quote) in quotes.enumerated() {
            if let fault = quote.fault {
                throw TapeError(file: file, message: "quote \(place + 1): \(fault)")
            }
            guard place == 0 || quotes[place - 1].time <= quote.time else {
                throw TapeError(file: file, message: "quote \(place + 1) is out of order")
            }
        }
        self.symbol = symbol
        self.quotes = quotes
    }

    /// The quotes as a book of one level a side.
    var depth: DepthTape {
        get throws(TapeError) {
            var updates: [TapeDepthUpdate] = []
            var levels: [TapeLevel] = []
            updates.reserveCapacity(quotes.count)
            levels.reserveCapacity(quotes.count * 2)
            for quote in quotes {
                let start = Int32(levels.count)
                levels.append(
                    TapeLevel(side: .buy, price: quote.bid, quantity: quote.bidQuantity)
                )
                levels.append(
                    TapeLevel(side: .sell, price: quote.ask, quantity: quote.askQuantity)
                )
                updates.append(
                    TapeDepthUpdate(
                        time: quote.time,
                        isSnapshot: true,
                        lastUpdate: quote.update,
                        previousUpdate: 0,
                        levels: start..<Int32(levels.count)
                    )
                )
            }
            return try DepthTape(symbol: symbol, updates: updates, levels: levels)
        }
    }

    func digest(into digest: inout Digest) {
        for quote in quotes {
            digest.put(quote.time)
            digest.put(quote.update)
            digest.put(quote.bid)
            digest.put(quote.bidQuantity)
            digest.put(quote.ask)
            digest.put(quote.askQuantity)
        }
    }
}
