import PlimsollEngine
import PlimsollModel

/// Who bears what a liquidation leaves: deleveraging, insurance funds, socialised losses.
extension FormulaChecks {
    static let losses: [String: FormulaCheck] = [
        "ADL_BINANCE_V1": score2019,
        "ADL_BITMEX_PERCENTILE": percentiles,
        "ADL_QUEUE": queue,
        "SOCIALISE_PRO_RATA": proRata,
        "PERP_BANKRUPTCY_PER_BASE": lossPerBase,
        "SPOT_BANKRUPTCY_INDEX": depositIndexLoss,
        "DRIFT_COVER": driftCover,
        "DRIFT_IF_FEE": driftFundFee,
        "DRIFT_LIABILITY_TRANSFER": driftTransfer,
    ]

    @Sendable
    private static func score2019(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let result = DeleveragingScore.binance2019(
            unrealizedPnL: try inputs.amount("unrealized_pnl"),
            walletBalance: try inputs.amount("wallet_balance"),
            marginRatio: try inputs.rate("margin_ratio")
        )
        return [
            "pnl_pct": .number(ExactNumber(units: result.profit.units, scale: 16)),
            "score": .number(ExactNumber(units: result.score.units, scale: 16)),
        ]
    }

    @Sendable
    private static func percentiles(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var accounts: [(name: String, quantity: Quantity, rank: Int64)] = []
        for row in try inputs.rows("accounts") {
            accounts.append(
                (try row.text("account"), try row.quantity("qty"), try row.count("rank"))
            )
        }
        accounts.sort { $0.rank > $1.rank }
        let percentiles = deleveragingPercentiles(queue: accounts.map(\.quantity))
        var outcome: [String: VectorOutcome] = [:]
        for (account, percentile) in zip(accounts, percentiles) {
            outcome[account.name] = .count(Int128(percentile))
        }
        return ["percentile": .object(outcome)]
    }

    @Sendable
    private static func queue(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var names: [String] = []
        var quantities: [Quantity] = []
        for row in try inputs.rows("queue") {
            names.append(try row.text("account"))
            quantities.append(try row.quantity("qty"))
        }
        let closing = try inputs.quantity("close_qty")
        let (fills, _) = deleveragingFills(queue: quantities, closing: closing)
        let filled = zip(names, fills).filter { $0.1 > .zero }
        return [
            "fills": .list(
                filled.map { .object(["account": .text($0.0), "qty": .fixed($0.1)]) }
            )
        ]
    }

    @Sendable
    private static func proRata(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var names: [String] = []
        var gains: [Int64] = []
        for row in try inputs.rows("gains") {
            names.append(try row.text("party"))
            gains.append(try row.count("gain"))
        }
        let receiver = try inputs.text("remainder_to")
        guard let index = names.firstIndex(of: receiver) else {
            throw .unreadable("remainder_to")
        }
        let payouts = Vega.socialise(
            gains: gains,
            collected: try inputs.count("collected"),
            remainderReceiver: index
        )
        var paid: [String: VectorOutcome] = [:]
        var missing: [String: VectorOutcome] = [:]
        for (index, name) in names.enumerated() {
            paid[name] = .count(Int128(payouts[index]))
            missing[name] = .count(Int128(gains[index]) - Int128(payouts[index]))
        }
        return ["payouts": .object(paid), "shortfall": .object(missing)]
    }

    @Sendable
    private static func lossPerBase(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let perBase = Drift.lossPerBase(
            loss: try inputs.count("loss", scale: 6),
            longBase: try inputs.count("long_base", scale: 9),
            shortBase: try inputs.count("short_base", scale: 9)
        )
        guard let perBase else { throw .refused }
        return ["per_base": .number(ExactNumber(units: perBase, scale: 6))]
    }

    @Sendable
    private static func depositIndexLoss(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let share = Drift.depositIndexLoss(
            loss: try inputs.count("loss", scale: 6),
            deposits: try inputs.count("deposits", scale: 6)
        )
        return ["index_loss": .number(ExactNumber(units: share, scale: 10))]
    }

    @Sendable
    private static func driftCover(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let base = Drift.baseToCover(
            shortage: try inputs.count("shortage", scale: 6),
            maintenanceRate: try inputs.share("mmr"),
            liquidationFee: try inputs.share("liquidation_fee"),
            fundFee: try inputs.share("if_fee"),
            price: try inputs.oraclePrice("price"),
            quotePrice: try inputs.oraclePrice("quote_price")
        )
        guard let base else { return ["base_amount": .undefined] }
        return ["base_amount": .number(ExactNumber(units: base, scale: 9))]
    }

    @Sendable
    private static func driftFundFee(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let fee = Drift.insuranceFundFee(
            shortage: try inputs.count("shortage", scale: 6),
            maintenanceRate: try inputs.share("mmr"),
            liquidationFee: try inputs.share("liquidation_fee"),
            price: try inputs.oraclePrice("price"),
            quotePrice: try inputs.oraclePrice("quote_price"),
            base: try inputs.count("base_amount", scale: 9),
            feeMax: try inputs.share("max_if_fee")
        )
        return ["if_fee": .number(ExactNumber(units: Int128(fee), scale: 6))]
    }

    @Sendable
    private static func driftTransfer(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let multiplier = try inputs.share("liability_multiplier")
        guard multiplier > 0 else { throw .refused }
        let transfer = Drift.liabilityTransfer(
            shortage: try inputs.count("shortage", scale: 6),
            assetWeight: try inputs.share("asset_weight"),
            assetMultiplier: try inputs.share("asset_multiplier"),
            liabilityWeight: try inputs.share("liability_weight"),
            liabilityMultiplier: multiplier,
            fundFee: try inputs.share("if_fee"),
            liabilityPrice: try inputs.oraclePrice("liability_price")
        )
        guard let transfer else { return ["liability_transfer": .undefined] }
        return ["liability_transfer": .number(ExactNumber(units: transfer, scale: 9))]
    }
}

extension VectorInputs {
    /// A rate in 10⁻⁶.
    fileprivate func share(_ name: String) throws(ConformanceProblem) -> Int64 {
        let share = try count(name, scale: 6)
        guard abs(share) <= 100_000_000 else { throw .outOfRange(name) }
        return share
    }

    /// A price in 10⁻⁶; below zero there is none.
    fileprivate func oraclePrice(_ name: String) throws(ConformanceProblem) -> Int64 {
        let price = try count(name, scale: 6)
        guard price >= 0 else { throw .refused }
        guard price <= 10_000_000_000_000_000 else { throw .outOfRange(name) }
        return price
    }
}
