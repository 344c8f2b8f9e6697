import PlimsollModel

/// The rules of a stream's venue: three instruments of unlike scale, with numbers from the seed.
enum StreamRules {
    static func changes(_ random: inout StreamRandom, _ shape: StreamShape) -> [RuleChange] {
        var changes: [RuleChange] = []
        for (index, name) in ["USDT", "USDC", "ETH", "LTC", "DUST"].enumerated() {
            guard let symbol = Symbol(name) else { preconditionFailure("\(name) is a symbol") }
            changes.append(.defineAsset(AssetID(rawValue: UInt16(index)), symbol))
        }
        changes += instrument(
            0,
            "ETHUSDT",
            base: 2,
            settle: 0,
            tick: 1_000_000,
            step: 100_000,
            priceMax: 100_000_000_000_0,
            quantityMax: 1_000_000_000_000,
            &random,
            shape
        )
        changes += instrument(
            1,
            "LTCUSDT",
            base: 3,
            settle: 0,
            tick: 5_000_000,
            step: 1_000_000,
            priceMax: 100_000_000_000_0,
            quantityMax: 1_000_000_000_000,
            &random,
            shape
        )
        changes += instrument(
            2,
            "DUSTUSDC",
            base: 4,
            settle: shape.secondSettleAsset ? 1 : 0,
            tick: 1,
            step: 100_000_000,
            priceMax: 200_000_000,
            quantityMax: 100_000_000_000_000_0,
            &random,
            shape
        )
        return changes
    }

    /// Where an instrument's index begins.
    static func startPrice(_ index: Int) -> Int64 {
        [200_000_000_000, 8_000_000_000, 1_234_567][index]
    }

    private static func instrument(
        _ number: UInt16,
        _ name: String,
        base: UInt16,
        settle: UInt16,
        tick: Int64,
        step: Int64,
        priceMax: Int64,
        quantityMax: Int64,
        _ random: inout StreamRandom,
        _ shape: StreamShape
    ) -> [RuleChange] {
        guard let symbol = Symbol(name) else { preconditionFailure("\(name) is a symbol") }
        let id = InstrumentID(rawValue: number)
        let one = Price.unitsPerOne
        let isInverse = number == 1 && shape.inverse && random.one(in: 2)
        let contract = ContractTerms(
            symbol: symbol,
            baseAsset: AssetID(rawValue: base),
            settleAsset: AssetID(rawValue: settle),
            priceDecimals: 8,
            quantityDecimals: 8,
            tickSize: Price(units: tick),
            stepSize: Quantity(units: step),
            kind: isInverse ? .inverse : .linear,
            multiplier: isInverse
                ? Price(units: random.pick([one, one * 10, one + 1]) ?? one) : Price(1)
        )
        let limits = OrderLimits(
            priceMin: Price(units: tick * 10),
            priceMax: Price(units: priceMax),
            quantityMin: Quantity(units: step * Int64(1 + random.below(3))),
            quantityMax: Quantity(units: quantityMax),
            marketQuantityMax: Quantity(units: quantityMax / 2),
            notionalMin: Price(units: random.pick([0, 500_000_000, 2_000_000_001]) ?? 0),
            priceBand: Rate(units: random.pick([5_000_000, 10_000_000, 33_333_333]) ?? 1),
            marketTakeBound: Rate(units: random.pick([5_000_000, 2_000_001, 30_000_000]) ?? 1),
            openOrderCountMax: random.pick([3, 10, 200]) ?? 1
        )
        let taker: Int64 = random.pick([0, 50_000, 40_001]) ?? 0
        let fees = FeeSchedule(
            maker: Rate(units: random.pick([0, 20_000, 13_333]) ?? 0),
            taker: Rate(units: taker),
            liquidation: Rate(units: random.pick([0, 1_250_000, 300_001]) ?? 0)
        )
        let funding = funding(&random, shape)
        let mark = MarkPriceTerms(
            intervalMilliseconds: random.pick([1000, 3000, 777]) ?? 1,
            sampleIntervalMilliseconds: random.pick([5000, 1000]) ?? 1,
            sampleCount: UInt8(random.pick([1, 4, 30, 60]) ?? 1),
            method: shape.markMethods && random.one(in: 3)
                ? random.pick(MarkMethod.allCases) ?? .median : .median
        )
        let triggers = TriggerTerms(
            protect: Rate(units: random.pick([5_000_000, 500_001, 100_000]) ?? 1),
            countMax: random.pick([2, 10, 10]) ?? 1
        )
        let tiers = tiers(&random)
        var changes: [RuleChange] = [
            .setContract(id, contract), .setLimits(id, limits), .setFees(id, fees),
            .setFunding(id, funding), .setMark(id, mark), .setTriggers(id, triggers),
            .setIndex(id, index(&random, shape)),
            .setLiquidation(id, liquidation(&random, shape)),
        ]
        for (place, tier) in tiers.enumerated() {
            changes.append(.setTier(id, index: UInt8(place), tier))
        }
        let leverage = UInt16(1 + random.below(Int(tiers.first?.leverageMax ?? 1)))
        changes += [.setLeverageDefault(id, leverage), .openTrading(id)]
        return changes
    }

    static func funding(_ random: inout StreamRandom, _ shape: StreamShape) -> FundingTerms {
        let follows = shape.premiums && random.one(in: 2)
        let one = Price.unitsPerOne
        let impact: [Int64] = [10, 100, 1_000, 20_000]
        return FundingTerms(
            intervalMilliseconds: random.pick([3_600_000, 28_800_000, 14_400_000]) ?? 1,
            rate: Rate(units: random.within(-300_000...300_000)),
            interest: Rate(units: random.pick([0, 10_000, -33_333, 10_001]) ?? 0),
            clamp: Rate(units: random.pick([0, 50_000, 1]) ?? 0),
            cap: Rate(units: random.pick([0, 300_000, 1, 99_999_999]) ?? 0),
            impactNotional: follows ? Price(units: one * (random.pick(impact) ?? 1)) : .zero,
            averaging: random.one(in: 2) ? .linear : .mean,
            notional: shape.premiums && random.one(in: 3) ? .index : .mark
        )
    }

    private static func index(_ random: inout StreamRandom, _ shape: StreamShape) -> IndexTerms {
        guard shape.indexSources, random.one(in: 3) else { return IndexTerms() }
        let weights: [[UInt16]] = [[1], [1, 1], [3, 0, 2, 5], [1, 2, 3, 4, 5], [.max, 1, 1]]
        return IndexTerms(
            weights: random.pick(weights) ?? [1],
            deviationMax: Rate(units: random.pick([0, 1_000_000, 5_000_000, 300_000]) ?? 0),
            staleAfterMilliseconds: random.pick([0, 5_000, 20_000, 100_000]) ?? 0
        )
    }

    private static func liquidation(
        _ random: inout StreamRandom,
        _ shape: StreamShape
    ) -> LiquidationTerms {
        guard shape.liquidationTerms, !random.one(in: 3) else { return LiquidationTerms() }
        return LiquidationTerms(
            boundary: random.pick(LiquidationBoundary.allCases) ?? .atMaintenance,
            step: random.pick(LiquidationStep.allCases) ?? .lowerTier,
            stepShare: Rate(units: random.pick([20_000_000, 33_333_333, 5_000_000]) ?? 1),
            includesCloseFee: random.one(in: 3),
            takeoverRatio: Rate(units: random.pick([100_000_000, 10_000_000, 0, -1]) ?? 0),
            rank: random.pick(DeleveragingRank.allCases) ?? .leveragedProfit,
            price: random.one(in: 3) ? .markWhenFar : .bankruptcy
        )
    }

    private static func tiers(_ random: inout StreamRandom) -> [MarginTier] {
        let count = 1 + random.below(5)
        var rate = Int64(random.pick([400_000, 500_000, 1_000_000]) ?? 1)
        var leverage = UInt16(random.pick([100, 75, 50, 20]) ?? 1)
        // Room for the taker fee in and out.
        while (rate + 100_000) * Int64(leverage) >= 100_000_000 { leverage -= 1 }
        var floor = Amount.zero
        var deduction = Amount.zero
        var tiers: [MarginTier] = []
        for index in 0..<count {
            let cap =
                index == count - 1
                ? Amount(1_000_000_000)
                : floor + Amount(units: Int128(random.within(1...40_000)) * 10_000_000_000_000_000)
            tiers.append(
                MarginTier(
                    notionalFloor: floor,
                    notionalCap: cap,
                    leverageMax: leverage,
                    maintenanceRate: Rate(units: rate),
                    deduction: deduction
                )
            )
            let step = random.within(100_000...2_000_000)
            // A whole floor times a rate is whole in the units of money.
            deduction += Amount(units: cap.units / 100_000_000 * Int128(step))
            floor = cap
            rate += step
            while (rate + 100_000) * Int64(leverage) >= 100_000_000 { leverage -= 1 }
        }
        return tiers
    }
}
