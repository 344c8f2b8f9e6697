import PlimsollModel

extension MarketProjection {
    /// Everything but the rules, which a snapshot keeps as the changes that make them.
    func encode(into writer: inout ByteWriter) {
        writer.put(isTrading)
        writer.put(book.lastUpdate)
        writer.put(book.bidLevels)
        writer.put(book.askLevels)
        writer.put(prices)
        writer.put(pricesTime)
        writer.put(indexSources)
        writer.put(isIndexStale)
        writer.put(indexStaleTime)
        writer.put(trades)
        writer.put(aggregates)
        writer.put(fundingHistory)
        writer.put(candleSeries.minutes)
        writer.put(markSeries.minutes)
        writer.put(indexSeries.minutes)
        writer.put(premiumSeries.minutes)
        writer.put(positioning)
        writer.put(longUnits)
        writer.put(liquidationMinutes)
    }

    mutating func decode(from reader: inout ByteReader) throws(CodecError) {
        isTrading = try reader.bool()
        let start = reader.offset
        book = BookProjection(
            lastUpdate: try reader.integer(),
            bidLevels: try reader.elements(),
            askLevels: try reader.elements()
        )
        try reader.require(book.isOrdered, since: start)
        prices = try reader.optional()
        pricesTime = try reader.timestamp()
        indexSources = try reader.elements()
        isIndexStale = try reader.bool()
        indexStaleTime = try reader.timestamp()
        try reader.elements(into: &trades)
        try reader.elements(into: &aggregates)
        try reader.elements(into: &fundingHistory)
        try reader.elements(into: &candleSeries.minutes)
        try reader.elements(into: &markSeries.minutes)
        try reader.elements(into: &indexSeries.minutes)
        try reader.elements(into: &premiumSeries.minutes)
        try reader.elements(into: &positioning)
        longUnits = try reader.amount().units
        try reader.elements(into: &liquidationMinutes)
    }
}

extension BookProjection {
    /// Whether each side gets better towards its end and no level is empty.
    var isOrdered: Bool {
        zip(bidLevels, bidLevels.dropFirst()).allSatisfy { $0.price < $1.price }
            && zip(askLevels, askLevels.dropFirst()).allSatisfy { $0.price > $1.price }
            && bidLevels.allSatisfy { $0.quantity > .zero }
            && askLevels.allSatisfy { $0.quantity > .zero }
    }
}

extension BookLevel: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(price)
        writer.put(quantity)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        price = try reader.number()
        quantity = try reader.number()
    }
}

extension MarketTrade: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(price)
        writer.put(quantity)
        writer.put(time)
        writer.put(takerSide)
        writer.put(maker)
        writer.put(taker)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.identifier()
        price = try reader.number()
        quantity = try reader.number()
        time = try reader.timestamp()
        takerSide = try reader.choice()
        maker = try reader.identifier()
        taker = try reader.identifier()
    }
}

extension AggregateTrade: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(price)
        writer.put(quantity)
        writer.put(first)
        writer.put(last)
        writer.put(time)
        writer.put(isBuyerMaker)
        writer.put(taker)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.integer()
        price = try reader.number()
        quantity = try reader.number()
        first = try reader.identifier()
        last = try reader.identifier()
        time = try reader.timestamp()
        isBuyerMaker = try reader.bool()
        taker = try reader.identifier()
    }
}

extension Candle: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(openTime)
        writer.put(closeTime)
        writer.put(open)
        writer.put(high)
        writer.put(low)
        writer.put(close)
        writer.put(volume)
        writer.put(quoteVolume)
        writer.put(count: tradeCount)
        writer.put(takerBuyVolume)
        writer.put(takerBuyQuoteVolume)
        writer.put(firstTrade)
        writer.put(lastTrade)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        openTime = try reader.timestamp()
        closeTime = try reader.timestamp()
        open = try reader.number()
        high = try reader.number()
        low = try reader.number()
        close = try reader.number()
        volume = try reader.number()
        quoteVolume = try reader.amount()
        tradeCount = try reader.count()
        takerBuyVolume = try reader.number()
        takerBuyQuoteVolume = try reader.amount()
        firstTrade = try reader.identifier()
        lastTrade = try reader.identifier()
    }
}

extension PriceMinute: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(openTime)
        writer.put(open)
        writer.put(high)
        writer.put(low)
        writer.put(close)
        writer.put(count)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        openTime = try reader.timestamp()
        open = try reader.number()
        high = try reader.number()
        low = try reader.number()
        close = try reader.number()
        count = try reader.integer()
    }
}
