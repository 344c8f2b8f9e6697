import PlimsollModel
import PlimsollProjections
import Testing

@Suite struct `Index, fund and inverse contracts in the read models` {
    private let market = ProjectedVenue.market

    private func prices(_ venue: ProjectedVenue, index: Price) -> Event {
        .pricesUpdated(
            PricesUpdated(
                instrument: market,
                mark: index,
                index: index,
                fundingBasisPrice: index,
                averageBasisPrice: index,
                last: index,
                fundingRate: Rate(units: 10_000),
                nextFundingTime: venue.time,
                estimatedFundingRate: Rate(units: 20_000)
            )
        )
    }

    @Test func `the sources of an index are kept with their prices and times`() throws {
        var venue = ProjectedVenue { $0.index = IndexTerms(weights: [2, 1, 1]) }
        func tell(_ source: UInt8, _ price: Price) {
            venue.command(
                .indexSourceUpdated(
                    IndexSourceUpdated(instrument: market, source: source, price: price)
                ),
                after: 100
            )
        }
        tell(2, Price(30))
        tell(0, Price(10))
        tell(2, Price(31))
        let projection = venue.projections.markets[market.index]
        #expect(projection.indexSources.map(\.source) == [0, 2])
        #expect(projection.indexSource(2)?.price == Price(31))
        #expect(projection.indexSource(2)?.time == venue.time)
        #expect(projection.indexSource(1) == nil)
    }

    @Test func `a source that tells nothing for too long is silent, beside others that speak`() {
        var venue = ProjectedVenue {
            $0.index = IndexTerms(weights: [1, 1], staleAfterMilliseconds: 10_000)
        }
        func tell(_ source: UInt8, after milliseconds: Int64) {
            let update = IndexSourceUpdated(instrument: market, source: source, price: Price(30))
            venue.command(.indexSourceUpdated(update), after: milliseconds)
        }
        func silent() -> [Bool] {
            [0, 1].map {
                venue.projections.markets[market.index].isIndexSourceSilent($0, at: venue.time)
            }
        }
        #expect(silent() == [true, true], "neither ever spoke")
        tell(0, after: 0)
        tell(1, after: 10_000)
        #expect(silent() == [false, false], "exactly ten seconds are not too long")
        tell(1, after: 1)
        #expect(silent() == [true, false])
    }

    @Test func `the only source of a stale index is silent, since it last spoke at the latest`() {
        var venue = ProjectedVenue { $0.index = IndexTerms(staleAfterMilliseconds: 10_000) }
        venue.command(prices(venue, index: Price(50)), after: 5)
        let told = venue.time
        // The mark price is made anew while nobody tells an index.
        for _ in 0..<9 { venue.command(prices(venue, index: Price(50)), after: 1000) }
        #expect(!venue.projections.markets[market.index].isIndexSourceSilent(0, at: venue.time))
        venue.command(
            .indexStaleChanged(IndexStaleChanged(instrument: market, isStale: true)),
            after: 1001
        )
        let projection = venue.projections.markets[market.index]
        #expect(projection.indexSource(0)?.time == told)
        #expect(projection.isIndexSourceSilent(0, at: venue.time))
    }

    @Test func `deleveragings are counted for ever, and their receipts kept up to a number`() throws
    {
        var venue = ProjectedVenue()
        let most = VenueProjections.deleveragingReceiptCountMax
        let event = Event.deleveraged(
            Deleveraged(
                liquidation: LiquidationID(rawValue: 1),
                instrument: market,
                bankrupt: ProjectedVenue.trader,
                bankruptSide: .both,
                counterparty: ProjectedVenue.maker,
                counterpartySide: .both,
                quantity: Quantity(1),
                price: Price(10),
                bankruptPnL: .zero,
                counterpartyPnL: .zero,
                score: 1
            )
        )
        for _ in 0..<most + 5 { venue.command(event) }
        #expect(venue.projections.deleveragingReceipts.count == most)
        #expect(venue.projections.deleveragingCount == UInt64(most + 5))
        var reader = ByteReader(venue.bytes)
        let read = try VenueProjections(from: &reader)
        #expect(read.deleveragingCount == UInt64(most + 5))
        // Version 6 kept no number: those that have a receipt count.
        var earlier = Array(venue.bytes.dropLast(8))
        earlier[0] = 6
        reader = ByteReader(earlier)
        #expect(try VenueProjections(from: &reader).deleveragingCount == UInt64(most))
        try reader.finish()
    }

    @Test func `the only source of an index is the index`() throws {
        var venue = ProjectedVenue()
        #expect(venue.projections.markets[market.index].indexSource(0) == nil)
        venue.command(prices(venue, index: Price(50)), after: 5)
        let projection = venue.projections.markets[market.index]
        #expect(projection.indexSource(0)?.price == Price(50))
        #expect(projection.indexSource(0)?.time == venue.time)
        #expect(projection.indexSource(1) == nil)
        #expect(projection.prices?.estimatedFundingRate == Rate(units: 20_000))
    }

    @Test func `a stale index is told with its time`() throws {
        var venue = ProjectedVenue()
        for isStale in [true, false] {
            venue.command(
                .indexStaleChanged(IndexStaleChanged(instrument: market, isStale: isStale)),
                after: 1000
            )
            #expect(venue.projections.markets[market.index].isIndexStale == isStale)
            #expect(venue.projections.markets[market.index].indexStaleTime == venue.time)
        }
    }

    private func pay(_ venue: inout ProjectedVenue, _ balance: Amount, after: Int64) {
        venue.command(
            moved(
                Amount(1),
                from: .wallet(ProjectedVenue.trader),
                .zero,
                to: .wallet(.insuranceFund),
                balance,
                .liquidationFee
            ),
            after: after
        )
    }

    @Test func `the fund's balance has one point for each minute in which it changed`() throws {
        var venue = ProjectedVenue()
        pay(&venue, Amount(10), after: 1000)
        pay(&venue, Amount(11), after: 1000)
        pay(&venue, Amount(12), after: 180_000)
        let fund = venue.projections.insuranceFund(ProjectedVenue.usdt)
        #expect(fund.balance == Amount(12) && fund.deficit == .zero)
        #expect(fund.points.map(\.balance) == [Amount(11), Amount(12)])
        let minute = ProjectedVenue.start.milliseconds / 60_000 * 60_000
        #expect(fund.points.map(\.time.milliseconds) == [minute, minute + 180_000])
        #expect(venue.projections.insuranceFund(AssetID(rawValue: 2)).points.isEmpty)
    }

    @Test func `the fund keeps at most a week of minutes`() throws {
        var venue = ProjectedVenue()
        for minute in 0..<InsuranceFundProjection.pointCountMax + 5 {
            pay(&venue, Amount(minute + 1), after: 60_000)
        }
        let fund = venue.projections.insuranceFund(ProjectedVenue.usdt)
        #expect(fund.points.count == InsuranceFundProjection.pointCountMax)
        #expect(fund.points.first?.balance == Amount(6))
        #expect(fund.points.last?.balance == fund.balance)
    }

    @Test func `what nobody could pay is kept, and so is the fund's inventory`() throws {
        var venue = ProjectedVenue()
        venue.command(
            .deficitRecorded(
                DeficitRecorded(asset: ProjectedVenue.usdt, amount: Amount(3), total: Amount(8))
            ),
            position(of: .insuranceFund, Quantity(-4), entryValue: Amount(-40))
        )
        #expect(venue.projections.insuranceFund(ProjectedVenue.usdt).deficit == Amount(8))
        #expect(venue.projections.insuranceInventory.map(\.quantity) == [Quantity(-4)])
        var reader = ByteReader(venue.bytes)
        let decoded = try VenueProjections(from: &reader)
        #expect(decoded.insuranceFund(ProjectedVenue.usdt).deficit == Amount(8))
    }

    /// 100 contracts of 100 dollars at 50,000 are 0.2 of a coin.
    @Test func `trades of an inverse contract are worth coins`() throws {
        var venue = ProjectedVenue { rules in
            rules.contract.kind = .inverse
            rules.contract.multiplier = Price(100)
        }
        let contract = venue.projections.markets[market.index].rules.contract
        #expect(contract.tradedValue(of: Quantity(100), at: Price(50_000)) == (try amount("0.2")))
        #expect(
            contract.averagePrice(of: Quantity(100), worth: try amount("0.2")) == Price(50_000)
        )
        let order = venue.nextOrder()
        let trades = [venue.nextTrade(), venue.nextTrade()]
        venue.command(
            accepted(order, .buy, Quantity(200), at: Price(50_000)),
            traded(trades[0], Quantity(100), at: Price(50_000)),
            filled(
                order,
                .buy,
                Quantity(100),
                at: Price(50_000),
                trade: trades[0],
                remaining: Quantity(100)
            ),
            traded(trades[1], Quantity(100), at: Price(40_000)),
            filled(order, .buy, Quantity(100), at: Price(40_000), trade: trades[1])
        )
        let filled = try #require(venue.projections.account(ProjectedVenue.trader)?.order(order))
        #expect(filled.filledValue == (try amount("0.45")))
        // The harmonic mean, not 45,000.
        #expect(filled.averagePrice(in: contract) == (try price("44444.44444444")))
        let ticker = venue.projections.markets[market.index].ticker(at: venue.time)
        #expect(ticker.quoteVolume == (try amount("0.45")))
        #expect(ticker.weightedAveragePrice == (try price("44444.44444444")))
        venue.command(position(Quantity(200), entryValue: try amount("-0.45")))
        let position = venue.projections.account(ProjectedVenue.trader)?.position(market)
        #expect(position?.entryPrice(in: contract) == (try price("44444.44444444")))
    }
}
