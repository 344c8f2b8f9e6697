import PlimsollEngine
import PlimsollModel

extension FormulaChecks {
    @Sendable
    static func payment(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let size = try inputs.quantity("qty")
        let quantity = try inputs.side() == .buy ? size : -size
        let payment = fundingPayment(
            quantity: quantity,
            markPrice: try inputs.price("mark_price"),
            rate: try inputs.rate("rate"),
            rounding: nil
        )
        return ["payment": .amount(payment)]
    }

    @Sendable
    static func paymentSum(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let size = try inputs.quantity("qty")
        let quantity = try inputs.side() == .buy ? size : -size
        let grace = try inputs.whole("cutoff_seconds")
        guard (0...60).contains(grace) else { throw .outOfRange("cutoff_seconds") }
        let first = firstFundingTime(
            openTime: try inputs.time("open_time"),
            graceMilliseconds: grace * 1000
        )
        let last = try inputs.time("close_time")
        var sum = Amount.zero
        for settlement in try inputs.rows("settlements")
        where (first...max(first, last)).contains(try settlement.time("time")) {
            sum += fundingPayment(
                quantity: quantity,
                markPrice: try settlement.price("mark_price"),
                rate: try settlement.rate("rate"),
                rounding: nil
            )
        }
        return ["payment": .amount(sum)]
    }

    @Sendable
    static func rateClamp(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let rate = fundingRate(
            premium: try inputs.rate("premium"),
            interest: try inputs.rate("interest"),
            clamp: try inputs.rate("clamp"),
            cap: inputs.has("cap") ? try inputs.rate("cap") : nil
        )
        return ["funding_rate": .fixed(rate)]
    }

    /// The wallet before is what lies in the cross wallet and what lies in isolated positions; funding
    /// reaches the one that its position stands on.
    @Sendable
    static func fundingWallets(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let wallet = try inputs.amount("wallet_before")
        let cross = try inputs.amount("cross_wallet_before")
        let funding = try inputs.amount("fee")
        let isIsolated: Bool
        switch try inputs.text("margin_type") {
        case "isolated": isIsolated = true
        case "cross": isIsolated = false
        default: throw .unreadable("margin_type")
        }
        let isolatedAfter = wallet - cross + (isIsolated ? funding : .zero)
        let walletAfter = wallet + funding
        return [
            "wallet_after": .amount(walletAfter),
            "cross_wallet_after": .amount(
                crossWalletBalance(walletBalance: walletAfter, isolatedWallets: isolatedAfter)
            ),
        ]
    }

    @Sendable
    static func fundingBasis(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let hour = ExactNumber(units: 3_600_000, scale: 0)
        guard
            let left = try (inputs.exact("hours_to_funding") * hour).units(scale: 0),
            let interval = try (inputs.exact("interval_hours") * hour).units(scale: 0),
            let leftMilliseconds = Int64(exactly: left),
            let intervalMilliseconds = Int64(exactly: interval), intervalMilliseconds > 0,
            (0...intervalMilliseconds).contains(leftMilliseconds)
        else { throw .unreadable("interval_hours") }
        let price = fundingBasisPrice(
            index: try inputs.price("index_price"),
            fundingRate: try inputs.rate("last_funding_rate", max: 1),
            timeToFunding: leftMilliseconds,
            interval: intervalMilliseconds
        )
        return ["price_1": .fixed(price)]
    }
}
