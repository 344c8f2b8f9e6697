import PlimsollModel
import PlimsollProjections
import Testing

@Suite struct `Account projection` {
    private func account(
        _ venue: ProjectedVenue,
        _ id: AccountID = ProjectedVenue.trader
    ) throws -> AccountProjection {
        try #require(venue.projections.account(id))
    }

    @Test func `accounts are those opened; the venue's own can be looked up`() throws {
        let projections = ProjectedVenue().projections
        #expect(projections.accountIDs == [ProjectedVenue.trader, ProjectedVenue.maker])
        #expect(projections.account(ProjectedVenue.maker)?.kind == .recordedMarket)
        #expect(projections.account(.insuranceFund)?.kind == .system)
        #expect(projections.account(AccountID(rawValue: 99)) == nil)
    }

    @Test func `an order goes from new through partly filled to filled`() throws {
        var venue = ProjectedVenue()
        let id = venue.nextOrder()
        venue.command(accepted(id, .buy, Quantity(3), at: Price(12), name: "mine"))
        #expect(try account(venue).order(id)?.status == .new)
        venue.command(
            filled(
                id,
                .buy,
                Quantity(1),
                at: Price(10),
                trade: venue.nextTrade(),
                remaining: Quantity(2),
                fee: Amount(1)
            ),
            after: 10
        )
        var order = try #require(try account(venue).order(id))
        #expect(order.status == .partiallyFilled && order.remaining == Quantity(2))
        venue.command(
            filled(id, .buy, Quantity(2), at: Price(11), trade: venue.nextTrade()),
            after: 10
        )
        let account = try account(venue)
        let contract = venue.projections.markets[ProjectedVenue.market.index].rules.contract
        order = try #require(account.order(id))
        #expect(order.status == .filled && !order.isOpen)
        #expect(order.filledValue == Amount(32))
        #expect(order.averagePrice(in: contract) == (try price("10.66666667")))
        #expect(order.createTime == ProjectedVenue.start)
        #expect(order.updateTime == venue.time)
        #expect(account.openOrders.isEmpty && account.closedOrders.count == 1)
        #expect(account.fills.map(\.trade.rawValue) == [1, 2])
        #expect(account.fills.map(\.clientOrderID.description) == ["mine", "mine"])
        #expect(account.fills.map(\.fee) == [Amount(1), .zero])
    }

    @Test(arguments: [
        (OrderCloseReason.cancelledByClient, OrderStatus.cancelled),
        (.liquidation, .cancelled), (.amendedBelowFilled, .cancelled),
        (.amendedIntoCross, .cancelled), (.unfilledRemainder, .expired),
        (.fillOrKill, .expired), (.reduceOnly, .expired),
    ])
    func `the reason decides how an order ends`(
        reason: OrderCloseReason,
        status: OrderStatus
    ) throws {
        var venue = ProjectedVenue()
        let id = venue.nextOrder()
        venue.command(
            accepted(id, .buy, Quantity(3), at: Price(12)),
            closed(id, reason, remaining: Quantity(3))
        )
        let order = try #require(try account(venue).closedOrders.last)
        #expect(order.status == status && order.closeReason == reason)
    }

    @Test func `an amendment keeps the original terms beside those in force`() throws {
        var venue = ProjectedVenue()
        let id = venue.nextOrder()
        venue.command(accepted(id, .buy, Quantity(3), at: Price(12)))
        venue.command(
            .orderAmended(
                OrderAmended(
                    order: id,
                    account: ProjectedVenue.trader,
                    instrument: ProjectedVenue.market,
                    price: Price(11),
                    quantity: Quantity(5),
                    marginPrice: Price(11)
                )
            )
        )
        let order = try #require(try account(venue).order(id))
        #expect(order.price == Price(11) && order.quantity == Quantity(5))
        #expect(order.accepted.price == Price(12) && order.accepted.quantity == Quantity(3))
    }

    @Test func `a client's name finds the open order before closed ones`() throws {
        var venue = ProjectedVenue()
        let name = try #require(ClientOrderID("again"))
        let ids = (0..<3).map { _ in venue.nextOrder() }
        for id in ids[..<2] {
            venue.command(
                accepted(id, .buy, Quantity(1), at: Price(12), name: "again"),
                closed(id, .cancelledByClient, remaining: Quantity(1))
            )
        }
        #expect(try account(venue).order(name)?.id == ids[1])
        venue.command(
            accepted(ids[2], .buy, Quantity(1), at: Price(12), name: "again"),
            accepted(venue.nextOrder(), .buy, Quantity(1), at: Price(12))
        )
        #expect(try account(venue).order(name)?.id == ids[2])
        #expect(try account(venue).order(name, in: ProjectedVenue.other) == nil)
        #expect(try account(venue).order(ClientOrderID.none) == nil)
    }

    @Test func `a recorded market has open orders and no history`() throws {
        var venue = ProjectedVenue()
        let id = venue.nextOrder()
        let maker = ProjectedVenue.maker
        venue.command(accepted(id, by: maker, .buy, Quantity(2), at: Price(12)))
        #expect(try account(venue, maker).openOrderCount == 1)
        venue.command(
            filled(id, of: maker, .buy, Quantity(2), at: Price(12), trade: venue.nextTrade()),
            moved(
                Amount(1),
                from: .wallet(.positionClearing),
                Amount(-1),
                to: .wallet(maker),
                Amount(1),
                .realizedPnL
            )
        )
        let account = try account(venue, maker)
        #expect(account.openOrders.isEmpty && account.closedOrders.isEmpty)
        #expect(account.fills.isEmpty && account.income.isEmpty)
        #expect(account.wallet(ProjectedVenue.usdt) == Amount(1))
    }

    @Test func `income names its trade, and moving margin is none`() throws {
        let classic = try ClassicLiquidation()
        let income = Array(try account(classic.venue).income)
        #expect(income.map(\.kind) == [.deposit, .tradingFee])
        #expect(income.map(\.amount) == [Amount(1000), Amount(-1)])
        #expect(income.map(\.trade) == [nil, TradeID(rawValue: 1)])
        #expect(income.map(\.instrument) == [nil, ProjectedVenue.market])
        #expect(income.map(\.transaction) == [1, 2])
    }

    @Test func `an isolated wallet belongs to its position`() throws {
        var venue = ProjectedVenue()
        let trader = ProjectedVenue.trader
        venue.command(
            moved(
                Amount(30),
                from: .wallet(trader),
                Amount(70),
                to: .isolated(trader, ProjectedVenue.other),
                Amount(30),
                .marginTransfer
            )
        )
        let account = try account(venue)
        #expect(account.wallet(ProjectedVenue.usdt) == Amount(70))
        #expect(account.position(ProjectedVenue.other)?.isolatedWallet == Amount(30))
        #expect(account.position(ProjectedVenue.market) == nil)
        #expect(
            venue.projections.walletBalance(of: trader, in: ProjectedVenue.usdt) == Amount(100)
        )
    }

    @Test func `positions are kept by instrument with their settings and costs`() throws {
        var venue = ProjectedVenue()
        for instrument in [ProjectedVenue.other, ProjectedVenue.market] {
            venue.command(
                .settingsChanged(
                    SettingsChanged(
                        account: ProjectedVenue.trader,
                        instrument: instrument,
                        leverage: 7,
                        marginMode: .isolated
                    )
                )
            )
        }
        venue.command(
            position(
                Quantity(-3),
                entryValue: Amount(-31),
                realizedPnL: Amount(5),
                feesPaid: Amount(2),
                fundingReceived: Amount(-4)
            )
        )
        let positions = try account(venue).positions
        #expect(positions.map(\.instrument) == [ProjectedVenue.market, ProjectedVenue.other])
        let position = try #require(positions.first)
        #expect(position.leverage == 7 && position.marginMode == .isolated)
        #expect(position.entryPrice == (try price("10.33333333")))
        #expect(position.realizedPnL == Amount(5) && position.feesPaid == Amount(2))
        #expect(position.fundingReceived == Amount(-4))
        #expect(positions.last?.isFlat == true)
    }

    @Test func `a cross margin call marks every open cross position until it is over`() throws {
        var venue = ProjectedVenue()
        venue.command(position(Quantity(1), entryValue: Amount(10)))
        venue.command(call(.cross, true))
        #expect(try account(venue).isMarginCalled)
        #expect(try account(venue).positions.map(\.isMarginCalled) == [true])
        venue.command(position(in: ProjectedVenue.other, Quantity(1), entryValue: Amount(10)))
        #expect(try account(venue).positions.map(\.isMarginCalled) == [true, true])
        venue.command(position(.zero, entryValue: .zero))
        #expect(try account(venue).positions.map(\.isMarginCalled) == [false, true])
        venue.command(call(.cross, false))
        #expect(try account(venue).positions.map(\.isMarginCalled) == [false, false])
        venue.command(call(.isolated, true))
        #expect(try account(venue).positions.map(\.isMarginCalled) == [true, false])
        #expect(try !account(venue).isMarginCalled)
    }

    private func call(_ scope: MarginMode, _ isCalled: Bool) -> Event {
        .marginCallChanged(
            MarginCallChanged(
                account: ProjectedVenue.trader,
                instrument: ProjectedVenue.market,
                scope: scope,
                isCalled: isCalled,
                marginBalance: Amount(10),
                maintenanceMargin: Amount(9)
            )
        )
    }
}
