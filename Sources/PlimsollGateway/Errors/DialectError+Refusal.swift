import PlimsollModel

extension DialectError {
    /// What a refusal of the engine is called in the dialect.
    ///
    /// - Parameters:
    ///   - refusal: From a `.refused` event.
    ///   - priceDecimals: Of the instrument, for the limits that some messages name.
    ///   - isCancel: A missing order is "unknown" to a cancel and "does not exist" to an amendment.
    init(_ refusal: Refusal, priceDecimals: Int = 8, isCancel: Bool = false) {
        switch refusal.reason {
        case .unknownInstrument, .unknownAsset: self = .symbolInvalid
        case .unknownAccount: self = .keyUnknown
        case .unknownOrder: self = isCancel ? .cancelUnknown : .orderUnknown

        case .quantityNotPositive: self = .quantityNotPositive
        case .quantityBelowMin: self.init(-4004, "Quantity less than min quantity.")
        case .quantityAboveMax: self.init(-4005, "Quantity greater than max quantity.")
        case .quantityNotOnStep: self.init(-4023, "Qty not increased by step size.")
        case .priceNotPositive: self = .priceNotPositive
        case .priceBelowMin: self.init(-4013, "Price less than min price.")
        case .priceAboveMax: self.init(-4002, "Price greater than max price.")
        case .priceNotOnTick: self.init(-4014, "Price not increased by tick size.")
        case .notionalBelowMin:
            self.init(
                -4164,
                "Order's notional must be no smaller than \(refusal.limit) "
                    + "(unless you choose reduce only)."
            )

        case .priceAboveBand:
            let limit = refusal.limit.text(decimals: priceDecimals)
            self.init(-4016, "Limit price can't be higher than \(limit).")
        case .priceBelowBand:
            let limit = refusal.limit.text(decimals: priceDecimals)
            self.init(-4024, "Limit price can't be lower than \(limit).")
        case .noMarkPrice, .emptyBook: self.init(-2020, "Unable to fill.")
        case .nothingWithinTakeBound:
            self.init(
                -4131,
                "The counterparty's best price does not meet the PERCENT_PRICE filter limit"
            )
        case .postOnlyWouldTake:
            self.init(
                -5022,
                "Due to the order could not be executed as maker, the Post Only order will be "
                    + "rejected. The order will not be recorded in the order history"
            )
        case .fillOrKillUnfillable:
            self.init(
                -5021,
                "Due to the order could not be filled immediately, the FOK order has been "
                    + "rejected. The order will not be recorded in the order history"
            )
        case .tradingNotOpen:
            self.init(
                -4108,
                "Symbol is on delivering or delivered or settling or closed or pre-trading."
            )

        case .duplicateClientOrderID: self.init(-4116, "ClientOrderId is duplicated.")
        case .insufficientMargin: self.init(-2019, "Margin is insufficient.")
        case .exceedsMaximumPosition:
            self.init(-2027, "Exceeded the maximum allowable position at current leverage.")
        case .reduceOnlyRejected: self.init(-2022, "ReduceOnly Order is rejected.")
        case .tooManyOpenOrders: self.init(-2025, "Reach max open order limit.")
        case .inLiquidation: self.init(-2023, "User in liquidation mode now.")
        case .nothingToAmend: self.init(-5027, "No need to modify the order.")
        case .onlyLimitOrdersAmendable: self.init(-5025, "Only limit order is supported.")

        case .wouldTriggerImmediately: self.init(-2021, "Order would immediately trigger.")
        case .tooManyConditionalOrders: self.init(-4045, "Reach max stop order limit.")
        case .callbackRateOutOfRange: self = .callbackRateInvalid
        case .conditionalOrderContradictory: self = .combinationInvalid

        case .leverageOutOfRange: self = .leverageInvalid("\(refusal.limit)")
        case .leverageReductionInsufficientMargin:
            self.init(
                -2028,
                "Leverage is smaller than permitted: insufficient margin balance."
            )
        case .leverageReductionIsolatedPosition:
            self.init(
                -4161,
                "Leverage reduction is not supported in Isolated Margin Mode with open positions"
            )
        case .marginModeUnchanged: self.init(-4046, "No need to change margin type.")
        case .marginModeOpenOrders:
            self.init(-4047, "Margin type cannot be changed if there exists open orders.")
        case .marginModeOpenPosition:
            self.init(-4048, "Margin type cannot be changed if there exists position.")
        case .amountNotPositive: self = .amountNotPositive
        case .insufficientBalance: self.init(-4050, "Cross balance insufficient.")
        case .notIsolatedPosition:
            self.init(-4049, "Add margin only support for isolated position.")
        case .isolatedMarginNoPosition:
            self.init(-4054, "Cannot add position margin: position is 0.")
        case .isolatedMarginRemovalTooLarge:
            self.init(-4051, "Isolated balance insufficient.")
        case .amountTooLarge: self = .valueInvalid("amount")
        case .tooManyAccounts: self.init(-1000, "The venue has no room for another account.")

        case .positionSideMismatch: self = .positionSideMismatch
        case .reduceOnlyInHedgeMode: self = .reduceOnlyNotRequired
        case .positionModeUnchanged: self = .positionSideUnchanged
        case .positionModeOpenOrders:
            self.init(-4067, "Position side cannot be changed if there exists open orders.")
        case .positionModeOpenPosition:
            self.init(-4068, "Position side cannot be changed if there exists position.")
        case .goodTillDateTooSoon: self = .goodTillDateInvalid
        case .goodTillDateContradictory: self = .combinationInvalid
        case .noPriceToMatch:
            self.init(-5041, "No depth matches this BBO order")
        case .priceMatchContradictory: self = .priceMatchInvalid
        case .tooManyAmendments: self.init(-5026, "Exceed maximum modify order limit.")
        case .countdownOutOfRange: self = .valueInvalid("countdownTime")
        case .transferToSelf: self = .valueInvalid("toAccount")

        case .indexStale:
            self.init(
                -1000,
                "The index price of an open position is stale: no money leaves until it is told."
            )

        case .unknownIndexSource: self = .valueInvalid("source")
        case .impossibleRules, .rateOutOfRange, .timeRunsBackwards, .timeOutOfRange:
            self = .unknown
        }
    }
}
