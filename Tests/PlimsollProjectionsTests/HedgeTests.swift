import PlimsollModel
import PlimsollProjections
import Testing

@Suite struct `Hedge mode in the read models` {
    private let trader = ProjectedVenue.trader
    private let market = ProjectedVenue.market

    private func hedged() -> ProjectedVenue {
        var venue = ProjectedVenue()
        venue.command(.positionModeChanged(PositionModeChanged(account: trader, isHedge: true)))
        return venue
    }

    private func account(_ venue: ProjectedVenue) throws -> AccountProjection {
        try #require(venue.projections.account(trader))
    }

    @Test func `an account holds a long and a short of one instrument side by side`() throws {
        var venue = hedged()
        venue.command(
            position(Quantity(2), entryValue: Amount(200), side: .long),
            position(Quantity(-3), entryValue: Amount(-330), side: .short)
        )
        let account = try account(venue)
        #expect(account.isHedge)
        #expect(account.positionSides == [.long, .short])
        #expect(account.position(market, .long)?.quantity == Quantity(2))
        #expect(account.position(market, .short)?.entryPrice == Price(110))
        #expect(account.position(market) == nil)
        #expect(account.positions.map(\.side) == [.long, .short])
        #expect(venue.projections.markets[market.index].openInterest == Quantity(2))
    }

    @Test func `each side of an isolated instrument has a wallet of its own`() throws {
        var venue = hedged()
        venue.command(
            moved(
                Amount(40),
                from: .wallet(trader),
                Amount(-40),
                to: .isolated(trader, market, .short),
                Amount(40),
                .marginTransfer
            )
        )
        #expect(try account(venue).position(market, .short)?.isolatedWallet == Amount(40))
        #expect(try account(venue).position(market, .long) == nil)
        #expect(venue.projections.walletBalance(of: trader, in: ProjectedVenue.usdt) == .zero)
    }

    @Test func `settings hold for both sides, and a side touched later has them too`() throws {
        var venue = hedged()
        venue.command(position(Quantity(1), entryValue: Amount(10), side: .long))
        venue.command(
            .settingsChanged(
                SettingsChanged(
                    account: trader,
                    instrument: market,
                    leverage: 7,
                    marginMode: .isolated
                )
            )
        )
        venue.command(position(Quantity(-1), entryValue: Amount(-10), side: .short))
        let account = try account(venue)
        #expect(account.positions.map(\.leverage) == [7, 7])
        #expect(account.positions.map(\.marginMode) == [.isolated, .isolated])
        #expect(try #require(account.settings(market)).leverage == 7)
    }

    @Test func `a change of mode keeps the settings`() throws {
        var venue = ProjectedVenue()
        venue.command(
            .settingsChanged(
                SettingsChanged(
                    account: trader,
                    instrument: market,
                    leverage: 3,
                    marginMode: .isolated
                )
            )
        )
        venue.command(.positionModeChanged(PositionModeChanged(account: trader, isHedge: true)))
        venue.command(position(Quantity(-1), entryValue: Amount(-10), side: .short))
        #expect(try account(venue).position(market, .short)?.leverage == 3)
        #expect(try account(venue).position(market, .short)?.marginMode == .isolated)
    }

    @Test func `a margin call of one isolated side leaves the other alone`() throws {
        var venue = hedged()
        venue.command(
            position(Quantity(1), entryValue: Amount(10), side: .long),
            position(Quantity(-1), entryValue: Amount(-10), side: .short)
        )
        venue.command(
            .marginCallChanged(
                MarginCallChanged(
                    account: trader,
                    instrument: market,
                    scope: .isolated,
                    isCalled: true,
                    marginBalance: Amount(1),
                    maintenanceMargin: Amount(1),
                    side: .short
                )
            )
        )
        #expect(try account(venue).positions.map(\.isMarginCalled) == [false, true])
    }

    @Test func `a fill names the position that it was for`() throws {
        var venue = hedged()
        let order = venue.nextOrder()
        venue.command(
            accepted(order, .sell, Quantity(1), at: Price(10), positionSide: .short),
            filled(order, .sell, Quantity(1), at: Price(10), trade: venue.nextTrade())
        )
        #expect(try account(venue).fills.last?.positionSide == .short)
        #expect(try account(venue).order(order)?.positionSide == .short)
    }

    @Test func `a snapshot brings sides, countdowns and prevented quantities back`() throws {
        var venue = hedged()
        let order = venue.nextOrder()
        venue.command(
            position(Quantity(1), entryValue: Amount(10), side: .long),
            position(Quantity(-1), entryValue: Amount(-10), side: .short),
            accepted(order, .sell, Quantity(5), at: Price(10), positionSide: .short),
            .selfTradePrevented(
                SelfTradePrevented(
                    instrument: market,
                    account: trader,
                    maker: order,
                    taker: OrderID(rawValue: 99),
                    makerPrevented: Quantity(2),
                    takerPrevented: Quantity(2)
                )
            ),
            .countdownChanged(
                CountdownChanged(account: trader, instrument: market, due: venue.time)
            )
        )
        var reader = ByteReader(venue.bytes)
        let decoded = try VenueProjections(from: &reader)
        let account = try #require(decoded.account(trader))
        #expect(account.isHedge && account.positions.map(\.side) == [.long, .short])
        #expect(account.order(order)?.prevented == Quantity(2))
        #expect(account.countdowns == (try self.account(venue).countdowns))
        var writer = ByteWriter()
        decoded.encode(into: &writer)
        #expect(writer.bytes == venue.bytes)
    }
}

@Suite struct `Order terms in the read models` {
    private let trader = ProjectedVenue.trader
    private let market = ProjectedVenue.market

    @Test func `what self-trade prevention takes is not filled and not open`() throws {
        var venue = ProjectedVenue()
        let maker = venue.nextOrder()
        let taker = venue.nextOrder()
        let prevented = SelfTradePrevented(
            instrument: market,
            account: trader,
            maker: maker,
            taker: taker,
            makerPrevented: Quantity(2),
            takerPrevented: Quantity(2)
        )
        venue.command(accepted(maker, .buy, Quantity(5), at: Price(10)))
        venue.command(
            accepted(taker, .sell, Quantity(2), at: Price(10)),
            .selfTradePrevented(prevented),
            closed(taker, .selfTradePrevention, remaining: Quantity(2))
        )
        let account = try #require(venue.projections.account(trader))
        let waiting = try #require(account.order(maker))
        #expect(waiting.quantity == Quantity(5) && waiting.prevented == Quantity(2))
        #expect(waiting.remaining == Quantity(3) && waiting.filled == .zero && waiting.isOpen)
        let ended = try #require(account.order(taker))
        #expect(ended.status == .expiredInMatch && ended.remaining == .zero)
    }

    @Test func `an amendment counts anew from what is filled`() throws {
        var venue = ProjectedVenue()
        let order = venue.nextOrder()
        venue.command(
            accepted(order, .buy, Quantity(5), at: Price(10)),
            .selfTradePrevented(
                SelfTradePrevented(
                    instrument: market,
                    account: trader,
                    maker: order,
                    taker: OrderID(rawValue: 9),
                    makerPrevented: Quantity(2),
                    takerPrevented: Quantity(2)
                )
            ),
            filled(
                order,
                .buy,
                Quantity(1),
                at: Price(10),
                trade: venue.nextTrade(),
                remaining: Quantity(2)
            )
        )
        venue.command(
            .orderAmended(
                OrderAmended(
                    order: order,
                    account: trader,
                    instrument: market,
                    price: Price(11),
                    quantity: Quantity(4),
                    marginPrice: Price(11)
                )
            )
        )
        let amended = try #require(venue.projections.account(trader)?.order(order))
        #expect(amended.remaining == Quantity(3) && amended.filled == Quantity(1))
    }

    @Test func `a countdown is kept until it is stopped, by instrument`() throws {
        var venue = ProjectedVenue()
        func set(_ instrument: InstrumentID, _ due: Timestamp) {
            venue.command(
                .countdownChanged(
                    CountdownChanged(account: trader, instrument: instrument, due: due)
                )
            )
        }
        let soon = venue.time.advanced(byMilliseconds: 5000)
        let later = venue.time.advanced(byMilliseconds: 9000)
        set(ProjectedVenue.other, soon)
        set(market, later)
        set(market, soon)
        var countdowns = try #require(venue.projections.account(trader)).countdowns
        #expect(countdowns.map(\.instrument) == [market, ProjectedVenue.other])
        #expect(countdowns.map(\.due) == [soon, soon])
        set(ProjectedVenue.other, .zero)
        countdowns = try #require(venue.projections.account(trader)).countdowns
        #expect(countdowns.map(\.instrument) == [market])
    }
}
