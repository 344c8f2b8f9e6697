import PlimsollEngine
import PlimsollModel
import Testing

/// A tier that holds for every size.
private func flat(_ maintenanceRate: Rate) -> [MarginTier] {
    [
        MarginTier(
            notionalFloor: .zero,
            notionalCap: InstrumentRules.notionalMax,
            leverageMax: 100,
            maintenanceRate: maintenanceRate,
            deduction: .zero
        )
    ]
}

/// Parts of ten thousand.
private func basisPoints(_ count: Int64) -> Rate { Rate(units: count * 10_000) }

/// The numbers that traders are told, by the formulas alone.
@Suite struct `Worked numbers` {
    private let half = Quantity(units: 50_000_000)
    private let entryValue = Amount(2000)

    @Test func `the classic trade: half a coin, a hundred up, a hundred down`() {
        let margin = initialMargin(of: entryValue, rate: initialMarginRate(leverage: 10))
        #expect(margin == Amount(200))
        for (mark, profit) in [(4200, 100), (3800, -100)] {
            #expect(
                unrealizedPnL(quantity: half, entryValue: entryValue, at: Price(mark))
                    == Amount(profit)
            )
        }
    }

    @Test(arguments: [
        (maintenance: Int64(40), price: "3614.45783133"), (50, "3618.09045226"),
        (100, "3636.36363636"),
    ])
    func `the classic trade is liquidated before its margin is gone`(
        maintenance: Int64,
        price: String
    ) throws {
        let liquidation = liquidationPrice(
            quantity: half,
            entryValue: entryValue,
            walletBalance: Amount(200),
            tiers: flat(basisPoints(maintenance)).span
        )
        #expect(liquidation == (try Price(parsing: price)))
    }

    @Test func `the classic trade is bankrupt at 3,600 and loses 181.82 until its liquidation`() {
        let bankruptcy = bankruptcyPrice(
            quantity: half,
            entryValue: entryValue,
            walletBalance: Amount(200),
            rounding: .up
        )
        #expect(bankruptcy == Price(3600))
        let atLiquidation = unrealizedPnL(
            quantity: half,
            entryValue: entryValue,
            at: Price(units: 363_636_363_636)
        )
        #expect(atLiquidation.text(decimals: 2, rounding: .halfUp) == "-181.82")
    }

    @Test(arguments: [(maintenance: Int64(40), price: "3975.90361446"), (50, "3979.89949749")])
    func `at 100x half a per cent is enough`(maintenance: Int64, price: String) throws {
        let liquidation = liquidationPrice(
            quantity: Quantity(5),
            entryValue: Amount(20_000),
            walletBalance: Amount(200),
            tiers: flat(basisPoints(maintenance)).span
        )
        #expect(liquidation == (try Price(parsing: price)))
    }

    @Test func `at 100x and one per cent the liquidation price is the entry`() {
        let liquidation = liquidationPrice(
            quantity: Quantity(5),
            entryValue: Amount(20_000),
            walletBalance: Amount(200),
            tiers: flat(basisPoints(100)).span
        )
        #expect(liquidation == Price(4000))
    }

    @Test func `a gap of five per cent at 100x leaves minus 800 of a margin of 200`() {
        let loss = unrealizedPnL(
            quantity: Quantity(5),
            entryValue: Amount(20_000),
            at: Price(3800)
        )
        #expect(isolatedMargin(isolatedWallet: Amount(200), unrealizedPnL: loss) == Amount(-800))
    }

    @Test(arguments: [(leverage: UInt16(1), move: 50), (5, 250), (10, 500)])
    func `a thousand moves by five per cent times the leverage`(leverage: UInt16, move: Int) throws
    {
        let price = Price(100)
        let size = try #require(
            positionSize(margin: Amount(1000), leverage: leverage, price: price)
        )
        let value = Amount(price, times: size)
        #expect(unrealizedPnL(quantity: size, entryValue: value, at: Price(105)) == Amount(move))
        #expect(unrealizedPnL(quantity: size, entryValue: value, at: Price(95)) == Amount(-move))
    }

    @Test func `10,000 at 20x is 200,000`() throws {
        let size = try #require(
            positionSize(margin: Amount(10_000), leverage: 20, price: Price(50))
        )
        #expect(Amount(Price(50), times: size) == Amount(200_000))
    }

    @Test func `a tenth of a per cent of funding ends the classic trade at its 95th payment`() {
        let payment = fundingPayment(
            quantity: half,
            markPrice: Price(4000),
            rate: basisPoints(10)
        )
        #expect(payment == Amount(-2))
        let maintenance = maintenanceMargin(of: entryValue, in: flat(basisPoints(50)).span)
        var wallet = Amount(200)
        var payments = 0
        while wallet > maintenance {
            wallet += payment
            payments += 1
        }
        #expect(payments == 95)
    }

    @Test func `in and out at 100x costs a tenth of the margin`() {
        let fee = tradingFee(on: Amount(20_000), rate: basisPoints(5))
        #expect(fee + fee == Amount(20))
    }

    @Test func `in cross margin the same trade dies later and loses nearly everything`() throws {
        let price = liquidationPrice(
            quantity: half,
            entryValue: entryValue,
            walletBalance: Amount(1000),
            tiers: flat(basisPoints(100)).span
        )
        let liquidation = try #require(price)
        #expect(liquidation.text(decimals: 2) == "2020.20")
        let loss = unrealizedPnL(quantity: half, entryValue: entryValue, at: liquidation)
        #expect(loss.text(decimals: 2, rounding: .halfUp) == "-989.90")
    }
}
