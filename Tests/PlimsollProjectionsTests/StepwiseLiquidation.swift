import PlimsollModel
import PlimsollProjections
import Testing

/// A long of 1 at 4,000 with 200 of margin, closed in two steps; what the book leaves of the second
/// goes to two other accounts and, at last, to the fund.
struct StepwiseLiquidation {
    static let winner = AccountID(rawValue: 18)
    static let second = AccountID(rawValue: 19)

    var venue = ProjectedVenue()
    private let trader = ProjectedVenue.trader
    private let market = ProjectedVenue.market
    private let id = LiquidationID(rawValue: 7)

    /// The first step may be enough; then the rest stays open.
    init(isSafeAfterFirst: Bool = false) throws {
        venue.command(.accountOpened(Self.winner, .trader))
        venue.command(.accountOpened(Self.second, .trader))
        venue.command(
            .positionModeChanged(PositionModeChanged(account: trader, isHedge: true)),
            position(Quantity(1), entryValue: Amount(4000), feesPaid: Amount(2), side: .long),
            position(of: Self.winner, try quantity("-0.3"), entryValue: Amount(-1500)),
            position(of: Self.second, try quantity("-0.1"), entryValue: Amount(-400)),
            moved(
                Amount(50),
                from: .wallet(.externalWorld),
                Amount(-50),
                to: .wallet(.insuranceFund),
                Amount(50),
                .deposit
            )
        )
        var events = [start(try price("3838"))]
        events += try step("0.4", filled: "0.4", at: Price(3835), pnl: "-66")
        if !isSafeAfterFirst {
            events += try step("0.6", filled: "0.1", at: Price(3830), pnl: "-17")
            events += [
                try deleveraged(Self.winner, "0.3", pnl: "-60", profit: "360"),
                try deleveraged(Self.second, "0.1", pnl: "-20", profit: "20"),
                .positionTakenOver(
                    PositionTakenOver(
                        liquidation: id,
                        account: trader,
                        instrument: market,
                        quantity: try quantity("0.1"),
                        price: Price(3800),
                        realizedPnL: Amount(-20),
                        side: .long
                    )
                ),
                moved(
                    Amount(20),
                    from: .wallet(trader),
                    .zero,
                    to: .wallet(.positionClearing),
                    .zero,
                    .realizedPnL
                ),
                .deficitRecorded(
                    DeficitRecorded(asset: ProjectedVenue.usdt, amount: Amount(1), total: Amount(1))
                ),
            ]
        }
        events.append(finish(isSafeAfterFirst))
        venue.fold(events, after: 1000)
    }

    var receipt: LiquidationReceipt {
        get throws { try #require(venue.projections.receipts.last) }
    }

    private func start(_ mark: Price) -> Event {
        .liquidationStarted(
            LiquidationStarted(
                liquidation: id,
                account: trader,
                instrument: market,
                scope: .isolated,
                leverage: 20,
                quantity: Quantity(1),
                entryValue: Amount(4000),
                walletBalance: Amount(200),
                marginBalance: Amount(38),
                maintenanceMargin: Amount(mark, times: Quantity(1))
                    .times(Rate(units: 1_000_000), rounding: .up),
                maintenanceRate: Rate(units: 1_000_000),
                deduction: .zero,
                markPrice: mark,
                liquidationPrice: Price(3838),
                bankruptcyPrice: Price(3800),
                side: .long
            )
        )
    }

    private mutating func step(
        _ ordered: String,
        filled part: String,
        at fillPrice: Price,
        pnl: String
    ) throws -> [Event] {
        let order = venue.nextOrder()
        let rest = try quantity(ordered) - quantity(part)
        var events = [
            accepted(
                order,
                .sell,
                try quantity(ordered),
                at: Price(3800),
                origin: .liquidation,
                positionSide: .long
            ),
            filled(
                order,
                .sell,
                try quantity(part),
                at: fillPrice,
                trade: venue.nextTrade(),
                remaining: rest,
                realizedPnL: try amount(pnl)
            ),
        ]
        if !rest.isZero { events.append(closed(order, .unfilledRemainder, remaining: rest)) }
        return events
    }

    private func deleveraged(
        _ counterparty: AccountID,
        _ size: String,
        pnl: String,
        profit: String
    ) throws -> Event {
        .deleveraged(
            Deleveraged(
                liquidation: id,
                instrument: market,
                bankrupt: trader,
                bankruptSide: .long,
                counterparty: counterparty,
                counterpartySide: .both,
                quantity: try quantity(size),
                price: Price(3800),
                bankruptPnL: try amount(pnl),
                counterpartyPnL: try amount(profit),
                score: 12_345_678_900_000_000
            )
        )
    }

    private func finish(_ isSafe: Bool) -> Event {
        .liquidationFinished(
            LiquidationFinished(
                liquidation: id,
                account: trader,
                instrument: market,
                filledQuantity: Quantity(units: isSafe ? 40_000_000 : 50_000_000),
                filledValue: Amount(isSafe ? 1534 : 1917),
                realizedPnL: Amount(isSafe ? -66 : -183),
                tradingFee: .zero,
                liquidationFee: .zero,
                insurancePaid: .zero,
                returned: .zero,
                side: .long
            )
        )
    }
}

@Suite struct `A forced close in steps` {
    @Test func `its receipt has every order, every way out, and nothing is left`() throws {
        let receipt = try StepwiseLiquidation().receipt
        #expect(receipt.orderCount == 2 && receipt.orders.map(\.order.rawValue) == [1, 2])
        #expect(receipt.fills.map(\.order.rawValue) == [1, 2])
        #expect(receipt.filledQuantity == (try quantity("0.5")))
        #expect(receipt.deleveragedQuantity == (try quantity("0.4")))
        #expect(receipt.takenOverQuantity == (try quantity("0.1")))
        #expect(receipt.quantityLeft == .zero)
        #expect(receipt.realizedPnL == (try amount("-183")))
        #expect(receipt.deficit == Amount(1))
        #expect(receipt.side == .long)
        let text = receipt.text()
        #expect(text.contains("Order 1 sent") && text.contains("Order 2 sent"))
        #expect(text.contains("Closed against others"))
        #expect(text.contains("3,834.00 and 3,800.00"))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 40 && lines.allSatisfy { $0.count <= 78 })
        #expect(receipt.json().contains("\"positionSide\":\"LONG\""))
    }

    @Test func `what became safe again is told as still open`() throws {
        let receipt = try StepwiseLiquidation(isSafeAfterFirst: true).receipt
        #expect(receipt.quantityLeft == (try quantity("0.6")))
        let text = receipt.text()
        #expect(text.contains("long 0.400 of 1.000 ETHUSDT"))
        #expect(text.contains("Still open"))
        #expect(!text.contains("Came back"))
        #expect(receipt.json().contains("\"left\":\"0.600\""))
    }

    @Test func `who is closed against gets a fill, an order and a receipt`() throws {
        let story = try StepwiseLiquidation()
        let projections = story.venue.projections
        let winner = try #require(projections.account(StepwiseLiquidation.winner))
        let fill = try #require(winner.fills.last)
        #expect(fill.side == .buy)
        #expect(fill.quantity == (try quantity("0.3")))
        #expect(fill.realizedPnL == Amount(360) && fill.fee == .zero)
        #expect(fill.isSettledOutsideBook)
        let order = try #require(winner.closedOrders.last)
        #expect(order.id == fill.order && order.isDeleveraging && order.status == .filled)
        #expect(order.id.rawValue < 1 << 53)
        let receipts = projections.deleveragingReceipts
        #expect(receipts.map(\.place) == [1, 2])
        #expect(
            receipts.map(\.account) == [StepwiseLiquidation.winner, StepwiseLiquidation.second]
        )
        let receipt = try #require(receipts.first)
        #expect(receipt.entryPrice == Price(5000))
        #expect(receipt.quantityLeft == .zero && receipt.fundBalance == Amount(50))
        #expect(receipt.digestAfter == projections.digest)
        #expect(receipt.text().hasPrefix("GAINED 360.00 USDT"))
        #expect(receipt.text().contains("1.2345"))
        #expect(receipt.json().contains("\"score\":\"1.23456789\""))
        #expect(projections.deleveragingReceipt(receipt.id) == receipt)
    }

    @Test func `the bankrupt's fills add up to its position`() throws {
        let story = try StepwiseLiquidation()
        let bankrupt = try #require(story.venue.projections.account(ProjectedVenue.trader))
        let sold = bankrupt.fills.reduce(Quantity.zero) { $0 + $1.quantity }
        #expect(sold == Quantity(1))
        #expect(bankrupt.fills.map(\.isSettledOutsideBook) == [false, false, true, true, true])
        #expect(bankrupt.fills.allSatisfy { $0.positionSide == .long && $0.side == .sell })
        // The order that was the last to try.
        #expect(bankrupt.fills.suffix(3).allSatisfy { $0.order.rawValue == 2 })
        let trades = Set(bankrupt.fills.map(\.trade))
        #expect(trades.count == 5)
        #expect(bankrupt.income.last?.trade == bankrupt.fills.last?.trade)
    }

    @Test func `a snapshot brings all of it back`() throws {
        let story = try StepwiseLiquidation()
        var reader = ByteReader(story.venue.bytes)
        let decoded = try VenueProjections(from: &reader)
        try reader.finish()
        var writer = ByteWriter()
        decoded.encode(into: &writer)
        #expect(writer.bytes == story.venue.bytes)
        #expect(decoded.receipts.last == (try story.receipt))
        #expect(
            Array(decoded.deleveragingReceipts)
                == Array(story.venue.projections.deleveragingReceipts)
        )
        #expect(decoded.settlementCount == 3)
    }
}
