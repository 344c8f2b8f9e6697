import PlimsollEngine
import PlimsollModel
import Testing

/// Prices taken from the book, amendments, transfers.
@Suite struct `Terms of orders` {
    private let trader = TestRules.firstAccount
    private let other = TestRules.secondAccount

    private static func market() -> Venue {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        _ = venue.openTrader(deposit: 100_000)
        _ = venue.openTrader(deposit: 100_000)
        return venue
    }

    private func amendment(
        _ order: OrderID,
        _ quantity: String,
        at price: String = "0",
        match: PriceMatch = .none
    ) -> Command {
        .amendOrder(
            OrderAmendment(
                target: OrderReference(
                    account: trader,
                    instrument: TestRules.first,
                    order: order
                ),
                price: number(price),
                quantity: number(quantity),
                priceMatch: match
            )
        )
    }

    // MARK: Prices of the book

    @Test(arguments: [
        (PriceMatch.opponent, Side.buy, "101"), (.opponent5, .buy, "105"),
        (.opponent10, .buy, "110"), (.opponent20, .buy, "120"), (.queue, .buy, "99"),
        (.queue5, .buy, "95"), (.queue10, .buy, "90"), (.queue20, .buy, "80"),
        (.opponent, .sell, "99"), (.opponent20, .sell, "80"), (.queue, .sell, "101"),
        (.queue5, .sell, "105"),
    ])
    func `a price is that of the level asked for`(
        match: PriceMatch,
        side: Side,
        price: String
    ) {
        var venue = Self.market()
        for offset in 1...20 {
            // Two orders a level, one of them the trader's own: levels are counted, whoever's.
            venue.place(other, .buy, "1", at: "\(100 - offset)")
            venue.place(trader, .buy, "1", at: "\(100 - offset)")
            venue.place(other, .sell, "1", at: "\(100 + offset)")
        }
        let events = venue.place(
            trader,
            side,
            "1",
            .immediateOrCancel,
            prevention: .expireTaker,
            priceMatch: match
        )
        #expect(events.accepted?.price == number(price))
        #expect(events.accepted?.priceMatch == match)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a level that is not there gives no price`() {
        var venue = Self.market()
        for offset in 1...4 { venue.place(other, .sell, "1", at: "\(100 + offset)") }
        func place(_ match: PriceMatch) -> RejectReason? {
            venue.place(trader, .buy, "1", priceMatch: match).refusal
        }
        #expect(place(.opponent5) == .noPriceToMatch)
        #expect(place(.queue) == .noPriceToMatch)
        #expect(place(.opponent) == nil)
    }

    @Test func `a price is either named or taken from the book, and only by a limit order`() {
        var venue = Self.market()
        venue.place(other, .sell, "1", at: "101")
        #expect(
            venue.place(trader, .buy, "1", at: "101", priceMatch: .opponent).refusal
                == .priceMatchContradictory
        )
        let market = NewOrder(
            account: trader,
            instrument: TestRules.first,
            side: .buy,
            type: .market,
            quantity: number("1"),
            priceMatch: .opponent
        )
        #expect(venue.perform(.placeOrder(market)).refusal == .priceMatchContradictory)
    }

    @Test func `a price from the book is checked like any other`() {
        var venue = Self.market()
        venue.place(other, .sell, "1", at: "149")
        venue.index("90")
        #expect(
            venue.place(trader, .buy, "1", priceMatch: .opponent).refusal == .priceAboveBand
        )
        venue.index("100")
        #expect(
            venue.place(trader, .buy, "1", .goodTillCrossing, priceMatch: .opponent).refusal
                == .postOnlyWouldTake
        )
    }

    @Test func `an amendment takes its price from the book as it stands with the order in it`() {
        var venue = Self.market()
        venue.place(other, .buy, "1", at: "98")
        let order = venue.place(trader, .buy, "1", at: "99").accepted?.order ?? .none
        #expect(
            venue.perform(amendment(order, "1", match: .queue)).refusal == .nothingToAmend
        )
        #expect(
            venue.perform(amendment(order, "2", at: "99", match: .queue)).refusal
                == .priceMatchContradictory
        )
        #expect(
            venue.perform(amendment(order, "2", match: .queue5)).refusal == .noPriceToMatch
        )
        venue.place(other, .sell, "1", at: "101")
        #expect(
            venue.perform(amendment(order, "2", match: .opponent)).trades.map(\.price)
                == [number("101")]
        )
    }

    @Test func `a conditional order looks for its price when it is released`() {
        var venue = Self.market()
        func stop(_ price: String = "0", type: ConditionalType = .stop) -> Command {
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: trader,
                    instrument: TestRules.first,
                    side: .buy,
                    type: type,
                    source: .markPrice,
                    triggerPrice: number("101"),
                    price: number(price),
                    quantity: number("1"),
                    priceMatch: .opponent
                )
            )
        }
        #expect(venue.perform(stop("99")).refusal == .priceMatchContradictory)
        #expect(venue.perform(stop(type: .stopMarket)).refusal == .priceMatchContradictory)
        #expect(venue.perform(stop()).refusal == nil)
        #expect(venue.index("101").conditionalClosed.map(\.refusal) == [.noPriceToMatch])
        venue.index("100")
        #expect(venue.perform(stop()).refusal == nil)
        venue.place(other, .sell, "1", at: "103")
        #expect(venue.index("101").trades.map(\.price) == [number("103")])
    }

    // MARK: Amendments

    /// Spec: ORD-043.
    @Test func `an amended order reaches the smallest notional, unless it is reduce-only`() {
        var venue = Self.market()
        venue.place(other, .sell, "1", at: "100")
        venue.place(trader, .buy, "1")
        let order = venue.place(trader, .buy, "1", at: "99").accepted?.order ?? .none
        #expect(venue.perform(amendment(order, "0.05", at: "99.99")).refusal == .notionalBelowMin)
        #expect(venue.perform(amendment(order, "0.051", at: "99.99")).refusal == nil)
        let closing =
            venue.place(trader, .sell, "1", at: "110", reduceOnly: true).accepted?.order ?? .none
        #expect(venue.perform(amendment(closing, "0.001", at: "110")).refusal == nil)
    }

    /// Spec: ORD-043.
    @Test func `an order is amended ten thousand times and no more`() throws {
        var venue = Self.market()
        let order = venue.place(trader, .buy, "1", at: "99").accepted?.order ?? .none
        for count in 1...10_000 {
            let price = count % 2 == 0 ? "99" : "98"
            #expect(venue.perform(amendment(order, "1", at: price)).refusal == nil)
            if count == 9_000 {
                // The count survives a restart.
                venue.engine = try Engine(snapshot: venue.engine.snapshot())
            }
        }
        let digest = venue.engine.digest
        #expect(venue.perform(amendment(order, "1", at: "98")).refusal == .tooManyAmendments)
        #expect(venue.engine.digest == digest)
        #expect(venue.place(trader, .buy, "1", at: "98").refusal == nil)
    }

    // MARK: Transfers

    @Test func `a transfer is a withdrawal here and a deposit there`() {
        var venue = Self.market()
        func transfer(
            _ from: AccountID,
            _ to: AccountID,
            _ sum: String,
            asset: UInt16 = 0
        ) -> [Event] {
            venue.perform(
                .transfer(
                    AccountTransfer(
                        from: from,
                        to: to,
                        asset: AssetID(rawValue: asset),
                        amount: amount(sum)
                    )
                )
            )
        }
        let events = transfer(trader, other, "40000")
        #expect(events.moves.map(\.reason) == [.accountTransfer])
        #expect(events.balance(of: .wallet(trader)) == amount("60000"))
        #expect(events.balance(of: .wallet(other)) == amount("140000"))
        #expect(transfer(trader, trader, "1").refusal == .transferToSelf)
        #expect(transfer(trader, other, "0").refusal == .amountNotPositive)
        #expect(transfer(trader, other, "-1").refusal == .amountNotPositive)
        #expect(transfer(trader, other, "1", asset: 9).refusal == .unknownAsset)
        #expect(transfer(trader, AccountID(rawValue: 99), "1").refusal == .unknownAccount)
        #expect(transfer(trader, .insuranceFund, "1").refusal == .unknownAccount)
        #expect(transfer(.insuranceFund, trader, "1").refusal == .unknownAccount)
        #expect(transfer(trader, other, "60000.0000000000000001").refusal == .insufficientBalance)
        // 6,000 at ten times stand behind the position.
        venue.place(other, .sell, "600", at: "100")
        venue.place(trader, .buy, "600")
        #expect(transfer(trader, other, "54000.01").refusal == .insufficientBalance)
        #expect(transfer(trader, other, "54000").refusal == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `nobody receives more than an account may hold`() {
        var venue = Self.market()
        venue.deposit(999_999_900_000, to: other)
        func transfer(_ sum: String) -> RejectReason? {
            venue.perform(
                .transfer(
                    AccountTransfer(
                        from: trader,
                        to: other,
                        asset: TestRules.usdt,
                        amount: amount(sum)
                    )
                )
            ).refusal
        }
        #expect(transfer("0.01") == .amountTooLarge)
        venue.perform(
            .withdraw(BalanceChange(account: other, asset: TestRules.usdt, amount: Amount(1)))
        )
        #expect(transfer("1.0000000000000001") == .amountTooLarge)
        #expect(transfer("1") == nil)
    }
}
