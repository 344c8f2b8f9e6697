import PlimsollEngine
import PlimsollModel

/// Interest and margin levels of borrowed assets.
extension FormulaChecks {
    static let spotMargin: [String: FormulaCheck] = [
        "INTEREST_CEIL_HOURS_DAILY": dailyInterest,
        "INTEREST_KRAKEN_4H": rolloverInterest,
        "INTEREST_CLOCK_HOURS": clockInterest,
        "INTEREST_OKX_CLOCK": fullHourInterest,
        "MARGIN_LEVEL": level,
        "STATUS_3X": status,
        "KRAKEN_LEVEL": krakenLevel,
        "KRAKEN_CALL_PRICE_LONG": krakenCallPrice,
    ]

    @Sendable
    private static func dailyInterest(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let hours = MarginInterest.elapsedHours(milliseconds: try inputs.elapsed())
        return try interest(inputs, periods: hours, ratePeriods: 24)
    }

    @Sendable
    private static func rolloverInterest(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let rollovers = MarginInterest.rollovers(milliseconds: try inputs.elapsed())
        return try interest(inputs, periods: rollovers)
    }

    @Sendable
    private static func clockInterest(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let hours = MarginInterest.clockHours(
            from: try inputs.time("borrow_time"),
            to: try inputs.time("repay_time")
        )
        return try interest(inputs, periods: hours)
    }

    @Sendable
    private static func fullHourInterest(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let hours = MarginInterest.fullHours(
            from: try inputs.time("borrow_time"),
            to: try inputs.time("repay_time")
        )
        return try interest(inputs, periods: hours)
    }

    /// A rate written `a/b` is `a` for `b` periods.
    private static func interest(
        _ inputs: VectorInputs,
        periods: Int64,
        ratePeriods: Int64 = 1
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var rate = inputs
        var divisor = ratePeriods
        if case .text(let text)? = inputs.values["rate"] {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count == 2 {
                rate = VectorInputs(values: [
                    "rate": .text(String(parts[0])), "divisor": .text(String(parts[1])),
                ])
                let written = try rate.positiveCount("divisor")
                guard written <= 1_000_000 else { throw .outOfRange("rate") }
                divisor *= written
            }
        }
        let terms = MarginInterest(rate: try rate.rate("rate", max: 1), forPeriods: divisor)
        let interest = terms.interest(on: try inputs.amount("borrowed"), periods: periods)
        return ["interest": .amount(interest)]
    }

    @Sendable
    private static func level(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let name = inputs.has("total_liability") ? "total_liability" : "used_margin"
        let level = marginLevel(
            equity: try inputs.amount("equity"),
            against: try inputs.amount(name)
        )
        return ["margin_level": level.map { .quotient($0) } ?? .undefined]
    }

    @Sendable
    private static func status(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let name =
            switch MarginStatus(level: try inputs.rate("margin_level", max: 10_000_000_000)) {
            case .normal: "normal"
            case .marginCall: "margin_call"
            case .liquidation: "liquidation"
            }
        return ["status": .text(name)]
    }

    @Sendable
    private static func krakenLevel(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let standing = Kraken.MarginStanding(
            tradeBalance: try inputs.amount("trade_balance"),
            side: try inputs.side(),
            quantity: try inputs.quantity("qty"),
            entryPrice: try inputs.price("entry_price"),
            price: try inputs.price("price"),
            leverage: try inputs.leverage()
        )
        return [
            "equity": .amount(standing.equity),
            "used_margin": .amount(standing.usedMargin),
            "free_margin": .amount(standing.freeMargin),
            "margin_level": standing.level.map { .quotient($0) } ?? .undefined,
        ]
    }

    @Sendable
    private static func krakenCallPrice(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let quantity = try inputs.quantity("qty")
        guard quantity > .zero else { throw .refused }
        let price = Kraken.callPriceOfLong(
            tradeBalance: try inputs.amount("trade_balance"),
            quantity: quantity,
            entryPrice: try inputs.price("entry_price"),
            leverage: try inputs.leverage(),
            callLevel: try inputs.rate("call_level")
        )
        return ["call_price": .fixed(price)]
    }
}

extension VectorInputs {
    /// `minutes` in milliseconds.
    fileprivate func elapsed() throws(ConformanceProblem) -> Int64 {
        let minute = ExactNumber(units: 60_000, scale: 0)
        guard let units = try (exact("minutes") * minute).units(scale: 0),
            // Two centuries.
            let milliseconds = Int64(exactly: units),
            (0...100_000_000 * 60_000).contains(milliseconds)
        else { throw .outOfRange("minutes") }
        return milliseconds
    }
}
