import PlimsollEngine
import PlimsollModel

/// Contracts that settle in the base coin.
extension FormulaChecks {
    static let inverse: [String: FormulaCheck] = [
        "UPNL_INVERSE": inverseUnrealized,
        "AVG_INCREASE_INVERSE": inverseAverage,
        "FEE_INVERSE": inverseFee,
        "TWO_WAY_FEE_INVERSE": inverseTwoWayFee,
        "MARGIN_FROM_SIZE_INV": inverseMargin,
        "SIZE_FROM_MARGIN_INV": inverseSize,
        "BANKRUPTCY_INVERSE": inverseBankruptcy,
        "LIQ_INVERSE_ISOLATED": inverseLiquidation,
        "LIQ_BYBIT_INVERSE_CROSS": inverseCross,
        "FUNDING_PAYMENT_INVERSE": inverseFunding,
    ]

    /// The profit in coins does not depend on the unit of the quote, so contracts and prices are
    /// taken in the smallest that a price can be written in: that keeps more of their decimals.
    @Sendable
    private static func inverseUnrealized(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let tenfold = ExactNumber(units: 10, scale: 0)
        let priceLimit = ExactNumber(units: 1_000_000_000, scale: 0)
        var count = ExactNumber(try inputs.faceValue("contracts"))
        var entry = try inputs.exact("entry_price")
        var mark = try inputs.exact("mark_price")
        let countLimit = ExactNumber(units: 10_000_000_000_000, scale: 0)
        while entry < priceLimit, mark < priceLimit, count.magnitude < countLimit, !count.isZero,
            entry > .zero, mark > .zero
        {
            (count, entry, mark) = (count * tenfold, entry * tenfold, mark * tenfold)
        }
        let profit = InverseContract.unrealizedPnL(
            faceValue: try inputs.amount(count, "contracts"),
            entryPrice: try inputs.positivePrice(entry, "entry_price"),
            markPrice: try inputs.positivePrice(mark, "mark_price")
        )
        return ["unrealized": .amount(profit)]
    }

    /// The mean depends on no unit, so counts and prices are taken as finely as 127 bits allow.
    @Sendable
    private static func inverseAverage(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var increases: [(quantity: ExactNumber, price: ExactNumber)] = []
        for row in try inputs.rows("increase") {
            let increase = (quantity: try row.exact("qty"), price: try row.exact("price"))
            guard !increase.quantity.isZero else { continue }
            guard increase.price > .zero else { throw .refused }
            if let first = increases.first,
                first.quantity.isNegative != increase.quantity.isNegative
            {
                throw .refused
            }
            increases.append(increase)
        }
        guard !increases.isEmpty else { return ["avg_entry": .undefined] }
        let countScale = (0...8).first { scale in
            increases.allSatisfy { increase in
                guard let units = increase.quantity.units(scale: scale) else { return false }
                return ExactNumber(units: units, scale: scale) == increase.quantity
            }
        }
        for scale in (8...30).reversed() {
            if let average = average(of: increases, countScale: countScale ?? 8, scale: scale) {
                return ["avg_entry": .number(ExactNumber(units: average, scale: scale))]
            }
        }
        throw .outOfRange("increase")
    }

    private static func average(
        of increases: [(quantity: ExactNumber, price: ExactNumber)],
        countScale: Int,
        scale: Int
    ) -> Int128? {
        var contracts: Int128 = 0
        var average: Int128 = 0
        for increase in increases {
            guard let added = increase.quantity.magnitude.units(scale: countScale), added > 0,
                let price = increase.price.units(scale: scale), price > 0
            else { return nil }
            if contracts == 0 {
                average = price
            } else {
                guard
                    let next = InverseContract.averageEntry(
                        contracts: contracts,
                        average: average,
                        adding: added,
                        at: price
                    )
                else { return nil }
                average = next
            }
            contracts += added
        }
        return average
    }

    @Sendable
    private static func inverseFee(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let value = InverseContract.value(
            of: try inputs.amount("contracts"),
            at: try inputs.positivePrice("price")
        )
        return ["fee": .amount(tradingFee(on: value, rate: try inputs.rate("fee_rate")))]
    }

    @Sendable
    private static func inverseTwoWayFee(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let fee = Bybit.inverseTwoWayFee(
            side: try inputs.side(),
            contracts: try inputs.quantity("contracts"),
            price: try inputs.positivePrice("price"),
            leverage: try inputs.leverage(),
            rate: try inputs.rate("fee_rate")
        )
        return ["fee": .quotient(fee)]
    }

    @Sendable
    private static func inverseMargin(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let margin = InverseContract.margin(
            of: try inputs.amount("size").magnitude,
            at: try inputs.positivePrice("price"),
            leverage: try inputs.leverage()
        )
        return ["margin": .amount(margin)]
    }

    @Sendable
    private static func inverseSize(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let size = InverseContract.size(
            margin: try inputs.amount("margin"),
            leverage: try inputs.leverage(),
            price: try inputs.positivePrice("price")
        )
        return ["size": .amount(size)]
    }

    @Sendable
    private static func inverseBankruptcy(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let price = InverseContract.bankruptcyPrice(
            side: try inputs.side(),
            entryPrice: try inputs.positivePrice("entry_price"),
            leverage: try inputs.leverage()
        )
        return ["bankruptcy_price": .price(price)]
    }

    @Sendable
    private static func inverseLiquidation(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let price = InverseContract.liquidationPrice(
            side: try inputs.side(),
            entryPrice: try inputs.positivePrice("entry_price"),
            leverage: try inputs.leverage(),
            maintenanceRate: try inputs.rate("mmr")
        )
        return ["liquidation_price": .price(price)]
    }

    @Sendable
    private static func inverseCross(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        try inputs.requireLong()
        let contracts = try inputs.quantity("contracts")
        guard contracts > .zero else { throw .refused }
        let prices = Bybit.inverseCrossLongPrices(
            contracts: contracts,
            entryPrice: try inputs.positivePrice("entry_price"),
            balance: try inputs.amount("balance"),
            maintenanceRate: try inputs.rate("mmr"),
            takerFee: try inputs.rate("taker_fee"),
            tick: try inputs.positivePrice("tick")
        )
        return [
            "bankruptcy_price": .fixed(prices?.bankruptcy ?? .zero),
            "liquidation_price": .fixed(prices?.liquidation ?? .zero),
        ]
    }

    @Sendable
    private static func inverseFunding(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let payment = InverseContract.fundingPayment(
            faceValue: try inputs.faceValue("contracts"),
            markPrice: try inputs.positivePrice("mark_price"),
            rate: try inputs.rate("rate")
        )
        return ["payment": .amount(payment)]
    }
}

extension VectorInputs {
    /// Contracts times their multiplier, one where none is named; negative for a short.
    fileprivate func faceValue(_ name: String) throws(ConformanceProblem) -> Amount {
        var value = try exact(name)
        if has("multiplier") { value = try value * exact("multiplier") }
        return try amount(side() == .buy ? value : -value, name)
    }
}

extension VectorOutcome {
    static func quotient(_ quotient: ExactQuotient) -> VectorOutcome {
        .number(
            ExactNumber(units: quotient.numerator, scale: 0)
                / ExactNumber(units: quotient.denominator, scale: 0)
        )
    }

    /// A price that has not been rounded; zero where there is none.
    static func price(_ price: ExactQuotient?) -> VectorOutcome {
        guard let price else { return .fixed(Price.zero) }
        return .number(
            ExactNumber(units: price.numerator, scale: Price.scale)
                / ExactNumber(units: price.denominator, scale: 0)
        )
    }
}
