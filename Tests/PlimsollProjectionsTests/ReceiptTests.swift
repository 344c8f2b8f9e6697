import Foundation
import PlimsollModel
import PlimsollProjections
import Testing

@Suite struct `Liquidation receipt` {
    @Test func `itemises what was lost, cause by cause`() throws {
        let receipt = try ClassicLiquidation().receipt
        #expect(receipt.lostToPrice == (try amount("191.5")))
        #expect(receipt.lostToTradingFees == (try amount("1.72425")))
        #expect(receipt.lostToFunding == .zero)
        #expect(receipt.liquidationFee == (try amount("7.2425")))
        #expect(receipt.lost == (try amount("200.46675")))
    }

    @Test func `what was lost and what came back are the margin and the costs before`() throws {
        let receipt = try ClassicLiquidation().receipt
        let paidBefore = receipt.openingFees - receipt.fundingReceived
        #expect(
            receipt.lost + receipt.returned == receipt.started.walletBalance + paidBefore
        )
    }

    @Test func `names the three prices`() throws {
        let receipt = try ClassicLiquidation().receipt
        #expect(receipt.liquidationPrice == (try price("3636.36363636")))
        #expect(receipt.averageFillPrice == (try price("3621.25")))
        #expect(receipt.bankruptcyPrice == Price(3600))
    }

    @Test func `leaves the rest of the account untouched but for what it gave back`() throws {
        let receipt = try ClassicLiquidation().receipt
        #expect(receipt.crossWalletBefore == Amount(799))
        #expect(receipt.crossWalletAfter == (try amount("799.53325")))
        #expect(receipt.isRestUntouched)
    }

    @Test func `is framed by the digests before and after`() throws {
        let classic = try ClassicLiquidation()
        let receipt = try classic.receipt
        #expect(receipt.digestAfter == classic.venue.projections.digest)
        #expect(receipt.digestBefore != receipt.digestAfter)
        #expect(receipt.startSequence == classic.venue.projections.sequence)
        #expect(receipt.cancelledOrders == [OrderID(rawValue: 2)])
    }

    @Test func `reads as one page with the loss first`() throws {
        let text = try ClassicLiquidation().receipt.text(width: 78)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 40)
        #expect(lines.allSatisfy { $0.count <= 78 })
        #expect(text == Self.page)
    }

    static let page = """
        LOST 200.46675 USDT                           long 0.500 ETHUSDT, 10x isolated
          price               4,000.00 → 3,621.25 and 3,600.00               191.50
          trading fees        1.00 before, 0.72425 in the close                1.72425
          funding             none while the position was open                 0.00
          liquidation fee     to the insurance fund                            7.2425
        Came back             to the cross wallet                              0.53325
        Cross wallet          before the close                               799.00
                              after it: untouched but for what came back     799.53325

        Prices                       liquidation      average fill        bankruptcy
                                        3,636.36          3,621.25          3,600.00

        What happened                                          2025-05-06 13:01:01 UTC
          Mark price          median(3,636.36, 3,637.50, 3,635.00)         3,636.36
          Margin balance      200.00 + 0.500 × 3,636.36 − 2,000.00            18.18
          Maintenance margin  0.500 × 3,636.36 × 1 %                          18.1818
          Margin ratio        18.1818 ÷ 18.18                                100.00 %
          Liquidation price   (200.00 − 2,000.00) ÷ (0.500 × 1 % − 0.500)  3,636.36
          Bankruptcy price    (2,000.00 − 200.00) ÷ 0.500                  3,600.00
          Orders cancelled                                                     1
          Order sent          sell 0.500 at once, not below                3,600.00
          Filled              1,448.50 ÷ 0.400, 2 trades                   3,621.25
          Realised by fills   1,448.50 − 1,600.00                           −151.50
          Taken by the fund   0.100 × 3,600.00 − 400.00                      −40.00
          Trading fee         1,448.50 × 0.05 %                                0.72425
          Liquidation fee     1,448.50 × 0.5 %, at most what is left           7.2425
          Left in the wallet  200.00 + (−191.50) − 0.72425 − 7.2425            0.53325
          Returned            to the cross wallet                              0.53325

        Receipt 1, account 16        replay after sequence 31, digest 28b7bd766a05068b
                                               to sequence 32, digest c6ef372fe94f82a0
        A simulation; education, not financial advice.
        """

    @Test func `the document is JSON with numbers as strings`() throws {
        let text = try ClassicLiquidation().receipt.json()
        let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let document = try #require(parsed as? [String: Any])
        let prices = try #require(document["prices"] as? [String: String])
        #expect(prices["liquidation"] == "3636.36363636")
        #expect(prices["bankruptcy"] == "3600.00")
        #expect(prices["averageFill"] == "3621.25")
        let lost = try #require(document["lost"] as? [String: String])
        #expect(lost["total"] == "200.46675000")
        #expect(document["returned"] as? String == "0.53325000")
        let steps = try #require(document["steps"] as? [[String: Any]])
        #expect(steps.count == 15)
        #expect(document["note"] as? String == "A simulation; education, not financial advice.")
    }

    @Test func `a bigger loss than the margin is paid by the fund, and nothing comes back`() throws
    {
        let receipt = try gapped(.isolated)
        #expect(receipt.insurancePaid > .zero)
        #expect(receipt.lost == receipt.started.walletBalance)
        #expect(receipt.text().contains("paid what was missing"))
    }

    /// The widest page: every row there is, wide numbers, cross margin with another position.
    @Test(arguments: [MarginMode.cross, .isolated], [72, 78, 120])
    func `stays one page at any width`(scope: MarginMode, width: Int) throws {
        let lines = try gapped(scope).text(width: width).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(lines.count <= 40)
        #expect(lines.allSatisfy { $0.count <= width && $0.last != " " })
    }

    /// A short that the book takes little of, and the fund far beyond the bankruptcy price.
    private func gapped(_ scope: MarginMode) throws -> LiquidationReceipt {
        var venue = ProjectedVenue()
        let id = LiquidationID(rawValue: 7)
        let quantity = try quantity("-9812.345")
        let filledQuantity = try PlimsollProjectionsTests.quantity("812.345")
        let restQuantity = Quantity(-9000)
        let entry = try price("104999.99")
        let bought = try price("115432.09")
        let takenOver = try price("119000.01")
        let wallet = try amount("10299999.12345678")
        let fillLoss = Amount(entry, times: filledQuantity) - Amount(bought, times: filledQuantity)
        let restLoss = Amount(takenOver, times: restQuantity) - Amount(entry, times: restQuantity)
        let loss = fillLoss + restLoss
        let order = venue.nextOrder()
        let trade = venue.nextTrade()
        venue.command(
            .liquidationStarted(
                LiquidationStarted(
                    liquidation: id,
                    account: ProjectedVenue.trader,
                    instrument: ProjectedVenue.market,
                    scope: scope,
                    leverage: 10,
                    quantity: quantity,
                    entryValue: Amount(entry, times: quantity),
                    walletBalance: wallet,
                    marginBalance: try amount("1234567.77654321"),
                    maintenanceMargin: try amount("1234567.87654321"),
                    maintenanceRate: Rate(units: 1_250_000),
                    deduction: Amount(4321),
                    markPrice: try price("118999.87654321"),
                    liquidationPrice: try price("114321.98765432"),
                    bankruptcyPrice: try price("115432.1")
                )
            ),
            accepted(order, .buy, -quantity, at: try price("115432.1"), origin: .liquidation),
            traded(trade, filledQuantity, at: bought, taker: order),
            filled(
                order,
                .buy,
                filledQuantity,
                at: bought,
                trade: trade,
                remaining: Quantity(9000),
                realizedPnL: fillLoss
            ),
            closed(order, .unfilledRemainder, remaining: Quantity(9000)),
            .positionTakenOver(
                PositionTakenOver(
                    liquidation: id,
                    account: ProjectedVenue.trader,
                    instrument: ProjectedVenue.market,
                    quantity: restQuantity,
                    price: takenOver,
                    realizedPnL: restLoss
                )
            ),
            .liquidationFinished(
                LiquidationFinished(
                    liquidation: id,
                    account: ProjectedVenue.trader,
                    instrument: ProjectedVenue.market,
                    filledQuantity: filledQuantity,
                    filledValue: Amount(bought, times: filledQuantity),
                    realizedPnL: loss,
                    tradingFee: .zero,
                    liquidationFee: .zero,
                    insurancePaid: -loss - wallet,
                    returned: .zero
                )
            )
        )
        return try #require(venue.projections.receipt(id))
    }
}
