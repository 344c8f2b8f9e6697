import PlimsollModel
import Testing

@testable import PlimsollProjections

@Suite struct `Cascades` {
    private struct Events {
        var venue = ProjectedVenue()
        private var last: UInt64 = 0

        var cascades: [Cascade] { venue.projections.cascades.cascades }

        /// A close of one unit that goes whole to the fund.
        @discardableResult
        mutating func close(
            after milliseconds: Int64,
            parent: LiquidationID = .none,
            in instrument: InstrumentID = ProjectedVenue.market,
            quantity: Quantity = Quantity(1),
            mark: Int = 4000
        ) -> LiquidationID {
            last += 1
            let id = LiquidationID(rawValue: last)
            let generation = venue.projections.cascades.cascade(with: parent)?.closes
                .first { $0.liquidation == parent }?.generation
            venue.command(
                .liquidationStarted(
                    LiquidationStarted(
                        liquidation: id,
                        account: ProjectedVenue.trader,
                        instrument: instrument,
                        scope: .isolated,
                        leverage: 20,
                        quantity: quantity,
                        entryValue: Amount(4100),
                        walletBalance: Amount(100),
                        marginBalance: .zero,
                        maintenanceMargin: Amount(40),
                        maintenanceRate: Rate(units: 1_000_000),
                        deduction: .zero,
                        markPrice: Price(mark),
                        liquidationPrice: Price(mark),
                        bankruptcyPrice: Price(mark),
                        generation: generation.map { $0 + 1 } ?? 0,
                        parent: parent
                    )
                ),
                .positionTakenOver(
                    PositionTakenOver(
                        liquidation: id,
                        account: ProjectedVenue.trader,
                        instrument: instrument,
                        quantity: quantity,
                        price: Price(mark),
                        realizedPnL: Amount(-100)
                    )
                ),
                .liquidationFinished(
                    LiquidationFinished(
                        liquidation: id,
                        account: ProjectedVenue.trader,
                        instrument: instrument,
                        filledQuantity: .zero,
                        filledValue: .zero,
                        realizedPnL: Amount(-100),
                        tradingFee: .zero,
                        liquidationFee: .zero,
                        insurancePaid: Amount(3),
                        returned: .zero
                    )
                ),
                after: milliseconds
            )
            return id
        }

        mutating func prices(_ mark: Int, after milliseconds: Int64) {
            venue.command(
                .pricesUpdated(
                    PricesUpdated(
                        instrument: ProjectedVenue.market,
                        mark: Price(mark),
                        index: Price(mark),
                        fundingBasisPrice: Price(mark),
                        averageBasisPrice: Price(mark),
                        last: Price(mark),
                        fundingRate: .zero,
                        nextFundingTime: .zero
                    )
                ),
                after: milliseconds
            )
        }
    }

    @Test func `closes within ten seconds of one another belong together`() {
        var events = Events()
        events.close(after: 0)
        events.close(after: 10_000)
        events.close(after: 10_001)
        events.close(after: 0, in: ProjectedVenue.other)
        #expect(events.cascades.map(\.closeCount) == [2, 1, 1])
        #expect(events.cascades.map(\.rootCount) == [2, 1, 1])
        #expect(events.cascades.map(\.id.rawValue) == [1, 3, 4])
    }

    @Test func `a close belongs to the one it follows from, however late and wherever`() {
        var events = Events()
        let root = events.close(after: 0)
        let other = events.close(after: 60_000)
        events.close(after: 60_000, parent: root)
        let child = events.close(after: 0, parent: root, in: ProjectedVenue.other)
        events.close(after: 0, parent: child)
        #expect(events.cascades.map(\.closeCount) == [4, 1])
        let cascade = events.cascades[0]
        #expect(cascade.generations.map(\.closeCount) == [1, 2, 1])
        #expect(cascade.generations.map(\.notional) == [Amount(4000), Amount(8000), Amount(4000)])
        #expect(cascade.total.insurancePaid == Amount(12))
        #expect(cascade.total.realizedPnL == Amount(-400))
        #expect(cascade.accountCount == 1)
        #expect(events.venue.projections.cascades.cascade(with: other)?.id == other)
        #expect(events.venue.projections.cascades.cascade(with: LiquidationID(rawValue: 9)) == nil)
    }

    @Test func `the path runs from before the first close until ten seconds after the last`() {
        var events = Events()
        for (mark, pause) in [(4200, 0), (4100, 1000), (4000, 1000)] as [(Int, Int64)] {
            events.prices(mark, after: pause)
        }
        events.close(after: 0)
        events.prices(3900, after: 10_000)
        events.prices(3800, after: 1)
        let path = events.cascades[0].path
        #expect(path.map(\.mark) == [Price(4100), Price(4000), Price(3900)])
        #expect(
            path.map { $0.time.milliseconds - ProjectedVenue.start.milliseconds }
                == [1000, 2000, 12_000]
        )
    }

    @Test func `the oldest make room`() {
        var events = Events()
        for _ in 0..<(CascadeLog.cascadeCountMax + 5) { events.close(after: 20_000) }
        #expect(events.cascades.count == CascadeLog.cascadeCountMax)
        #expect(events.cascades.first?.id.rawValue == 6)
    }

    @Test func `a market sums what was closed by side`() {
        var events = Events()
        events.close(after: 30_000)
        events.close(after: 0, quantity: Quantity(-2), mark: 5000)
        events.close(after: 60_000)
        events.close(after: 0, in: ProjectedVenue.other)
        let market = events.venue.projections.markets[0]
        #expect(market.liquidationMinutes.map(\.longs.count) == [1, 1])
        #expect(market.liquidationMinutes.map(\.shorts.count) == [1, 0])
        let sum = market.liquidations(since: ProjectedVenue.start)
        #expect(sum.longs.notional == Amount(8000))
        #expect(sum.shorts.notional == Amount(10_000))
        #expect(sum.shorts.quantity == Quantity(2))
        let later = market.liquidations(since: market.liquidationMinutes[1].openTime)
        #expect(later.longs.count == 1)
        #expect(later.shorts.count == 0)
    }

    @Test func `a snapshot keeps the cascades`() throws {
        var events = Events()
        events.prices(4200, after: 0)
        events.prices(4000, after: 1000)
        let root = events.close(after: 0)
        events.close(after: 1000, parent: root)
        var reader = ByteReader(events.venue.bytes)
        let restored = try VenueProjections(from: &reader)
        try reader.finish()
        #expect(restored.cascades.cascades == events.cascades)
    }
}
