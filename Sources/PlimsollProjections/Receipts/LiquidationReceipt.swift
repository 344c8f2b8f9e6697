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

    public var id: LiquidationID { started.liquidation }
    public var account: AccountID { started.account }
    public var instrument: InstrumentID { started.instrument }

    public internal(set) var symbol: Symbol
    public internal(set) var baseAsset: Symbol
    public internal(set) var settleAsset: Symbol
    public internal(set) var priceDecimals: Int
    public internal(set) var quantityDecimals: Int

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
    /// The mark price and the three prices it is the median of, when the close began.
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
    /// The order that the venue placed; `nil` where it placed none.
    public internal(set) var order: OrderAccepted?
    public internal(set) var fills: [ReceiptFill] = []
    /// Trades of the venue's order, those beyond `fills` included.
    public internal(set) var tradeCount = 0
    public internal(set) var filledQuantity = Quantity.zero
    public internal(set) var filledValue = Amount.zero
    public internal(set) var closingFees = Amount.zero
    /// Profit of the fills and of the take-over, before fees; negative where it is a loss.
    public internal(set) var realizedPnL = Amount.zero
    /// Signed, with the sign of the position; zero where the book took everything.
    public internal(set) var takenOverQuantity = Quantity.zero
    public internal(set) var takenOverPrice = Price.zero
    public internal(set) var takenOverPnL = Amount.zero
    /// What the position left and the fund kept.
    public internal(set) var keptByFund = Amount.zero

    /// The cross wallet in the settle asset before the close and after it.
    public internal(set) var crossWalletBefore: Amount
    public internal(set) var crossWalletAfter = Amount.zero
    /// The account's other open positions and its open orders after the close.
    public internal(set) var positionsKept = 0
    public internal(set) var ordersKept = 0
}

/// Trades of a forced close at one price, in a row.
public struct ReceiptFill: BitwiseCopyable, Hashable, Sendable {
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
        return filledValue.price(per: filledQuantity, rounding: .halfUp)
    }

    /// Rounded half-up.
    public var entryPrice: Price {
        guard !started.quantity.isZero else { return .zero }
        return started.entryValue.price(per: started.quantity, rounding: .halfUp) ?? .zero
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
