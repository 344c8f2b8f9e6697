import PlimsollModel
import PlimsollProjections
import Testing

@Suite struct `Market projection` {
    private static let minute: Int64 = 60_000

    private func market(_ venue: ProjectedVenue) -> MarketProjection {
        venue.projections.markets[ProjectedVenue.market.index]
    }

    @Test func `rules arrive as changes and make the market tradable`() throws {
        let projections = ProjectedVenue().projections
        let symbol = try #require(Symbol("BTCUSDT"))
        let market = try #require(projections.market(symbol))
        #expect(market.id == ProjectedVenue.other)
        #expect(projections.marketIndex(symbol) == ProjectedVenue.other)
        #expect(market.isTrading)
        #expect(market.rules.leverageDefault == 20)
        #expect(market.rules.tiers.count == 1)
        #expect(projections.assets.map(\.description) == ["USDT", "ETH", "BTC"])
        #expect(projections.marketIndex(try #require(Symbol("NONE"))) == nil)
    }

    @Test func `trades of one taker at one price make one aggregate`() throws {
        var venue = ProjectedVenue()
        let taker = OrderID(rawValue: 9)
        for text in ["10", "10", "11", "10"] {
            let trade = venue.nextTrade()
            venue.command(traded(trade, Quantity(1), at: try price(text), taker: taker))
        }
        let trade = venue.nextTrade()
        venue.command(
            traded(
                trade,
                Quantity(1),
                at: Price(10),
                takerSide: .sell,
                taker: OrderID(rawValue: 10)
            )
        )
        let aggregates = Array(market(venue).aggregates)
        #expect(aggregates.map(\.id) == [1, 2, 3, 4])
        #expect(aggregates.map(\.quantity) == [2, 1, 1, 1].map { Quantity($0) })
        #expect(aggregates.map(\.first.rawValue) == [1, 3, 4, 5])
        #expect(aggregates.map(\.last.rawValue) == [2, 3, 4, 5])
        #expect(aggregates.map(\.isBuyerMaker) == [false, false, false, true])
    }

    @Test func `keeps the newest thousand trades`() throws {
        var venue = ProjectedVenue()
        for _ in 0..<1234 {
            let trade = venue.nextTrade()
            venue.command(traded(trade, Quantity(1), at: Price(10)))
        }
        let trades = market(venue).trades
        #expect(trades.count == 1000)
        #expect(trades.map(\.id.rawValue) == Array(235...1234))
        #expect(trades.last?.id.rawValue == 1234)
    }

    @Test func `a quiet minute is flat at the close before it`() throws {
        var venue = ProjectedVenue()
        var trade = venue.nextTrade()
        venue.command(traded(trade, Quantity(1), at: Price(10)))
        trade = venue.nextTrade()
        venue.command(traded(trade, Quantity(2), at: Price(12)), after: 3 * Self.minute)
        let candles = market(venue).candles(interval: .oneMinute)
        #expect(candles.map(\.close) == [10, 10, 10, 12].map { Price($0) })
        #expect(candles.map(\.volume) == [1, 0, 0, 2].map { Quantity($0) })
        #expect(candles[1].high == Price(10) && candles[1].tradeCount == 0)
        #expect(candles[3].open == Price(12))
    }

    @Test func `a range gives its first candles, without a start the last`() throws {
        var venue = ProjectedVenue()
        for _ in 0..<10 {
            let trade = venue.nextTrade()
            venue.command(traded(trade, Quantity(1), at: Price(10)), after: Self.minute)
        }
        let market = market(venue)
        let start = ProjectedVenue.start
        func minutes(_ candles: [Candle]) -> [Int64] {
            candles.map { ($0.openTime.milliseconds - start.milliseconds) / Self.minute }
        }
        let third = start.advanced(byMilliseconds: 3 * Self.minute)
        let sixth = start.advanced(byMilliseconds: 6 * Self.minute)
        let within = third.advanced(byMilliseconds: 1)
        #expect(minutes(market.candles(interval: .oneMinute, limit: 2)) == [9, 10])
        #expect(minutes(market.candles(interval: .oneMinute, from: third, limit: 2)) == [3, 4])
        #expect(minutes(market.candles(interval: .oneMinute, from: within, limit: 2)) == [4, 5])
        #expect(minutes(market.candles(interval: .oneMinute, to: sixth, limit: 2)) == [5, 6])
        #expect(
            minutes(market.candles(interval: .oneMinute, from: third, to: sixth)) == [3, 4, 5, 6]
        )
        #expect(market.candles(interval: .oneMinute, from: sixth, to: third).isEmpty)
        #expect(market.candles(interval: .oneMinute, limit: 0).isEmpty)
    }

    @Test(arguments: CandleInterval.allCases)
    func `bounds from beyond time are harmless`(interval: CandleInterval) throws {
        var venue = ProjectedVenue()
        let trade = venue.nextTrade()
        venue.command(traded(trade, Quantity(1), at: Price(10)))
        let market = market(venue)
        let first = Timestamp(milliseconds: .min)
        let last = Timestamp(milliseconds: .max)
        #expect(market.candles(interval: interval, from: first, to: last).count == 1)
        #expect(market.candles(interval: interval, from: last).isEmpty)
        #expect(market.candles(interval: interval, to: first).isEmpty)
        #expect(market.candles(interval: interval, limit: .max).count == 1)
    }

    @Test func `weeks open on Monday and months on the first`() {
        let tuesday = ProjectedVenue.start
        // 2025-05-05 and 2025-05-12, both Mondays.
        #expect(CandleInterval.oneWeek.openTime(of: tuesday).milliseconds == 1_746_403_200_000)
        #expect(
            CandleInterval.oneWeek.nextOpenTime(after: tuesday).milliseconds == 1_747_008_000_000
        )
        // 2025-05-01 and 2025-06-01.
        #expect(CandleInterval.oneMonth.openTime(of: tuesday).milliseconds == 1_746_057_600_000)
        #expect(
            CandleInterval.oneMonth.nextOpenTime(after: tuesday).milliseconds == 1_748_736_000_000
        )
        // 2024-02-29 23:59:59.999 and 2024-03-01: a leap day.
        let leap = Timestamp(milliseconds: 1_709_251_199_999)
        #expect(CandleInterval.oneMonth.openTime(of: leap).milliseconds == 1_706_745_600_000)
        #expect(CandleInterval.oneMonth.nextOpenTime(after: leap).milliseconds == 1_709_251_200_000)
    }

    @Test func `the ticker looks back over 1,440 minutes`() throws {
        var venue = ProjectedVenue()
        for (text, wait) in [("10", 0), ("20", 1), ("5", 1439), ("8", 0)] as [(String, Int64)] {
            let trade = venue.nextTrade()
            venue.command(
                traded(trade, Quantity(2), at: try price(text)),
                after: wait * Self.minute
            )
        }
        let ticker = market(venue).ticker(at: venue.time)
        #expect(ticker.open == Price(20))
        #expect(ticker.high == Price(20))
        #expect(ticker.low == Price(5))
        #expect(ticker.last == Price(8))
        #expect(ticker.lastQuantity == Quantity(2))
        #expect(ticker.volume == Quantity(6))
        #expect(ticker.quoteVolume == Amount(66))
        #expect(ticker.tradeCount == 3)
        #expect(ticker.weightedAveragePrice == Price(11))
        #expect(ticker.priceChange == Price(-12))
        #expect(ticker.priceChangePercent == Rate(-60))
        let later = market(venue).ticker(
            at: venue.time.advanced(byMilliseconds: 2000 * Self.minute)
        )
        #expect(later.open == Price(8) && later.last == Price(8) && later.tradeCount == 0)
        #expect(market(ProjectedVenue()).ticker(at: venue.time).last == .zero)
    }

    @Test func `open interest is the sum of the long positions`() throws {
        var venue = ProjectedVenue()
        venue.command(
            position(Quantity(3), entryValue: Amount(30)),
            position(of: ProjectedVenue.maker, Quantity(-3), entryValue: Amount(-30))
        )
        #expect(market(venue).openInterest == Quantity(3))
        venue.command(
            position(Quantity(-1), entryValue: Amount(-10)),
            position(of: ProjectedVenue.maker, Quantity(1), entryValue: Amount(10))
        )
        #expect(market(venue).openInterest == Quantity(1))
        venue.command(
            position(.zero, entryValue: .zero),
            position(of: ProjectedVenue.maker, .zero, entryValue: .zero)
        )
        #expect(market(venue).openInterest == .zero)
    }

    @Test func `prices and settlements are kept as they came`() throws {
        var venue = ProjectedVenue()
        let prices = prices(mark: 10, index: 11)
        let settlement = FundingSettled(
            instrument: ProjectedVenue.market,
            time: venue.time,
            rate: Rate(units: 1),
            mark: Price(10)
        )
        venue.command(.pricesUpdated(prices), .fundingSettled(settlement), after: 5)
        #expect(market(venue).prices == prices)
        #expect(market(venue).pricesTime == venue.time)
        #expect(Array(market(venue).fundingHistory) == [settlement])
    }

    @Test func `mark and index price have candles of their own`() throws {
        var venue = ProjectedVenue()
        for (mark, index, wait) in [(10, 20, 0), (14, 19, 1000), (8, 25, 1000), (9, 26, 120_000)] {
            venue.command(
                .pricesUpdated(prices(mark: mark, index: index)),
                after: Int64(wait)
            )
        }
        let marks = market(venue).candles(of: .mark, interval: .oneMinute)
        #expect(marks.map(\.open) == [10, 8, 9].map { Price($0) })
        #expect(marks.map(\.high) == [14, 8, 9].map { Price($0) })
        #expect(marks.map(\.low) == [8, 8, 9].map { Price($0) })
        #expect(marks.map(\.close) == [8, 8, 9].map { Price($0) })
        #expect(marks.map(\.tradeCount) == [3, 0, 1])
        let index = try #require(market(venue).candles(of: .index, interval: .oneHour).last)
        #expect(index.open == Price(20) && index.close == Price(26))
        #expect(index.high == Price(26) && index.low == Price(19))
        #expect(index.volume == .zero)
        #expect(market(venue).candles(interval: .oneMinute).isEmpty)
    }

    private func prices(mark: Int, index: Int) -> PricesUpdated {
        PricesUpdated(
            instrument: ProjectedVenue.market,
            mark: Price(mark),
            index: Price(index),
            fundingBasisPrice: Price(9),
            averageBasisPrice: Price(12),
            last: Price(10),
            fundingRate: Rate(units: 1),
            nextFundingTime: ProjectedVenue.start
        )
    }
}
