import PlimsollEngine
import PlimsollModel
import Testing

/// Three tiers whose maintenance margin is continuous.
private let tiers: [MarginTier] = {
    var tiers: [MarginTier] = []
    for (floor, cap, rate) in [(0, 10_000, 1), (10_000, 100_000, 2), (100_000, 1_000_000, 5)] {
        var tier = MarginTier(
            notionalFloor: Amount(floor),
            notionalCap: Amount(cap),
            leverageMax: 10,
            maintenanceRate: Rate(units: Int64(rate) * 1_000_000),
            deduction: .zero
        )
        if let last = tiers.last {
            tier.deduction = tierDeduction(
                after: last,
                floor: tier.notionalFloor,
                rate: tier.maintenanceRate
            )
        }
        tiers.append(tier)
    }
    return tiers
}()

@Suite struct `Maintenance margin by tiers` {
    /// Spec: MARG-001, MARG-022.
    @Test func `deductions follow the ladder`() {
        #expect(tiers.map(\.deduction) == [.zero, Amount(100), Amount(3100)])
    }

    @Test(arguments: [
        (notional: 0, margin: 0), (9_999, 99), (10_000, 100), (10_001, 100), (100_000, 1900),
        (200_000, 6900),
    ])
    func `each part of a notional is charged at its own rate`(notional: Int, margin: Int) {
        let charged = maintenanceMargin(of: Amount(notional), in: tiers.span)
        #expect(charged.rounded(toDecimals: 0, .down) == Amount(margin))
    }

    /// Spec: MARG-001.
    @Test func `a notional at a floor belongs to the tier above, and the last unit is charged`() {
        #expect(marginTier(for: Amount(10_000), in: tiers.span).notionalFloor == Amount(10_000))
        #expect(maintenanceMargin(of: Amount(units: 1), in: tiers.span) == Amount(units: 1))
        #expect(initialMargin(of: Amount(units: 1), rate: Rate(units: 1)) == Amount(units: 1))
    }

    @Test func `maintenance does not jump at a floor`() {
        for floor in [Amount(10_000), Amount(100_000)] {
            let below = maintenanceMargin(of: floor - Amount(units: 1), in: tiers.span)
            let at = maintenanceMargin(of: floor, in: tiers.span)
            #expect((at - below).units <= 1 && at >= below)
        }
    }

    @Test func `a fifteenth is rounded before it is multiplied`() throws {
        let margin = initialMargin(
            of: try Amount(parsing: "255321.7074"),
            rate: initialMarginRate(leverage: 15)
        )
        #expect(margin.text() == "17021.44801107")
    }
}

@Suite struct `A step of a liquidation` {
    private func step(_ units: Int64, _ kind: LiquidationStep) throws -> Int64 {
        let contract = ContractTerms(
            symbol: try #require(Symbol("XYZ")),
            baseAsset: AssetID(rawValue: 1),
            settleAsset: AssetID(rawValue: 0),
            priceDecimals: 8,
            quantityDecimals: 8,
            tickSize: Price(units: 1),
            stepSize: Quantity(units: 1)
        )
        return liquidationStep(
            quantity: Quantity(units: -units),
            contract: contract,
            markPrice: Price(1),
            terms: LiquidationTerms(step: kind),
            tiers: tiers.span
        ).units
    }

    /// At a price of one, the notional is the quantity.
    @Test func `comes down by whole tiers, at the floor by the least there is`() throws {
        let one = Quantity.unitsPerOne
        #expect(try step(12_000 * one, .whole) == 12_000 * one)
        #expect(try step(9_999 * one, .lowerTier) == 9_999 * one)
        #expect(try step(10_000 * one, .lowerTier) == 1)
        #expect(try step(12_000 * one, .lowerTier) == 2_000 * one)
        #expect(try step(150_000 * one, .lowerTier) == 50_000 * one)
        #expect(try step(150_000 * one, .twoTiers) == 140_000 * one)
    }

    @Test(arguments: [(units: Int64(10), step: Int64(2)), (11, 3), (1, 1)])
    func `a share is rounded up`(units: Int64, step: Int64) throws {
        #expect(try self.step(units, .share) == step)
    }
}

@Suite struct `At the liquidation price` {
    @Test func `what others lose or hold back counts as balance that is not there`() throws {
        func price(wallet: Int, maintenance: Int = 0, profit: Int = 0) -> Price? {
            liquidationPrice(
                quantity: Quantity(1),
                entryValue: Amount(100),
                walletBalance: Amount(wallet),
                otherMaintenance: Amount(maintenance),
                otherUnrealizedPnL: Amount(profit),
                tiers: tiers.span
            )
        }
        #expect(price(wallet: 18) == (try Price(parsing: "82.82828283")))
        #expect(price(wallet: 20, maintenance: 5, profit: 3) == price(wallet: 18))
    }

    /// The identity that defines it, which no published number is needed for.
    @Test(arguments: 1...40)
    func `margin balance equals maintenance margin`(seed: UInt64) {
        var random = FormulaGenerator(seed: seed)
        for _ in 0..<50 {
            let size = Int64.random(in: 1...100_000_000_000, using: &random)
            let quantity = Quantity(units: Bool.random(using: &random) ? size : -size)
            let entry = Price(units: Int64.random(in: 100_000_000...50_000_000_000, using: &random))
            let entryValue = Amount(entry, times: quantity)
            let wallet = entryValue.magnitude.times(
                Rate(units: Int64.random(in: 6_000_000...90_000_000, using: &random)),
                rounding: .down
            )
            let price = liquidationPrice(
                quantity: quantity,
                entryValue: entryValue,
                walletBalance: wallet,
                tiers: tiers.span
            )
            guard let price else { continue }
            let balance =
                wallet + unrealizedPnL(quantity: quantity, entryValue: entryValue, at: price)
            let maintenance = maintenanceMargin(
                of: Amount(price, times: quantity.magnitude),
                in: tiers.span
            )
            // Half a unit of price moves the balance by half the quantity.
            let allowed = Amount(Price(units: 1), times: quantity.magnitude)
            #expect((balance - maintenance).magnitude <= allowed, "seed \(seed)")
        }
    }

    /// Spec: LIQ-003.
    @Test func `of a shared balance a position takes no more than its part`() {
        let price = crossBankruptcyPrice(
            quantity: Quantity(units: 1),
            markPrice: Price(units: 100),
            marginBalance: Amount(units: 10),
            maintenance: Amount(units: 1),
            totalMaintenance: Amount(units: 3),
            rounding: .up
        )
        #expect(price == Price(units: 97))
    }

    @Test(arguments: 1...20)
    func `the bankruptcy price never costs more than the wallet`(seed: UInt64) {
        var random = FormulaGenerator(seed: seed)
        for _ in 0..<100 {
            let size = Int64.random(in: 1...100_000_000_000, using: &random)
            let isLong = Bool.random(using: &random)
            let quantity = Quantity(units: isLong ? size : -size)
            let entry = Price(units: Int64.random(in: 1_000...50_000_000_000, using: &random))
            let entryValue = Amount(entry, times: quantity)
            let wallet = entryValue.magnitude.times(
                Rate(units: Int64.random(in: 1...99_000_000, using: &random)),
                rounding: .down
            )
            let price = bankruptcyPrice(
                quantity: quantity,
                entryValue: entryValue,
                walletBalance: wallet,
                rounding: isLong ? .up : .down
            )
            let left = wallet + unrealizedPnL(quantity: quantity, entryValue: entryValue, at: price)
            #expect(left >= .zero, "seed \(seed)")
            #expect(left < Amount(Price(units: 1), times: quantity.magnitude), "seed \(seed)")
        }
    }

    @Test func `an unlevered long has none`() {
        let price = liquidationPrice(
            quantity: Quantity(1),
            entryValue: Amount(100),
            walletBalance: Amount(100),
            tiers: tiers.span
        )
        #expect(price == nil)
    }
}

@Suite struct `Order margin` {
    /// Spec: MARG-020.
    @Test(arguments: [
        (side: Side.buy, price: "9253.30", loss: "0"), (.sell, "9253.30", "6.54"),
        (.buy, "9260", "0.16"), (.sell, "9260", "0"),
    ])
    func `an order loses at once what its price is worse than the mark`(
        side: Side,
        price: String,
        loss: String
    ) throws {
        let openLoss = orderOpenLoss(
            side: side,
            quantity: Quantity(1),
            orderPrice: try Price(parsing: price),
            markPrice: try Price(parsing: "9259.84")
        )
        #expect(openLoss == (try Amount(parsing: loss)))
    }

    /// Spec: MARG-021.
    @Test(arguments: [
        (order: 5, position: 10, others: 8, opening: 3), (2, 10, 8, 0), (3, 10, 8, 1),
        (5, 10, 12, 5), (5, 0, 0, 5),
    ])
    func `what other orders already close cannot be closed twice`(
        order: Int,
        position: Int,
        others: Int,
        opening: Int
    ) {
        #expect(
            openingQuantity(
                of: Quantity(order),
                position: Quantity(position),
                openOpposite: Quantity(others)
            ) == Quantity(opening)
        )
    }

    @Test func `of two sides only the larger exposure is charged`() {
        let margin = requiredMargin(
            positionNotional: Amount(10_000),
            bidValue: Amount(1900),
            askValue: Amount(2200),
            rate: initialMarginRate(leverage: 2)
        )
        #expect(margin == Amount(5950))
    }
}

@Suite struct `Funding rates and windows` {
    @Test(arguments: [
        (premium: Int64(0), rate: Int64(10_000)), (60_000, 10_000), (-40_000, 10_000),
        (70_000, 20_000), (-50_000, 0), (1_000_000, 300_000), (-1_000_000, -300_000),
    ])
    func `near the interest the rate is the interest, and it never passes its cap`(
        premium: Int64,
        rate: Int64
    ) {
        let funding = fundingRate(
            premium: Rate(units: premium),
            interest: Rate(units: 10_000),
            clamp: Rate(units: 50_000),
            cap: Rate(units: 300_000)
        )
        #expect(funding == Rate(units: rate))
    }

    /// Spec: FUND-006.
    @Test(arguments: [(interest: Int64(3), hourly: Int64(0)), (4, 1), (5, 1), (12, 2)])
    func `an hour's share of a rate is rounded to the nearest`(interest: Int64, hourly: Int64) {
        let terms = FundingTerms(
            intervalMilliseconds: 3_600_000,
            rate: .zero,
            interest: Rate(units: interest),
            clamp: Rate(units: 1_000)
        )
        #expect(fundingRate(premium: .zero, terms: terms) == Rate(units: hourly))
    }

    /// Spec: FUND-002.
    @Test func `a payment that is not told is rounded in the last place, to the nearest`() {
        let payment = fundingPayment(
            notional: Amount(units: -1),
            rate: Rate(units: 70_000_000),
            rounding: nil
        )
        #expect(payment == Amount(units: 1))
    }

    /// Spec: FUND-011.
    @Test(arguments: [
        (second: Int64(0), grace: Int64(0), first: Int64(0)), (14, 15, 0), (15, 15, 3600),
        (1, 0, 3600), (3599, 15, 3600),
    ])
    func `an entry just after a settlement still takes part in it`(
        second: Int64,
        grace: Int64,
        first: Int64
    ) {
        let hour = Timestamp(milliseconds: 1_630_454_400_000)
        #expect(
            firstFundingTime(
                openTime: hour.advanced(byMilliseconds: second * 1000),
                graceMilliseconds: grace * 1000
            ) == hour.advanced(byMilliseconds: first * 1000)
        )
    }
}
