import PlimsollEngine
import PlimsollModel
import Testing

/// What a position has cost stays with the part of it that is open.
@Suite struct `Costs of a position` {
    /// Spec: POS-005.
    @Test(arguments: [
        (sold: "1", fees: "0.1006666666666667", funding: "-0.0247739466666667"),
        ("2", "0.0503333333333333", "-0.0123869733333333"),
    ])
    func `shares of fees and funding are rounded to the nearest of sixteen decimals`(
        sold: String,
        fees: String,
        funding: String
    ) {
        var venue = Venue([TestRules.simple(taker: Rate(units: 50_000))])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        // 0.101 and 0.05 of fees; 3 × 100.34 × 0.012345 % are 0.03716092 of funding.
        venue.trade("2", at: "101", from: maker, to: trader)
        venue.trade("1", at: "100", from: maker, to: trader)
        venue.index("100.34")
        venue.perform(.setFundingRate(TestRules.first, Rate(units: 12_345)))
        _ = venue.pass(milliseconds: 28_800_000)
        venue.place(maker, .buy, "3", at: "100")
        let rest = venue.place(trader, .sell, sold).position(of: trader)
        #expect(rest?.feesPaid == amount(fees))
        #expect(rest?.fundingReceived == amount(funding))
    }

    @Test func `of a fill that turns a position round only the opening part's fee stays`() {
        var venue = Venue([TestRules.simple(taker: Rate(units: 50_001))])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        venue.trade("1", at: "100", from: maker, to: trader)
        venue.place(maker, .buy, "3", at: "100.40")
        // Two thirds of 0.15060301.
        let turned = venue.place(trader, .sell, "3").position(of: trader)
        #expect(turned?.quantity == Quantity(-2))
        #expect(turned?.feesPaid == amount("0.1004020066666667"))
    }
}
