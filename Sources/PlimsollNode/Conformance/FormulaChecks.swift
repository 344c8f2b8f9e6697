import PlimsollEngine
import PlimsollModel

/// Computes one vector with the venue's own formulas.
typealias FormulaCheck =
    @Sendable (VectorInputs) throws(ConformanceProblem) -> [String: VectorOutcome]

/// Which formula of the venue answers which formula id of the vectors.
///
/// A check translates names and shapes. The computing is done by the functions that the engine itself
/// calls, since only then does a vector say anything about the venue.
enum FormulaChecks {
    static let all: [String: FormulaCheck] = {
        let rooms = [
            defaultProfile, inverse, otherLiquidations, dydx, otherPrices, losses, spotMargin,
            orders,
        ]
        // An id that stood twice would hide one of its formulas: that traps, in the first test.
        return Dictionary(uniqueKeysWithValues: rooms.joined().map { ($0.key, $0.value) })
    }()

    private static let defaultProfile: [String: FormulaCheck] = [
        "LIQ_BINANCE_ONEWAY": liquidationOneWay,
        "LIQ_BINANCE_TIERED": liquidationTiered,
        "BANKRUPTCY_LINEAR": bankruptcyLinear,

        "TIER_LOOKUP": tierLookup,
        "MM_TIERED": maintenance,
        "MM_TIERED_T8": maintenanceReported,
        "MAINT_AMOUNT_LADDER": deductionLadder,

        "POSITION_FOLD": positionFold,
        "AVG_INCREASE_LINEAR": averageIncrease,
        "UPNL_LINEAR": unrealized,
        "UPNL_LINEAR_T8": unrealizedReported,
        "NOTIONAL_LINEAR": notional,
        "NOTIONAL_LINEAR_T8": notionalReported,
        "INITIAL_MARGIN": initialMarginOfNotional,
        "INITIAL_MARGIN_R8": initialMarginReported,
        "BREAK_EVEN": breakEven,
        "FEE_LINEAR": fee,
        "MARGIN_FROM_SIZE": marginFromSize,
        "SIZE_FROM_MARGIN": sizeFromMargin,
        "PNL_PCT": percentOnEntry,
        "ISOLATED_MARGIN": isolatedMarginOfWallet,
        "CROSS_WALLET": crossWallet,

        "ORDER_INITIAL_MARGIN": orderInitialMargin,
        "ORDER_OPEN_LOSS": openLoss,
        "ONE_WAY_REQUIREMENT": oneWayRequirement,
        "OPENING_TEST": openingTest,
        "AVAILABLE_BALANCE": available,
        "MAX_WITHDRAW": maxWithdraw,

        "FUNDING_PAYMENT": payment,
        "FUNDING_SUM": paymentSum,
        "FUNDING_RATE_CLAMP": rateClamp,
        "FUNDING_WALLETS": fundingWallets,

        "MARK_PRICE_1": fundingBasis,
    ]
}

extension VectorOutcome {
    static func amount(_ amount: Amount) -> VectorOutcome { .number(ExactNumber(amount)) }

    /// Money as the venue reports it: eight decimals, cut off.
    static func reported(_ amount: Amount) -> VectorOutcome {
        .amount(amount.rounded(toDecimals: 8, .down))
    }

    static func fixed<Number: FixedPoint>(_ number: Number) -> VectorOutcome {
        .number(ExactNumber(number))
    }
}
