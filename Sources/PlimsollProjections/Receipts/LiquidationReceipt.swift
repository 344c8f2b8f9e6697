public import PlimsollModel

/// One forced close, itemised: what happened, by which formula, and where the money went.
///
/// Everything in it is a number that an event carried; the steps are derived from those numbers, so
/// the document and the log cannot disagree. Two digests frame it: whoever replays the journal up to
/// `startSequence` and on to `finishSequence` must meet them both.
public struct LiquidationReceipt: Hashable, Sendable {
    /// Trades at one price in a row count as one fill; of more fills only the sums are kept.
    public static let fillCountMax = 100
    public static let cancelledOrderCountMax = 200
    public static let orderCountMax = 50
    public static let deleveragingCountMax = 100

    public var id: LiquidationID { started.liquidation }
    public var account: AccountID { started.account }
    public var instrument: InstrumentID { started.instrument }
    public var side: PositionSide { started.side }

    public internal(set) var symbol: Symbol
    public internal(set) var baseAsset: Symbol
    public internal(set) var settleAsset: Symbol
    public internal(set) var priceDecimals: Int
    public internal(set) var quantityDecimals: Int
    public internal(set) var contractKind: ContractKind
    /// Quote units of an inverse contract.
    public internal(set) var multiplier: Price
    public internal(set) var markMethod: MarkMethod
    public internal(set) var terms: ReceiptTerms

    /// The command in which the close began, and the venue's digest before that command.
    public internal(set) var startSequence: Sequence
    public internal(set) var startTime: Timestamp
    public internal(set) var digestBefore: Digest
    /// The command in which it ended, and the venue's digest after that command.
    public internal(set) var finishSequence: Sequence
    public internal(set) var finishTime: Timestamp
    public internal(set) var digestAfter: Digest

    /// The position and its numbers when the close began.
    public internal(set) var started: LiquidationStarted
    /// The sums when it had ended.
    public internal(set) var finished: LiquidationFinished
    /// The mark price and the prices it is made of, when the close began.
    public internal(set) var prices: PricesUpdated?
    public internal(set) var takerFeeRate: Rate
    public internal(set) var liquidationFeeRate: Rate

    /// Paid since the position was last flat and before the close.
    public internal(set) var openingFees: Amount
    /// Since the position was last flat; negative where it paid.
    public internal(set) var fundingReceived: Amount

    /// The first of the open orders that were cancelled for the close, and how many they were.
    public internal(set) var cancelledOrders: [OrderID] = []
    public internal(set) var cancelledOrderCount = 0
    /// The first of the orders that the venue placed, one for each step, and how many they were.
    public internal(set) var orders: [OrderAccepted] = []
    public internal(set) var orderCount = 0
    public internal(set) var fills: [ReceiptFill] = []
    /// Trades of the venue's orders, those beyond `fills` included.
    public internal(set) var tradeCount = 0
    public internal(set) var filledQuantity = Quantity.zero
    public internal(set) var filledValue = Amount.zero
    public internal(set) var closingFees = Amount.zero
    /// Profit of the fills, the take-over and the deleveragings, before fees; negative where it is a loss.
    public internal(set) var realizedPnL = Amount.zero
    /// Signed, with the sign of the position; zero where the book took everything.
    public internal(set) var takenOverQuantity = Quantity.zero
    public internal(set) var takenOverPrice = Price.zero
    public internal(set) var takenOverPnL = Amount.zero
    /// The first of the positions that were closed against this one, and how many they were.
    public internal(set) var deleveragings: [ReceiptDeleveraging] = []
    public internal(set) var deleveragingCount = 0
    /// Signed, with the sign of the position.
    public internal(set) var deleveragedQuantity = Quantity.zero
    public internal(set) var deleveragedValue = Amount.zero
    public internal(set) var deleveragedPnL = Amount.zero
    /// What not even the fund could pay.
    public internal(set) var deficit = Amount.zero
    /// What the position left and the fund kept.
    public internal(set) var keptByFund = Amount.zero

    /// The cross wallet in the settle asset before the close and after it.
    public internal(set) var crossWalletBefore: Amount
    public internal(set) var crossWalletAfter = Amount.zero
    /// The account's position on the other side of the instrument when the close began; zero in
    /// one-way mode.
    public internal(set) var siblingQuantity = Quantity.zero
    /// The account's other open positions and its open orders after the close.
    public internal(set) var positionsKept = 0
    public internal(set) var ordersKept = 0
}

/// The rules by which a position was closed by force.
public struct ReceiptTerms: BitwiseCopyable, Hashable, Sendable {
    public var boundary: LiquidationBoundary
    public var step: LiquidationStep
    /// Of the position, where a step is a share.
    public var stepShare: Rate
    public var includesCloseFee: Bool

    init(_ terms: LiquidationTerms) {
        boundary = terms.boundary
        step = terms.step
        stepShare = terms.stepShare
        includesCloseFee = terms.includesCloseFee
    }
}

/// A position that was closed against a bankrupt one.
public struct ReceiptDeleveraging: BitwiseCopyable, Hashable, Sendable {
    /// Of its own receipt.
    public var id: UInt64
    public var counterparty: AccountID
    public var counterpartySide: PositionSide
    /// With the sign of the bankrupt position.
    public var quantity: Quantity
    public var price: Price
    /// Of the bankrupt position.
    public var realizedPnL: Amount
    /// That ranked the counterparty, in 10⁻¹⁶.
    public var score: Int128
}

/// Trades of a forced close at one price, in a row.
public struct ReceiptFill: BitwiseCopyable, Hashable, Sendable {
    public var order: OrderID
    public var firstTrade: TradeID
    public var lastTrade: TradeID
    public var price: Price
    public var quantity: Quantity
    public var fee: Amount
    public var realizedPnL: Amount
}

/// One step of a forced close, with the rule in words and symbols and the numbers put into it.
public struct ReceiptStep: Hashable, Sendable {
    public struct Input: Hashable, Sendable {
        public var name: String
        public var value: String
    }

    public var title: String
    /// The rule.
    public var formula: String
    /// The rule with the numbers in place of the names; empty where there is nothing to reckon.
    public var calculation: String
    public var inputs: [Input]
    public var result: String
}

// The three prices.
extension LiquidationReceipt {
    /// The mark price at which the margin balance meets the maintenance margin.
    public var liquidationPrice: Price { started.liquidationPrice }

    /// The price at which nothing of the margin is left.
    public var bankruptcyPrice: Price { started.bankruptcyPrice }

    /// Of the part that the book took; `nil` where it took nothing.
    public var averageFillPrice: Price? {
        guard !filledQuantity.isZero else { return nil }
        return averagePrice(of: filledQuantity, worth: filledValue)
    }

    /// Of the parts that were closed against other positions; `nil` where none was.
    public var averageDeleveragingPrice: Price? {
        guard !deleveragedQuantity.isZero else { return nil }
        return averagePrice(of: deleveragedQuantity, worth: deleveragedValue)
    }

    /// Rounded half-up.
    public var entryPrice: Price {
        averagePrice(of: started.quantity, worth: started.entryValue)
    }

    /// What is still open after the close, signed; not zero where the rest was safe again.
    public var quantityLeft: Quantity {
        let filled = started.quantity.units < 0 ? -filledQuantity : filledQuantity
        return started.quantity - filled - takenOverQuantity - deleveragedQuantity
    }
}

// What the position cost its owner since it was opened, by cause; negative where it earned.
extension LiquidationReceipt {
    public var lostToPrice: Amount { -realizedPnL }
    public var lostToTradingFees: Amount { openingFees + closingFees }
    public var lostToFunding: Amount { -fundingReceived }
    public var liquidationFee: Amount { finished.liquidationFee }
    public var insurancePaid: Amount { finished.insurancePaid }
    /// What went back from an isolated position to the cross wallet.
    public var returned: Amount { finished.returned }

    /// All causes together, less what the fund paid.
    public var lost: Amount {
        lostToPrice + lostToTradingFees + lostToFunding + liquidationFee + keptByFund
            - insurancePaid
    }
}
