import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Error table` {
    @Test(arguments: RejectReason.allCases)
    func `every refusal has a code of the dialect and a client error's status`(
        reason: RejectReason
    ) {
        let error = DialectError(Refusal(reason, limit: Price(5)))
        #expect(error.code < 0)
        #expect(!error.message.isEmpty)
        switch reason {
        // These are answers to the venue's own commands; no request leads to them.
        case .impossibleRules, .rateOutOfRange, .timeRunsBackwards, .timeOutOfRange:
            #expect(error.status == 500)
        case .unknownAccount: #expect(error.status == 401)
        default: #expect(error.status == 400)
        }
    }

    /// Codes and texts as the exchange documents them; clients match several literally.
    @Test(
        arguments: [
            (.unknownInstrument, -1121, "Invalid symbol."),
            (.quantityNotPositive, -4003, "Quantity less than or equal to zero."),
            (.quantityBelowMin, -4004, "Quantity less than min quantity."),
            (.quantityAboveMax, -4005, "Quantity greater than max quantity."),
            (.quantityNotOnStep, -4023, "Qty not increased by step size."),
            (.priceNotPositive, -4001, "Price less than 0."),
            (.priceBelowMin, -4013, "Price less than min price."),
            (.priceAboveMax, -4002, "Price greater than max price."),
            (.priceNotOnTick, -4014, "Price not increased by tick size."),
            (
                .notionalBelowMin, -4164,
                "Order's notional must be no smaller than 5 (unless you choose reduce only)."
            ),
            (.priceAboveBand, -4016, "Limit price can't be higher than 5.00."),
            (.priceBelowBand, -4024, "Limit price can't be lower than 5.00."),
            (.emptyBook, -2020, "Unable to fill."),
            (
                .nothingWithinTakeBound, -4131,
                "The counterparty's best price does not meet the PERCENT_PRICE filter limit"
            ),
            (
                .postOnlyWouldTake, -5022,
                "Due to the order could not be executed as maker, the Post Only order will be "
                    + "rejected. The order will not be recorded in the order history"
            ),
            (
                .fillOrKillUnfillable, -5021,
                "Due to the order could not be filled immediately, the FOK order has been "
                    + "rejected. The order will not be recorded in the order history"
            ),
            (.duplicateClientOrderID, -4116, "ClientOrderId is duplicated."),
            (.insufficientMargin, -2019, "Margin is insufficient."),
            (
                .exceedsMaximumPosition, -2027,
                "Exceeded the maximum allowable position at current leverage."
            ),
            (.reduceOnlyRejected, -2022, "ReduceOnly Order is rejected."),
            (.tooManyOpenOrders, -2025, "Reach max open order limit."),
            (.wouldTriggerImmediately, -2021, "Order would immediately trigger."),
            (.tooManyConditionalOrders, -4045, "Reach max stop order limit."),
            (.callbackRateOutOfRange, -2007, "Invalid callBack rate."),
            (
                .conditionalOrderContradictory, -1128,
                "Combination of optional parameters invalid."
            ),
            (.inLiquidation, -2023, "User in liquidation mode now."),
            (.nothingToAmend, -5027, "No need to modify the order."),
            (.onlyLimitOrdersAmendable, -5025, "Only limit order is supported."),
            (
                .leverageReductionInsufficientMargin, -2028,
                "Leverage is smaller than permitted: insufficient margin balance."
            ),
            (
                .leverageReductionIsolatedPosition, -4161,
                "Leverage reduction is not supported in Isolated Margin Mode with open positions"
            ),
            (.marginModeUnchanged, -4046, "No need to change margin type."),
            (
                .marginModeOpenOrders, -4047,
                "Margin type cannot be changed if there exists open orders."
            ),
            (
                .marginModeOpenPosition, -4048,
                "Margin type cannot be changed if there exists position."
            ),
            (.amountNotPositive, -4055, "Amount must be positive."),
            (.insufficientBalance, -4050, "Cross balance insufficient."),
            (.notIsolatedPosition, -4049, "Add margin only support for isolated position."),
            (.isolatedMarginNoPosition, -4054, "Cannot add position margin: position is 0."),
            (.isolatedMarginRemovalTooLarge, -4051, "Isolated balance insufficient."),
        ] as [(RejectReason, Int, String)]
    )
    func `a refusal has its documented code and text`(
        reason: RejectReason,
        code: Int,
        message: String
    ) {
        let error = DialectError(Refusal(reason, limit: Price(5)), priceDecimals: 2)
        #expect(error.code == code)
        #expect(error.message == message)
    }

    @Test func `a missing order is unknown to a cancel and does not exist to others`() {
        let refusal = Refusal(.unknownOrder)
        #expect(DialectError(refusal, isCancel: true).code == -2011)
        #expect(DialectError(refusal, isCancel: true).message == "Unknown order sent.")
        #expect(DialectError(refusal).code == -2013)
        #expect(DialectError(refusal).message == "Order does not exist.")
    }

    @Test func `no message but a filter's own names a filter`() {
        // ccxt turns any error whose body holds one of these into an invalid order.
        for reason in RejectReason.allCases {
            let message = DialectError(Refusal(reason)).message
            #expect(!message.contains("LOT_SIZE"))
            #expect(!message.contains("PRICE_FILTER"))
        }
    }
}
