import PlimsollEngine
import PlimsollModel

/// What dYdX v4 reckons.
extension FormulaChecks {
    static let dydx: [String: FormulaCheck] = [
        "MM_PPM_TRUNC": maintenancePPM,
        "IM_PPM_OI": scaledRate,
        "IM_OI_SCALED": scaledMargin,
        "MARGIN_QQ": quantumMargins,
        "DYDX_CLAMP": fundingClamp,
        "DYDX_FUNDING_TICK": fundingTick,
        "DYDX_INDEX_DELTA": indexDelta,
        "DYDX_SETTLEMENT": settlement,
        "BANKRUPTCY_ACCOUNT_SHARE": accountShare,
        "DYDX_FILLABLE": fillablePrice,
        "DYDX_FUND_DELTA": fundDelta,
        "ADL_DYDX_MATCH": deleverage,
        "FUND_CAN_PAY": fundCanPay,
    ]

    @Sendable
    private static func maintenancePPM(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let rate = DYDX.maintenancePPM(
            initialPPM: try inputs.partsPerMillion("im_ppm"),
            fractionPPM: try inputs.partsPerMillion("mf_ppm")
        )
        return ["mm_ppm": .count(Int128(rate))]
    }

    @Sendable
    private static func scaledRate(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["im_ppm": .count(Int128(try initialPPM(inputs)))]
    }

    @Sendable
    private static func scaledMargin(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let margin = DYDX.initialMargin(
            of: Int128(try inputs.count("notional_qq")),
            ratePPM: try initialPPM(inputs)
        )
        return ["initial_margin_qq": .count(margin)]
    }

    @Sendable
    private static func quantumMargins(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let maintenance = DYDX.maintenanceMargin(
            of: Int128(try inputs.count("notional_qq")),
            initialPPM: try inputs.partsPerMillion("im_ppm"),
            fractionPPM: try inputs.partsPerMillion("mf_ppm")
        )
        var outcome = try scaledMargin(inputs)
        outcome["maintenance_margin_qq"] = .count(maintenance)
        return outcome
    }

    private static func initialPPM(_ inputs: VectorInputs) throws(ConformanceProblem) -> Int64 {
        DYDX.initialPPM(
            basePPM: try inputs.partsPerMillion("im_ppm"),
            openInterest: Int128(try inputs.count("oi_notional")),
            lowerCap: Int128(try inputs.count("lower_cap")),
            upperCap: Int128(try inputs.count("upper_cap"))
        )
    }

    @Sendable
    private static func fundingClamp(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["clamp_ppm": .count(try clamp(inputs))]
    }

    private static func clamp(_ inputs: VectorInputs) throws(ConformanceProblem) -> Int128 {
        DYDX.fundingClampPPM(
            factorPPM: try inputs.count("clamp_factor_ppm"),
            initialPPM: try inputs.partsPerMillion("im_ppm"),
            fractionPPM: try inputs.partsPerMillion("mf_ppm")
        )
    }

    @Sendable
    private static func fundingTick(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var samples: [WeightedValue] = []
        for row in try inputs.rows("samples") {
            samples.append(
                WeightedValue(try row.count("value"), weight: try row.count("count"))
            )
        }
        let rate = DYDX.fundingRatePPM(
            samples: samples,
            expected: try inputs.count("samples_expected"),
            defaultPPM: try inputs.count("default_ppm"),
            clampPPM: try clamp(inputs)
        )
        guard let narrow = Int64(exactly: rate) else { throw .outOfRange("clamp_factor_ppm") }
        return [
            "rate_8h_ppm": .count(rate),
            "funding_index_delta": .count(
                try indexDelta(inputs, ratePPM: narrow, elapsedSeconds: 3600)
            ),
        ]
    }

    @Sendable
    private static func indexDelta(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let delta = try indexDelta(
            inputs,
            ratePPM: inputs.count("rate_8h_ppm"),
            elapsedSeconds: inputs.count("elapsed_s")
        )
        return ["funding_index_delta": .count(delta)]
    }

    private static func indexDelta(
        _ inputs: VectorInputs,
        ratePPM: Int64,
        elapsedSeconds: Int64
    ) throws(ConformanceProblem) -> Int128 {
        let delta = DYDX.fundingIndexDelta(
            priceValue: try inputs.count("price_value"),
            priceExponent: try inputs.count("price_exponent"),
            baseResolution: try inputs.count("base_resolution"),
            ratePPM: ratePPM,
            elapsedSeconds: elapsedSeconds
        )
        guard let delta else { throw .outOfRange("price_exponent") }
        return delta
    }

    @Sendable
    private static func settlement(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let settlement = DYDX.settlementPPM(
            indexDelta: try inputs.whole("index_delta"),
            quantums: try inputs.whole("quantums")
        )
        return ["settlement_ppm": .count(settlement)]
    }

    @Sendable
    private static func accountShare(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let account = try inputs.account()
        let delta = DYDX.bankruptcyQuoteDelta(
            of: account,
            closing: try inputs.closedPosition(),
            by: try inputs.quantity("close_delta")
        )
        guard let delta else { throw .refused }
        return ["quote_delta": .amount(delta)]
    }

    @Sendable
    private static func fillablePrice(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let account = try inputs.account()
        let index = try inputs.closedPosition()
        guard account.positions[index].isReduced(by: try inputs.quantity("close_delta")) else {
            throw .refused
        }
        let price = DYDX.fillablePrice(
            of: account,
            closing: index,
            adjustment: try inputs.rate("bankruptcy_adjustment", max: 10_000),
            spread: try inputs.rate("spread_to_mmr")
        )
        guard let price else { throw .refused }
        return ["fillable_price": .fixed(price)]
    }

    @Sendable
    private static func fundDelta(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let delta = DYDX.insuranceFundDelta(
            of: try inputs.account(),
            closing: try inputs.closedPosition(),
            by: try inputs.quantity("close_delta"),
            at: try inputs.price("fill_price"),
            feeMax: try inputs.rate("max_fee")
        )
        guard let delta else { throw .refused }
        return ["fund_delta": .amount(delta)]
    }

    @Sendable
    private static func deleverage(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var liquidated = try inputs.party("liquidated")
        for row in try inputs.rows("extra_positions") {
            liquidated.positions.append(try row.dydxPosition(size: row.quantity("size")))
        }
        let price: DYDX.DeleveragingPrice
        switch try inputs.text("fill_price") {
        case "bankruptcy": price = .bankruptcy
        case "oracle": price = .oracle
        default: throw .unreadable("fill_price")
        }
        let match = DYDX.deleverage(
            liquidated,
            against: try inputs.party("offsetting"),
            by: try inputs.quantity("delta"),
            at: price
        )
        guard let match else { throw .refused }
        return [
            "liquidated_usdc": .amount(match.liquidated.quoteBalance),
            "liquidated_size": .fixed(match.liquidated.positions[0].size),
            "offsetting_usdc": .amount(match.offsetting.quoteBalance),
            "offsetting_size": .fixed(match.offsetting.positions[0].size),
        ]
    }

    @Sendable
    private static func fundCanPay(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let isAllowed = insuranceFundCanTake(
            try inputs.amount("fund_delta"),
            balance: try inputs.amount("fund_balance")
        )
        return ["allowed": .flag(isAllowed)]
    }
}

extension VectorInputs {
    /// A rate within 0 and 100 %.
    fileprivate func partsPerMillion(_ name: String) throws(ConformanceProblem) -> Int64 {
        let rate = try count(name)
        guard (0...1_000_000).contains(rate) else { throw .refused }
        return rate
    }

    fileprivate func dydxPosition(size: Quantity) throws(ConformanceProblem) -> DYDX.Position {
        let position = DYDX.Position(
            size: size,
            oraclePrice: try price("oracle_price"),
            maintenanceRate: try rate("mmr", max: 1)
        )
        guard position.netNotional.magnitude <= InstrumentRules.notionalMax else {
            throw .outOfRange("oracle_price")
        }
        return position
    }

    fileprivate func account() throws(ConformanceProblem) -> DYDX.Account {
        var positions: [DYDX.Position] = []
        for row in try rows("positions") {
            positions.append(try row.dydxPosition(size: row.quantity("size")))
        }
        return DYDX.Account(quoteBalance: try amount("usdc_balance"), positions: positions)
    }

    /// Which of the positions is closed; without one there is nothing to close.
    fileprivate func closedPosition() throws(ConformanceProblem) -> Int {
        let asset = try text("close_asset")
        for (index, row) in try rows("positions").enumerated()
        where try row.text("asset") == asset {
            return index
        }
        throw .refused
    }

    /// One side of a deleveraging, whose position is in the market of the vector.
    fileprivate func party(_ name: String) throws(ConformanceProblem) -> DYDX.Account {
        guard case .object(let members)? = values[name] else { throw .missing(name) }
        let party = VectorInputs(values: members)
        return DYDX.Account(
            quoteBalance: try party.amount("usdc"),
            positions: [try dydxPosition(size: party.quantity("size"))]
        )
    }
}

extension VectorOutcome {
    static func count(_ count: Int128) -> VectorOutcome {
        .number(ExactNumber(units: count, scale: 0))
    }
}
