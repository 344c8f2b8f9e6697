import PlimsollModel
import PlimsollProjections
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `Random event streams` {
    private static let market = ProjectedVenue.market.index

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `the book agrees with a table of levels`(seed: UInt64) throws {
        var random = RandomMarket(seed: seed)
        for _ in 0..<500 {
            random.step()
            let book = random.venue.projections.markets[Self.market].book
            let bids = random.bids.sorted { $0.key > $1.key }
            let asks = random.asks.sorted { $0.key < $1.key }
            try #require(book.bids().map(\.price.units) == bids.map(\.key), "seed \(seed)")
            try #require(book.bids().map(\.quantity.units) == bids.map(\.value), "seed \(seed)")
            try #require(book.asks().map(\.price.units) == asks.map(\.key), "seed \(seed)")
            try #require(book.asks().map(\.quantity.units) == asks.map(\.value), "seed \(seed)")
            try #require(book.bestBid == book.bids(limit: 1).first, "seed \(seed)")
            try #require(book.bestAsk == book.asks(limit: 1).first, "seed \(seed)")
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>, CandleInterval.allCases)
    func `candles agree with a recount of the trades`(
        seed: UInt64,
        interval: CandleInterval
    ) throws {
        var random = RandomMarket(seed: seed)
        for _ in 0..<1200 { random.step() }
        let candles = random.venue.projections.markets[Self.market].candles(
            interval: interval,
            limit: 1_000_000,
            now: random.venue.time
        )
        let first = try #require(random.trades.first)
        var close = first.event.price
        var openTime = interval.openTime(of: first.time)
        for candle in candles {
            let next = interval.nextOpenTime(after: openTime)
            let within = random.trades.filter { $0.time >= openTime && $0.time < next }
            let events = within.map(\.event)
            let label: Comment = "seed \(seed), \(interval.rawValue) at \(openTime)"
            try #require(candle.openTime == openTime, label)
            try #require(candle.closeTime.milliseconds == next.milliseconds - 1, label)
            try #require(candle.open == events.first?.price ?? close, label)
            try #require(candle.high == events.map(\.price).max() ?? close, label)
            try #require(candle.low == events.map(\.price).min() ?? close, label)
            try #require(candle.close == events.last?.price ?? close, label)
            try #require(candle.tradeCount == events.count, label)
            try #require(candle.volume.units == events.map(\.quantity.units).reduce(0, +), label)
            let bought = events.filter { $0.takerSide == .buy }
            try #require(candle.quoteVolume == value(of: events), label)
            try #require(candle.takerBuyQuoteVolume == value(of: bought), label)
            try #require(
                candle.takerBuyVolume.units == bought.map(\.quantity.units).reduce(0, +),
                label
            )
            close = candle.close
            openTime = next
        }
        #expect(openTime > random.venue.time)
        #expect(candles.map(\.tradeCount).reduce(0, +) == random.trades.count)
    }

    private func value(of trades: [TradeExecuted]) -> Amount {
        trades.map { Amount($0.price, times: $0.quantity) }.reduce(.zero, +)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `balances are the sum of all income`(seed: UInt64) throws {
        var random = RandomMarket(seed: seed)
        var income: [IncomeProjection] = []
        for _ in 0..<400 {
            random.step()
            let account = try #require(random.venue.projections.account(ProjectedVenue.trader))
            income += account.income.filter { $0.transaction > income.last?.transaction ?? 0 }
            let sum = income.map(\.amount).reduce(.zero, +)
            try #require(sum == random.cross + random.isolated, "seed \(seed)")
            try #require(account.wallet(ProjectedVenue.usdt) == random.cross, "seed \(seed)")
            let balance = random.venue.projections.walletBalance(
                of: ProjectedVenue.trader,
                in: ProjectedVenue.usdt
            )
            try #require(balance == sum, "seed \(seed)")
        }
        #expect(zip(income, income.dropFirst()).allSatisfy { $0.transaction < $1.transaction })
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `open orders agree with a table of what is left`(seed: UInt64) throws {
        var random = RandomMarket(seed: seed)
        for _ in 0..<600 {
            random.step()
            let account = try #require(random.venue.projections.account(ProjectedVenue.trader))
            let open = account.openOrders
            try #require(open.map(\.id) == random.orders.keys.sorted(), "seed \(seed)")
            for order in open {
                try #require(order.remaining == random.orders[order.id], "seed \(seed)")
                try #require(account.order(order.id) == order, "seed \(seed)")
                try #require(account.order(order.clientOrderID) == order, "seed \(seed)")
            }
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a snapshot in the middle changes nothing`(seed: UInt64) throws {
        var random = RandomMarket(seed: seed)
        for _ in 0..<1500 { random.step() }
        var copy = random
        var reader = ByteReader(random.venue.bytes)
        copy.venue.projections = try VenueProjections(from: &reader)
        try reader.finish()
        #expect(copy.venue.bytes == random.venue.bytes)
        for _ in 0..<1500 {
            random.step()
            copy.step()
        }
        #expect(copy.venue.bytes == random.venue.bytes, "seed \(seed)")
    }
}
