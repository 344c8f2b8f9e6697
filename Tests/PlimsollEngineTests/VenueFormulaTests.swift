import PlimsollEngine
import PlimsollModel
import Testing

@Suite struct `Formulas of other venues` {
    // MARK: Inverse contracts

    /// Spec: VEN-010.
    @Test(arguments: [(Int64(1), 1), (-1, -1)])
    func `an inverse contract earns in coins what the price takes off them`(
        sign: Int64,
        coins: Int
    ) {
        let profit = InverseContract.unrealizedPnL(
            faceValue: Amount(units: Int128(sign) * Amount(1000).units),
            entryPrice: Price(250),
            markPrice: Price(333) + Price(units: 33_333_333)
        )
        // 1,000 ÷ 250 is 4 coins, 1,000 ÷ 333.33333333 a little more than 3.
        #expect((profit - Amount(coins)).magnitude < Amount(units: 1_000_000_000))
    }

    @Test func `an inverse average beyond 127 bits is told and not wrong`() {
        let average = InverseContract.averageEntry(contracts: 1, average: 2, adding: 3, at: 6)
        // 4 ÷ (1 ÷ 2 + 3 ÷ 6)
        #expect(average == 4)
        let wide = InverseContract.averageEntry(
            contracts: Int128.max / 2,
            average: 3,
            adding: Int128.max / 2,
            at: 3
        )
        #expect(wide == nil)
    }

    @Test func `a margin carries the size that asks for it`() {
        let size = InverseContract.size(margin: Amount(2), leverage: 25, price: Price(40_000))
        #expect(size == Amount(2_000_000))
        let margin = InverseContract.margin(of: size, at: Price(40_000), leverage: 25)
        #expect(margin == Amount(2))
        // A third does not end: margin is rounded against the trader.
        let third = InverseContract.margin(of: Amount(1), at: Price(3), leverage: 1)
        #expect(third.units == 3_333_333_333_333_334)
    }

    /// Spec: VEN-001, VEN-013.
    @Test func `at one times leverage a short is never bankrupt`() {
        #expect(
            InverseContract.bankruptcyPrice(side: .sell, entryPrice: Price(100), leverage: 1)
                == nil
        )
        let long = InverseContract.bankruptcyPrice(side: .buy, entryPrice: Price(100), leverage: 1)
        #expect(long?.price(rounding: .halfUp) == Price(50))
    }

    // MARK: Liquidation

    /// Spec: VEN-023, LIQ-031.
    @Test(arguments: [(104, 104), (105, 105), (106, 100), (95, 95), (94, 100)])
    func `a bankruptcy price far from the mark is not used`(bankruptcy: Int, used: Int) {
        func price(_ rule: DeleveragingPrice) -> Price {
            deleveragingPrice(rule, bankruptcyPrice: Price(bankruptcy), markPrice: Price(100))
        }
        #expect(price(.markWhenFar) == Price(used))
        #expect(price(.bankruptcy) == Price(bankruptcy))
    }

    @Test(arguments: [Side.buy, .sell])
    func `a close fee brings the liquidation nearer to the entry`(side: Side) throws {
        let quantity = Quantity(side == .buy ? 2 : -2)
        let prices = try [0, 100_000].map { fee in
            try #require(
                liquidationPriceWithCloseFee(
                    quantity: quantity,
                    entryValue: Amount(Price(100), times: quantity),
                    margin: Amount(20),
                    maintenanceRate: Rate(units: 1_000_000),
                    takerFee: Rate(units: fee)
                )
            )
        }
        #expect(side == .buy ? prices[0] < prices[1] : prices[0] > prices[1])
        // Without the fee it is the price at which 20 less the loss is 1 % of the value.
        let value = Amount(prices[0], times: Quantity(2))
        let left = Amount(20) - (value - Amount(200)).magnitude
        let needed = value.times(Rate(units: 1_000_000), rounding: .halfUp)
        #expect((left - needed).magnitude < Amount(units: 1_000_000_000))
    }

    @Test func `a long that is paid for in full is never liquidated`() {
        let price = Hyperliquid.liquidationPrice(
            quantity: Quantity(1),
            entryPrice: Price(100),
            margin: Amount(150),
            leverageMax: 50
        )
        #expect(price == .zero)
    }

    // MARK: dYdX

    private func account(_ balance: Int, _ size: Int) -> DYDX.Account {
        DYDX.Account(
            quoteBalance: Amount(balance),
            positions: [
                DYDX.Position(
                    size: Quantity(size),
                    oraclePrice: Price(100),
                    maintenanceRate: Rate(units: 10_000_000)
                )
            ]
        )
    }

    @Test func `half of a bankrupt short closes at the price of the whole`() throws {
        // Owes 10 more than it has; each of its two coins bears five.
        let account = account(190, -2)
        for (delta, quote) in [(1, -95), (2, -190)] {
            let given = DYDX.bankruptcyQuoteDelta(
                of: account,
                closing: 0,
                by: Quantity(delta)
            )
            #expect(given == Amount(quote))
        }
    }

    @Test func `a deleveraging in parts may leave a debt that is no worse`() throws {
        let match = try #require(
            DYDX.deleverage(
                account(190, -2),
                against: account(0, 5),
                by: Quantity(1),
                at: .bankruptcy
            )
        )
        #expect(match.liquidated.quoteBalance == Amount(95))
        #expect(match.liquidated.positions[0].size == Quantity(-1))
        #expect(match.offsetting.quoteBalance == Amount(95))
        #expect(match.offsetting.positions[0].size == Quantity(4))
        // At the oracle price the same close would deepen the debt of what is left.
        #expect(
            DYDX.deleverage(
                account(190, -2),
                against: account(0, 5),
                by: Quantity(1),
                at: .oracle
            ) == nil
        )
    }

    @Test func `funding indexes with absurd exponents are refused`() {
        for exponent: Int64 in [40, -40, 1000] {
            let delta = DYDX.fundingIndexDelta(
                priceValue: 1000,
                priceExponent: exponent,
                baseResolution: 0,
                ratePPM: 1000,
                elapsedSeconds: 3600
            )
            #expect(delta == nil)
        }
    }

    // MARK: Vega and Kraken

    @Test func `the interest part of funding stays within its clamps`() {
        // Without clamps, interest makes the payment (1 + r t) s − s.
        var terms = Vega.FundingTerms(
            interest: (annualRate: Rate(units: 10_000_000), years: ExactQuotient(1, over: 2))
        )
        func payment() -> Amount {
            Vega.funding(
                internalAverage: Price(990),
                externalAverage: Price(1000),
                terms: terms
            ).payment
        }
        #expect(payment() == Amount(50))
        terms.clampUpper = Rate(units: 2_000_000)
        #expect(payment() == Amount(10))
        terms.rateUpper = Rate(units: 500_000)
        #expect(payment() == Amount(5))
    }

    @Test func `the used margin of a short grows with the price`() {
        let standings = [100, 150].map { price in
            Kraken.MarginStanding(
                tradeBalance: Amount(1000),
                side: .sell,
                quantity: Quantity(10),
                entryPrice: Price(100),
                price: Price(price),
                leverage: 5
            )
        }
        #expect(standings.map(\.usedMargin) == [Amount(200), Amount(300)])
        #expect(standings.map(\.equity) == [Amount(1000), Amount(500)])
        #expect(standings[1].freeMargin == Amount(200))
    }

    // MARK: Interest

    @Test(arguments: [
        // Minutes after a full hour: borrowed, repaid; what Binance and OKX count.
        (borrowed: Int64(20), repaid: Int64(75), binance: Int64(2), okx: Int64(1)),
        (20, 40, 1, 0), (0, 60, 1, 2), (0, 61, 2, 2), (59, 61, 2, 1), (20, 20, 1, 0),
    ])
    func `hours of the clock are counted, not hours elapsed`(
        borrowed: Int64,
        repaid: Int64,
        binance: Int64,
        okx: Int64
    ) {
        let from = Timestamp(milliseconds: 1_700_002_800_000 + borrowed * 60_000)
        let to = Timestamp(milliseconds: 1_700_002_800_000 + repaid * 60_000)
        #expect(MarginInterest.clockHours(from: from, to: to) == binance)
        #expect(MarginInterest.fullHours(from: from, to: to) == okx)
    }
}
