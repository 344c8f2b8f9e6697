import PlimsollModel
import PlimsollProjections
import Testing

/// What stands behind the sums of `/futures/data`: samples of who is long and who is short.
@Suite struct `Positioning samples` {
    private static let fiveMinutes: Int64 = 300_000

    private func prices(mark: Int, index: Int, premium: Int64 = 0) -> Event {
        .pricesUpdated(
            PricesUpdated(
                instrument: ProjectedVenue.market,
                mark: Price(mark),
                index: Price(index),
                fundingBasisPrice: Price(mark),
                averageBasisPrice: Price(mark),
                last: Price(mark),
                fundingRate: .zero,
                nextFundingTime: ProjectedVenue.start,
                premium: Rate(units: premium)
            )
        )
    }

    private func samples(_ venue: ProjectedVenue) -> [PositioningSample] {
        Array(venue.projections.markets[ProjectedVenue.market.index].positioning)
    }

    private func hold(_ quantity: Int, by account: AccountID) -> Event {
        position(of: account, Quantity(quantity), entryValue: Amount(quantity * 100))
    }

    @Test func `a sample tells what stood before the command that ends its period`() throws {
        var venue = ProjectedVenue()
        venue.command(
            prices(mark: 100, index: 98),
            hold(3, by: ProjectedVenue.trader),
            hold(-3, by: ProjectedVenue.maker)
        )
        venue.command(traded(venue.nextTrade(), Quantity(1), at: Price(101)), after: 1000)
        #expect(samples(venue).isEmpty)
        venue.command(
            hold(5, by: ProjectedVenue.trader),
            hold(-5, by: ProjectedVenue.maker),
            after: Self.fiveMinutes - 1000
        )
        let first = try #require(samples(venue).first)
        #expect(samples(venue).count == 1)
        #expect(
            first.time == ProjectedVenue.start.advanced(byMilliseconds: Self.fiveMinutes)
        )
        #expect(first.openInterest == Quantity(3) && first.openInterestValue == Amount(300))
        #expect(first.last == Price(101) && first.index == Price(98))
        #expect(first.all.longAccounts == 1 && first.all.shortAccounts == 1)
        #expect(first.all.longQuantity == Quantity(3) && first.all.shortQuantity == Quantity(3))

        // Two periods end in silence, and both are told.
        venue.command(prices(mark: 100, index: 98), after: 2 * Self.fiveMinutes + 7)
        #expect(samples(venue).map(\.openInterest) == [3, 5, 5].map { Quantity($0) })
        let steps = zip(samples(venue), samples(venue).dropFirst()).map {
            $1.time.milliseconds - $0.time.milliseconds
        }
        #expect(steps == [Self.fiveMinutes, Self.fiveMinutes])
    }

    @Test func `without prices there is nothing to sample, and a jump fills two weeks at most`() {
        var venue = ProjectedVenue()
        venue.command(hold(3, by: ProjectedVenue.trader), after: 3 * Self.fiveMinutes)
        #expect(samples(venue).isEmpty)
        venue.command(prices(mark: 100, index: 100))
        venue.command(prices(mark: 100, index: 100), after: 400 * 24 * 3_600_000 + 1)
        #expect(samples(venue).count == MarketProjection.positioningCountMax)
        #expect(
            samples(venue).last?.time
                == MarketProjection.positioningInterval.openTime(of: venue.time)
        )
    }

    @Test func `the top are the fifth with the highest margin balance, profit included`() throws {
        var venue = ProjectedVenue()
        venue.command(prices(mark: 110, index: 110))
        // Eleven holders make a fifth of three, rounded up.
        var holders = [ProjectedVenue.trader, ProjectedVenue.maker]
        for number in 0..<9 {
            let account = AccountID(rawValue: 18 + UInt32(number))
            venue.command(.accountOpened(account, .trader))
            holders.append(account)
        }
        for (number, account) in holders.enumerated() {
            let wealth = Amount(100 + number)
            venue.command(
                moved(
                    wealth,
                    from: .wallet(.externalWorld),
                    -wealth,
                    to: .wallet(account),
                    wealth,
                    .deposit,
                    instrument: nil
                ),
                hold(number.isMultiple(of: 2) ? 1 : -1, by: account)
            )
        }
        // 10 a contract is what the longs have gained, and the first holds ten.
        venue.command(hold(10, by: ProjectedVenue.trader))
        venue.command(prices(mark: 110, index: 110), after: Self.fiveMinutes)
        let sample = try #require(samples(venue).first)
        #expect(sample.all.longAccounts == 6 && sample.all.shortAccounts == 5)
        // 200 of the first, then 120 and 118 of the last two longs.
        #expect(sample.top.longAccounts == 3 && sample.top.shortAccounts == 0)
        #expect(sample.top.longQuantity == Quantity(12))
    }

    @Test func `the premium makes candles`() throws {
        var venue = ProjectedVenue()
        for (premium, wait) in [(5, 0), (-7, 1000), (2, 1000), (3, 60_000)] {
            venue.command(
                prices(mark: 100, index: 100, premium: Int64(premium)),
                after: Int64(wait)
            )
        }
        let candles = venue.projections.markets[ProjectedVenue.market.index]
            .candles(of: .premium, interval: .oneMinute)
        #expect(candles.map(\.open.units) == [5, 3])
        #expect(candles.map(\.high.units) == [5, 3])
        #expect(candles.map(\.low.units) == [-7, 3])
        #expect(candles.map(\.close.units) == [2, 3])
    }

    @Test func `samples, margin moves and amendments outlive a snapshot`() throws {
        var venue = ProjectedVenue()
        let order = venue.nextOrder()
        let isolated = Pocket.isolated(ProjectedVenue.trader, ProjectedVenue.market)
        venue.command(
            prices(mark: 100, index: 98),
            accepted(order, .buy, Quantity(3), at: Price(12), name: "mine")
        )
        venue.command(amended(order, price: Price(11), quantity: Quantity(4)))
        venue.command(amended(order, price: Price(10), quantity: Quantity(4)))
        venue.command(
            filled(order, .buy, Quantity(4), at: Price(10), trade: venue.nextTrade()),
            moved(
                Amount(8),
                from: .wallet(ProjectedVenue.trader),
                Amount(92),
                to: isolated,
                Amount(8),
                .marginTransfer
            )
        )
        venue.command(
            moved(
                Amount(2),
                from: isolated,
                Amount(6),
                to: .wallet(ProjectedVenue.trader),
                Amount(94),
                .marginTransfer
            ),
            after: Self.fiveMinutes
        )
        let holder = try #require(venue.projections.account(ProjectedVenue.trader))
        #expect(holder.marginMoves.map(\.isByHand) == [false, true])
        #expect(holder.marginMoves.map(\.amount) == [Amount(8), -Amount(2)])
        #expect(holder.amendments.map(\.id) == [1, 2] && holder.amendments.map(\.count) == [1, 2])
        #expect(holder.amendments.map(\.priceBefore) == [Price(12), Price(11)])
        #expect(holder.amendments.map(\.priceAfter) == [Price(11), Price(10)])
        #expect(holder.amendments.map(\.quantityBefore) == [Quantity(3), Quantity(4)])
        #expect(holder.income.isEmpty)

        var reader = ByteReader(venue.bytes)
        let decoded = try VenueProjections(from: &reader)
        try reader.finish()
        var writer = ByteWriter()
        decoded.encode(into: &writer)
        #expect(writer.bytes == venue.bytes)
        let kept = try #require(decoded.account(ProjectedVenue.trader))
        #expect(Array(kept.marginMoves) == Array(holder.marginMoves))
        #expect(Array(kept.amendments) == Array(holder.amendments))
        #expect(
            Array(decoded.markets[ProjectedVenue.market.index].positioning) == samples(venue)
        )
    }

    private func amended(_ order: OrderID, price: Price, quantity: Quantity) -> Event {
        .orderAmended(
            OrderAmended(
                order: order,
                account: ProjectedVenue.trader,
                instrument: ProjectedVenue.market,
                price: price,
                quantity: quantity,
                marginPrice: price
            )
        )
    }
}
