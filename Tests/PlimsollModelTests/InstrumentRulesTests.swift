import PlimsollModel
import Testing

/// Possible rules: two tiers, 20x at most.
private func possibleRules() throws -> InstrumentRules {
    InstrumentRules(
        contract: ContractTerms(
            symbol: try #require(Symbol("ETHUSDT")),
            baseAsset: AssetID(rawValue: 1),
            settleAsset: AssetID(rawValue: 0),
            priceDecimals: 2,
            quantityDecimals: 3,
            tickSize: try Price(parsing: "0.01"),
            stepSize: try Quantity(parsing: "0.001")
        ),
        limits: OrderLimits(
            priceMin: try Price(parsing: "0.01"),
            priceMax: Price(1_000_000),
            quantityMin: try Quantity(parsing: "0.001"),
            quantityMax: Quantity(10_000),
            marketQuantityMax: Quantity(2_000),
            notionalMin: Price(5),
            priceBand: try Rate(parsing: "0.05"),
            marketTakeBound: try Rate(parsing: "0.05"),
            openOrderCountMax: 200
        ),
        fees: FeeSchedule(
            maker: try Rate(parsing: "0.0002"),
            taker: try Rate(parsing: "0.0005"),
            liquidation: try Rate(parsing: "0.0125")
        ),
        funding: FundingTerms(intervalMilliseconds: 28_800_000, rate: try Rate(parsing: "0.0001")),
        mark: MarkPriceTerms(),
        tiers: [
            MarginTier(
                notionalFloor: .zero,
                notionalCap: Amount(50_000),
                leverageMax: 20,
                maintenanceRate: try Rate(parsing: "0.01"),
                deduction: .zero
            ),
            MarginTier(
                notionalFloor: Amount(50_000),
                notionalCap: Amount(500_000),
                leverageMax: 10,
                maintenanceRate: try Rate(parsing: "0.025"),
                deduction: Amount(750)
            ),
        ],
        leverageDefault: 20
    )
}

private typealias Spoil = @Sendable (inout InstrumentRules) -> Void

/// Every way to be impossible, at least once.
private let spoiled: [(error: RulesError, spoil: Spoil)] = [
    (.tickOrStepNotPositive, { $0.contract.tickSize = .zero }),
    (.tickOrStepNotPositive, { $0.contract.stepSize = Quantity(-1) }),
    (.limitsOutOfOrder, { $0.limits.priceMin = .zero }),
    (.limitsOutOfOrder, { $0.limits.priceMax = $0.limits.priceMin }),
    (.limitsOutOfOrder, { $0.limits.quantityMin = .zero }),
    (.limitsOutOfOrder, { $0.limits.quantityMax = Quantity(units: 1) }),
    (.limitsOutOfOrder, { $0.limits.marketQuantityMax = Quantity(10_001) }),
    (.limitsOutOfOrder, { $0.limits.marketQuantityMax = .zero }),
    (.limitsOutOfOrder, { $0.limits.notionalMin = Price(-1) }),
    (.limitsOffGrid, { $0.limits.priceMin = Price(units: 1_000_001) }),
    (.limitsOffGrid, { $0.limits.quantityMax = Quantity(units: 1_000_000_000_001) }),
    (
        .tooManyTicks,
        {
            $0.contract.tickSize = Price(units: 1)
            $0.limits.priceMax = Price(units: 1 << 28)
            $0.limits.priceMin = Price(units: 1)
        }
    ),
    (
        .orderTooLarge,
        {
            $0.limits.quantityMax = Quantity(10_000_001)
            $0.limits.marketQuantityMax = Quantity(1)
        }
    ),
    (.negativeFee, { $0.fees.maker = Rate(units: -1) }),
    (.negativeFee, { $0.fees.taker = .one }),
    (.negativeFee, { $0.fees.liquidation = Rate(2) }),
    (.intervalNotPositive, { $0.funding.intervalMilliseconds = 0 }),
    (.intervalNotPositive, { $0.funding.intervalMilliseconds = 59_999 }),
    (.intervalNotPositive, { $0.mark.intervalMilliseconds = -1 }),
    (.intervalNotPositive, { $0.mark.sampleIntervalMilliseconds = 0 }),
    (.sampleCountOutOfRange, { $0.mark.sampleCount = 0 }),
    (.sampleCountOutOfRange, { $0.mark.sampleCount = 61 }),
    (.noTiers, { $0.tiers = [] }),
    (.tooManyTiers, { $0.tiers = Array(repeating: $0.tiers[0], count: 33) }),
    (.firstFloorNotZero, { $0.tiers[0].notionalFloor = Amount(units: 1) }),
    (.gapBetweenTiers, { $0.tiers[1].notionalFloor = Amount(50_001) }),
    (.tierNotRising, { $0.tiers[0].notionalCap = .zero }),
    (.tierNotRising, { $0.tiers[1].maintenanceRate = $0.tiers[0].maintenanceRate }),
    (.tierNotRising, { $0.tiers[0].leverageMax = 5 }),
    (.tierNotRising, { $0.tiers[0].maintenanceRate = .zero }),
    (.tierNotRising, { $0.tiers[1].notionalCap = Amount(10_000_000_000_001) }),
    (.wrongDeduction, { $0.tiers[0].deduction = Amount(1) }),
    (.wrongDeduction, { $0.tiers[1].deduction = Amount(units: Amount(750).units + 1) }),
    (.leverageOutOfRange, { $0.tiers[0].leverageMax = 0 }),
    (.initialMarginTooSmall, { $0.tiers[0].leverageMax = 100 }),
    (.initialMarginTooSmall, { $0.tiers[0].leverageMax = .max }),
    (.defaultLeverageNotOffered, { $0.leverageDefault = 21 }),
    (.defaultLeverageNotOffered, { $0.leverageDefault = 0 }),
    (.bandOutOfRange, { $0.limits.priceBand = .zero }),
    (.bandOutOfRange, { $0.limits.marketTakeBound = .one }),
    (.bandOutOfRange, { $0.triggers.protect = .zero }),
    (.bandOutOfRange, { $0.funding.rate = .one }),
    (.bandOutOfRange, { $0.funding.rate = Rate(units: .min) }),
    (.bandOutOfRange, { $0.triggers.protect = .one }),
    (.fundingOutOfRange, { $0.funding.intervalMilliseconds = 366 * 86_400_000 + 1 }),
    (.fundingOutOfRange, { $0.funding.interest = .one }),
    (.fundingOutOfRange, { $0.funding.interest = Rate(units: .min) }),
    (.fundingOutOfRange, { $0.funding.clamp = Rate(units: -1) }),
    (.fundingOutOfRange, { $0.funding.clamp = .one }),
    (.fundingOutOfRange, { $0.funding.cap = Rate(units: -1) }),
    (.fundingOutOfRange, { $0.funding.cap = .one }),
    (.fundingOutOfRange, { $0.funding.impactNotional = Price(units: -1) }),
    (.indexOutOfRange, { $0.index.deviationMax = .one }),
    (.indexOutOfRange, { $0.index.deviationMax = Rate(units: -1) }),
    (.indexOutOfRange, { $0.index.staleAfterMilliseconds = -1 }),
    (.indexOutOfRange, { $0.index.staleAfterMilliseconds = .max }),
    (.noIndexSource, { $0.index = IndexTerms(weights: []) }),
    (.noIndexSource, { $0.index = IndexTerms(weights: [0, 0]) }),
    (.liquidationOutOfRange, { $0.liquidation.stepShare = Rate(units: 999_999) }),
    (.liquidationOutOfRange, { $0.liquidation.stepShare = Rate(units: 100_000_001) }),
    (.liquidationOutOfRange, { $0.liquidation.takeoverRatio = Rate(units: 100_000_000_001) }),
    (.liquidationOutOfRange, { $0.liquidation.takeoverRatio = Rate(units: -100_000_001) }),
    (.multiplierOutOfRange, { $0.contract.multiplier = .zero }),
    (.multiplierOutOfRange, { $0.contract.multiplier = Price(units: -1) }),
    (.multiplierOutOfRange, { $0.contract.multiplier = Price(units: 100_000_000_000_001) }),
    (
        // A contract of 101 quote units is worth more than 10¹⁰ coins at the lowest price.
        .orderTooLarge,
        {
            $0.contract.kind = .inverse
            $0.contract.multiplier = Price(101)
            $0.contract.tickSize = Price(units: 1)
            $0.limits.priceMin = Price(units: 1)
            $0.limits.priceMax = Price(2)
            $0.limits.quantityMin = $0.contract.stepSize
            $0.limits.quantityMax = $0.contract.stepSize
            $0.limits.marketQuantityMax = $0.contract.stepSize
        }
    ),
    (
        // 10,000 contracts of 100,001 quote units are worth more than 10¹³ coins at 0.0001.
        .orderTooLarge,
        {
            $0.contract.kind = .inverse
            $0.contract.multiplier = Price(100_001)
            $0.contract.tickSize = Price(units: 10_000)
            $0.limits.priceMin = Price(units: 10_000)
            $0.limits.priceMax = Price(2)
        }
    ),
]

@Suite struct `Rules of an instrument` {
    @Test func `possible rules pass`() throws {
        try possibleRules().validate()
    }

    @Test(arguments: spoiled.indices)
    func `impossible rules are refused with their reason`(index: Int) throws {
        var rules = try possibleRules()
        spoiled[index].spoil(&rules)
        #expect(throws: spoiled[index].error) { try rules.validate() }
    }

    @Test func `tiers may go without any deduction, but not with some`() throws {
        var rules = try possibleRules()
        rules.tiers.append(
            MarginTier(
                notionalFloor: rules.tiers[1].notionalCap,
                notionalCap: rules.tiers[1].notionalCap + Amount(1_000_000),
                leverageMax: 2,
                maintenanceRate: Rate(units: 20_000_000),
                deduction: .zero
            )
        )
        #expect(throws: RulesError.wrongDeduction) { try rules.validate() }
        rules.tiers[1].deduction = .zero
        try rules.validate()
    }

    @Test func `every reason is reached`() {
        #expect(Set(spoiled.map(\.error)) == Set(RulesError.allCases))
    }

    @Test func `one hundred times at one percent maintenance is born liquidatable`() throws {
        var rules = try possibleRules()
        rules.tiers = [rules.tiers[0]]
        rules.leverageDefault = 1
        // 1 ÷ leverage must exceed 1 % + twice 0.05 %: 90x does, 91x does not.
        rules.tiers[0].leverageMax = 90
        try rules.validate()
        for leverage in [91, 100] as [UInt16] {
            rules.tiers[0].leverageMax = leverage
            #expect(throws: RulesError.initialMarginTooSmall) { try rules.validate() }
        }
    }

    @Test func `numbers that only fit just so never trap`() throws {
        var generator = SeededGenerator(seed: 61)
        let possible = try possibleRules()
        var refusals = 0
        for _ in 0..<20_000 {
            var rules = possible
            switch generator.next() % 6 {
            case 0: rules.contract.tickSize = generator.number()
            case 1: rules.limits.priceMax = generator.number()
            case 2: rules.limits.quantityMax = generator.number()
            case 3: rules.fees.taker = generator.number()
            case 4: rules.tiers[1].maintenanceRate = generator.number()
            default: rules.tiers[1].notionalFloor = generator.amount()
            }
            do throws(RulesError) { try rules.validate() } catch { refusals += 1 }
        }
        #expect(refusals > 10_000)
    }

    /// Spec: RULE-001.
    @Test func `the changes that spell out a venue are in the order the engine needs`() throws {
        let rules = try possibleRules()
        let usdt = try #require(Symbol("USDT"))
        let venue = VenueRules(
            name: "test",
            assets: [usdt, rules.contract.symbol],
            instruments: [rules]
        )
        let id = InstrumentID(rawValue: 0)
        #expect(
            venue.changes == [
                .defineAsset(AssetID(rawValue: 0), usdt),
                .defineAsset(AssetID(rawValue: 1), rules.contract.symbol),
                .setContract(id, rules.contract),
                .setLimits(id, rules.limits),
                .setFees(id, rules.fees),
                .setFunding(id, rules.funding),
                .setMark(id, rules.mark),
                .setTriggers(id, rules.triggers),
                .setIndex(id, rules.index),
                .setLiquidation(id, rules.liquidation),
                .setTier(id, index: 0, rules.tiers[0]),
                .setTier(id, index: 1, rules.tiers[1]),
                .setLeverageDefault(id, 20),
                .openTrading(id),
            ]
        )
    }

    @Test func `the numbers of reasons are unique and never renumbered`() {
        // Journals and digests hold them: a changed line here means a broken journal.
        #expect(
            RejectReason.allCases.map(\.rawValue)
                == [0...3, 10...18, 20...41, 42...52, 60...63, 70...83].flatMap { Array($0) }
        )
        #expect(RejectReason.unknownInstrument.rawValue == 0)
        #expect(RejectReason.quantityNotPositive.rawValue == 10)
        #expect(RejectReason.duplicateClientOrderID.rawValue == 30)
        #expect(RejectReason.leverageOutOfRange.rawValue == 40)
        #expect(RejectReason.timeRunsBackwards.rawValue == 62)
        #expect(TransferReason.liquidationRemainder.rawValue == 9)
        #expect(OrderCloseReason.amendedIntoCross.rawValue == 6)
        #expect(RejectReason.transferToSelf.rawValue == 81)
        #expect(RejectReason.timeOutOfRange.rawValue == 82)
        #expect(OrderCloseReason.replaced.rawValue == 11)
        #expect(LiquidationCause.account.rawValue == 4)
        #expect(TransferReason.deficit.rawValue == 11)
        #expect(OrderCloseReason.deleveraging.rawValue == 10)
    }
}
