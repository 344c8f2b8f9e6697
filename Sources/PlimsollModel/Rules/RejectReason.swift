/// Why the venue refuses a command.
///
/// The numbers reach the journal's digests: append, never renumber.
public enum RejectReason: UInt8, Error, Sendable, BitwiseCopyable, CaseIterable {
    // What the command speaks of does not exist.
    case unknownInstrument = 0
    case unknownAccount = 1
    case unknownAsset = 2
    case unknownOrder = 3

    // The order's own numbers.
    case quantityNotPositive = 10
    case quantityBelowMin = 11
    case quantityAboveMax = 12
    case quantityNotOnStep = 13
    case priceNotPositive = 14
    case priceBelowMin = 15
    case priceAboveMax = 16
    case priceNotOnTick = 17
    /// `Refusal.limit` is the smallest notional.
    case notionalBelowMin = 18

    // The order against the market.
    /// `Refusal.limit` is the highest price allowed to a buy.
    case priceAboveBand = 20
    /// `Refusal.limit` is the lowest price allowed to a sell.
    case priceBelowBand = 21
    case noMarkPrice = 22
    /// A market order whose first counterparty is beyond the bound around the mark price.
    case nothingWithinTakeBound = 23
    case emptyBook = 24
    case postOnlyWouldTake = 25
    case fillOrKillUnfillable = 26
    case tradingNotOpen = 27
    case wouldTriggerImmediately = 28
    /// A conditional order whose parts contradict each other.
    case conditionalOrderContradictory = 29

    // The order against the account.
    case duplicateClientOrderID = 30
    case insufficientMargin = 31
    case exceedsMaximumPosition = 32
    case reduceOnlyRejected = 33
    case tooManyOpenOrders = 34
    case inLiquidation = 35
    case nothingToAmend = 36
    case onlyLimitOrdersAmendable = 37
    case tooManyConditionalOrders = 38
    case callbackRateOutOfRange = 39

    // Settings and transfers.
    case leverageOutOfRange = 40
    case leverageReductionInsufficientMargin = 41
    case leverageReductionIsolatedPosition = 42
    case marginModeUnchanged = 43
    case marginModeOpenOrders = 44
    case marginModeOpenPosition = 45
    case amountNotPositive = 46
    case insufficientBalance = 47
    case notIsolatedPosition = 48
    case isolatedMarginNoPosition = 49
    case isolatedMarginRemovalTooLarge = 50
    case amountTooLarge = 51
    case tooManyAccounts = 52

    // Rules and prices.
    case impossibleRules = 60
    case rateOutOfRange = 61
    case timeRunsBackwards = 62
    case unknownIndexSource = 63

    // The order against the account's position mode.
    /// In hedge mode an order names the long or the short position, otherwise neither.
    case positionSideMismatch = 70
    case reduceOnlyInHedgeMode = 71
    case positionModeUnchanged = 72
    case positionModeOpenOrders = 73
    case positionModeOpenPosition = 74

    // Terms of an order that do not go together.
    case goodTillDateTooSoon = 75
    case goodTillDateContradictory = 76
    case noPriceToMatch = 77
    case priceMatchContradictory = 78
    case tooManyAmendments = 79
    case countdownOutOfRange = 80
    case transferToSelf = 81

    /// Beyond the last instant that the venue knows.
    case timeOutOfRange = 82

    /// Money would leave what a position of unknown worth answers with.
    case indexStale = 83
}

/// A refusal with the number that its message needs.
public struct Refusal: BitwiseCopyable, Hashable, Sendable {
    public var reason: RejectReason
    /// A price or notional in 10⁻⁸, where the reason speaks of one; otherwise zero.
    public var limit: Price

    public init(_ reason: RejectReason, limit: Price = .zero) {
        self.reason = reason
        self.limit = limit
    }
}
