import PlimsollModel

/// Something that the user data stream tells an account.
enum UserEvent: Sendable {
    case order(OrderChange)
    case account(AccountChange)
    case marginCall(MarginCallNotice)
    case leverage(InstrumentID, UInt16)
    case conditional(ConditionalRecord)
}

/// One step of one order, with the order as it was right after it.
struct OrderChange: Sendable {
    enum Execution: Sendable {
        case accepted
        case amended
        case filled(OrderFilled)
        case closed(OrderCloseReason)
        /// The fund took what the book did not take of a forced close.
        case takenOver(PositionTakenOver)
        /// Another position was closed against a bankrupt one, of whichever side the order is; with the
        /// number of the settlement and the profit of the order's owner.
        case deleveraged(Deleveraged, trade: TradeID, realizedPnL: Amount)
    }

    var order: UserAccount.Order
    var execution: Execution
    /// What the account's open limit orders of the instrument are worth, by side.
    var bidValue: Amount
    var askValue: Amount
}

/// Balances and positions after a change, only those that changed.
struct AccountChange: Sendable {
    enum Reason: String, Sendable {
        case order = "ORDER"
        case fundingFee = "FUNDING_FEE"
        case deposit = "DEPOSIT"
        case withdraw = "WITHDRAW"
        case marginTransfer = "MARGIN_TRANSFER"
        case marginTypeChange = "MARGIN_TYPE_CHANGE"
        case insuranceClear = "INSURANCE_CLEAR"
        case deleveraging = "ADL"
    }

    struct Balance: Equatable, Sendable {
        var asset: AssetID
        /// Cross wallet and isolated wallets.
        var wallet: Amount
        var crossWallet: Amount
        /// Without profit, loss and fees of trading.
        var change: Amount
    }

    struct PositionRow: Equatable, Sendable {
        var instrument: InstrumentID
        var side: PositionSide
        var position: UserHoldings.Position
    }

    var reason: Reason
    var balances: [Balance]
    /// Rising by instrument and side.
    var positions: [PositionRow]
}

/// Positions whose margin is nearly used up.
struct MarginCallNotice: Sendable {
    var scope: MarginMode
    var crossWallet: Amount
    var positions: [AccountChange.PositionRow]
}
