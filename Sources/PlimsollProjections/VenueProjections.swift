public import PlimsollModel

/// All read models of a venue, folded from its events.
///
/// They are disposable: the same events in the same order build the same tables again. The engine's
/// events carry the state after each change, so folding is storing and needs no rule of the venue.
public struct VenueProjections: Sendable {
    public static let receiptCountMax = 500
    public static let deleveragingReceiptCountMax = 1000
    public static let marginCallCountMax = 2000

    /// Of the last command folded, and the engine's digest after it.
    public internal(set) var sequence = Sequence.zero
    public internal(set) var time = Timestamp.zero
    public internal(set) var digest = Digest()
    /// The index of a market is its `InstrumentID`.
    public internal(set) var markets: [MarketProjection] = []
    /// The index of an asset is its `AssetID`.
    public internal(set) var assets: [Symbol] = []
    /// Finished forced closes, newest last; like all documents half of the places are for others than the
    /// crowd, whose many closes would push theirs out.
    public internal(set) var receipts = Ring<LiquidationReceipt>(capacity: receiptCountMax)

    /// Positions that were closed against bankrupt ones, newest last.
    public internal(set) var deleveragingReceipts = Ring<DeleveragingReceipt>(
        capacity: deleveragingReceiptCountMax
    )
    /// Warnings of traders, newest last.
    public internal(set) var marginCalls = Ring<MarginCallReceipt>(capacity: marginCallCountMax)
    /// Forced closes that belong together.
    public internal(set) var cascades = CascadeLog()
    /// Take-overs and deleveragings so far, which have no trade of the book; see
    /// `OutsideSettlement`.
    public internal(set) var settlementCount: UInt64 = 0
    /// Positions closed against bankrupt ones so far.
    public internal(set) var deleveragingCount: UInt64 = 0
    /// The index is an `AssetID`.
    var insuranceFunds: [InsuranceFundProjection] = []

    /// The participants of a simulated market, whose histories are short.
    let crowd: Range<AccountID>
    // The index of an account is its `AccountID`.
    var accounts: [AccountProjection] = VenueProjections.systemAccounts
    // For look-up only; never iterated.
    var marketOfSymbol: [Symbol: InstrumentID] = [:]
    // Forced closes that have started and not finished.
    var openReceipts: [LiquidationReceipt] = []
    // Of the last margin call that was kept.
    var marginCallCount: UInt64 = 0
    // Of the last income row.
    var transaction: UInt64 = 0
    // What the movements of money that follow a trade are about.
    var currentTrade: TradeID?
    // Of the instrument of the forced close under way.
    var lastPriceAtStart = Price.zero

    /// - Parameter crowd: The participants of a simulated market, opened or not yet.
    public init(crowd: Range<AccountID> = .externalWorld..<(.externalWorld)) { self.crowd = crowd }

    /// Takes in what one command did.
    ///
    /// - Parameters:
    ///   - events: Of the command, in order.
    ///   - header: Of the command.
    ///   - digest: The engine's after the command.
    public mutating func fold(
        _ events: ArraySlice<Event>,
        at header: EventHeader,
        digest: Digest
    ) {
        currentTrade = nil
        takeSamples(upTo: header.time)
        time = header.time
        for event in events { fold(event, at: header, digest: digest) }
        sequence = header.sequence
        self.digest = digest
    }

    public func marketIndex(_ symbol: Symbol) -> InstrumentID? { marketOfSymbol[symbol] }

    public func market(_ symbol: Symbol) -> MarketProjection? {
        marketOfSymbol[symbol].map { markets[$0.index] }
    }

    public func market(_ instrument: InstrumentID) -> MarketProjection? {
        instrument.index < markets.count ? markets[instrument.index] : nil
    }

    public func account(_ id: AccountID) -> AccountProjection? {
        id.index < accounts.count ? accounts[id.index] : nil
    }

    /// The accounts that were opened, rising; the venue's own are not among them.
    public var accountIDs: [AccountID] {
        accounts.dropFirst(AccountID.firstOpened.index).map(\.id)
    }

    /// The cross wallet and the wallets of all isolated positions that settle in the asset.
    public func walletBalance(of account: AccountID, in asset: AssetID) -> Amount {
        guard account.index < accounts.count else { return .zero }
        var balance = accounts[account.index].wallet(asset)
        for position in accounts[account.index].positions
        where markets[position.instrument.index].rules.contract.settleAsset == asset {
            balance += position.isolatedWallet
        }
        return balance
    }

    public func receipt(_ id: LiquidationID) -> LiquidationReceipt? {
        receipts.last { $0.id == id }
    }

    private static var systemAccounts: [AccountProjection] {
        (0..<AccountID.firstOpened.rawValue).map {
            AccountProjection(id: AccountID(rawValue: $0), kind: .system)
        }
    }

    private mutating func fold(_ event: Event, at header: EventHeader, digest: Digest) {
        switch event {
        case .rulesChanged(let change): fold(change)
        case .accountOpened(let account, let kind): open(account, kind)
        case .refused: break
        case .orderAccepted(let order):
            accounts[order.account.index].fold(order, at: header.time)
            if order.origin == .liquidation { noteInReceipt(order) }
        case .orderAmended(let amendment):
            accounts[amendment.account.index].fold(amendment, at: header.time)
        case .orderFilled(let fill):
            let contract = markets[fill.instrument.index].rules.contract
            accounts[fill.account.index].fold(fill, in: contract, at: header.time)
            accounts[fill.account.index].lastSettled = header.sequence
            currentTrade = fill.trade
            if !openReceipts.isEmpty { noteInReceipt(fill, in: contract) }
        case .orderClosed(let closing):
            accounts[closing.account.index].fold(closing, at: header.time)
            // What follows the end of an order is not about its last trade.
            currentTrade = nil
            if closing.reason == .liquidation { noteInReceipt(closing) }
        case .tradeExecuted(let trade):
            markets[trade.instrument.index].fold(trade, at: header.time)
        case .levelChanged(let change): markets[change.instrument.index].book.apply(change)
        case .moneyMoved(let movement): fold(movement, at: header)
        case .positionChanged(let change): fold(change, at: header.time)
        case .settingsChanged(let settings):
            accounts[settings.account.index].fold(settings, at: header.time)
        case .pricesUpdated(let prices):
            followCascade(prices, at: header.time)
            markets[prices.instrument.index].fold(prices, at: header.time)
        case .fundingSettled(let settlement):
            markets[settlement.instrument.index].fundingHistory.append(settlement)
        case .marginCallChanged(let call):
            accounts[call.account.index].fold(call, at: header.time)
            addReceipt(of: call, at: header, digest: digest)
        case .liquidationStarted(let start):
            accounts[start.account.index].lastSettled = header.sequence
            startReceipt(start, at: header)
        case .positionTakenOver(let takeover):
            settle(takeover, at: header.time)
            noteInReceipt(takeover)
        case .liquidationFinished(let finish):
            finishReceipt(finish, at: header, digest: digest)
        case .conditionalOrderAccepted(let accepted):
            accounts[accepted.order.account.index].fold(accepted, at: header.time)
        case .conditionalOrderTriggered(let triggered):
            accounts[triggered.account.index].fold(triggered, at: header.time)
        case .conditionalOrderClosed(let closed):
            accounts[closed.account.index].fold(closed, at: header.time)
        case .positionModeChanged(let change):
            accounts[change.account.index].isHedge = change.isHedge
            accounts[change.account.index].updateTime = header.time
        case .selfTradePrevented(let prevention):
            accounts[prevention.account.index].fold(prevention, at: header.time)
        case .countdownChanged(let countdown): accounts[countdown.account.index].fold(countdown)
        case .indexSourceUpdated(let update):
            markets[update.instrument.index].fold(update, at: header.time)
        case .indexStaleChanged(let change):
            markets[change.instrument.index].fold(change, at: header.time)
        case .deleveraged(let deleveraging):
            accounts[deleveraging.counterparty.index].lastSettled = header.sequence
            settle(deleveraging, at: header, digest: digest)
        case .deficitRecorded(let recorded):
            fold(recorded, at: header.time)
            noteInReceipt(recorded)
        }
    }

    private mutating func open(_ account: AccountID, _ kind: AccountKind) {
        precondition(account.index == accounts.count, "accounts are numbered without gaps")
        var opened = AccountProjection(id: account, kind: kind)
        shortenHistory(of: &opened)
        accounts.append(opened)
    }

    func shortenHistory(of account: inout AccountProjection) {
        guard crowd.contains(account.id) else { return }
        account.shortenHistory(to: AccountProjection.crowdHistoryCountMax)
    }

    private mutating func fold(_ change: PositionChanged, at time: Timestamp) {
        let before = accounts[change.account.index].fold(
            change,
            leverageDefault: markets[change.instrument.index].rules.leverageDefault,
            at: time
        )
        markets[change.instrument.index].moveOpenInterest(from: before, to: change.quantity)
    }

    private mutating func fold(_ movement: MoneyMoved, at header: EventHeader) {
        let time = header.time
        setBalance(movement.fromBalance, of: movement.asset, in: movement.from, at: time)
        setBalance(movement.toBalance, of: movement.asset, in: movement.to, at: time)
        if movement.from.account != movement.to.account {
            addIncome(-movement.amount, of: movement, to: movement.from, at: time)
            addIncome(movement.amount, of: movement, to: movement.to, at: time)
        } else if movement.reason == .marginTransfer {
            accounts[movement.to.account.index].note(movement, at: header)
        }
        if movement.reason == .liquidationRemainder { noteInReceipt(movement) }
    }

    private mutating func setBalance(
        _ balance: Amount,
        of asset: AssetID,
        in pocket: Pocket,
        at time: Timestamp
    ) {
        if pocket.account == .insuranceFund, !pocket.isIsolated {
            noteInsurance(balance, of: asset, at: time)
        }
        let leverageDefault =
            pocket.isIsolated ? markets[pocket.instrument.index].rules.leverageDefault : 1
        accounts[pocket.account.index].setBalance(
            balance,
            of: asset,
            in: pocket,
            leverageDefault: leverageDefault,
            at: time
        )
    }

    private mutating func addIncome(
        _ amount: Amount,
        of movement: MoneyMoved,
        to pocket: Pocket,
        at time: Timestamp
    ) {
        let account = pocket.account
        guard accounts[account.index].keepsHistory else { return }
        let isOfTrade = movement.reason == .realizedPnL || movement.reason == .tradingFee
        transaction += 1
        accounts[account.index].income.append(
            IncomeProjection(
                kind: movement.reason,
                amount: amount,
                asset: movement.asset,
                instrument: movement.instrument,
                side: pocket.side,
                time: time,
                transaction: transaction,
                trade: isOfTrade ? currentTrade : nil
            )
        )
    }
}
