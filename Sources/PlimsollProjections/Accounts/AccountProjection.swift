public import PlimsollModel

/// What an account sees of itself.
///
/// Traders have histories, those of the simulated market a short one; recorded markets and the venue's
/// own accounts have none, since nobody reads them and a recorded market replaces thousands of orders a
/// minute.
public struct AccountProjection: Sendable {
    public static let historyCountMax = 1000
    /// Of the participants of a simulated market: a thousand of them would fill every snapshot with
    /// what nobody asks for.
    public static let crowdHistoryCountMax = 20

    public let id: AccountID
    public internal(set) var kind: AccountKind
    /// The cross wallets, rising by asset; an asset that never moved has none.
    public internal(set) var wallets: [WalletProjection] = []
    /// Whether it holds a long and a short position of an instrument side by side.
    public internal(set) var isHedge = false
    /// Rising by instrument and side.
    public internal(set) var positions: [PositionProjection] = []
    /// Orders that have ended, in the order of their end, newest last.
    public internal(set) var closedOrders = Ring<OrderProjection>(capacity: historyCountMax)
    /// Conditional orders that wait, rising by number.
    public internal(set) var openConditionals: [ConditionalOrderProjection] = []
    /// Conditional orders that became orders or ended, newest last.
    public internal(set) var closedConditionals = Ring<ConditionalOrderProjection>(
        capacity: historyCountMax
    )
    /// Newest last.
    public internal(set) var fills = Ring<FillProjection>(capacity: historyCountMax)
    /// Newest last.
    public internal(set) var income = Ring<IncomeProjection>(capacity: historyCountMax)
    /// Changes of its orders, newest last.
    public internal(set) var amendments = Ring<AmendmentProjection>(capacity: historyCountMax)
    /// Money into and out of its isolated positions, newest last.
    public internal(set) var marginMoves = Ring<MarginMoveProjection>(capacity: historyCountMax)
    /// What will cancel the account's orders; rising by instrument.
    public internal(set) var countdowns: [CountdownProjection] = []
    /// Whether the margin ratio of the cross account has reached the warning level.
    public internal(set) var isMarginCalled = false
    public internal(set) var updateTime = Timestamp.zero

    var orders = OpenOrders()
    // The last command that traded for the account or closed it by force; of interest while that
    // command is folded.
    var lastSettled = Sequence.zero

    init(id: AccountID, kind: AccountKind) {
        self.id = id
        self.kind = kind
    }

    /// Keeps the newest rows only, from here on too.
    mutating func shortenHistory(to countMax: Int) {
        closedOrders.shrink(to: countMax)
        closedConditionals.shrink(to: countMax)
        fills.shrink(to: countMax)
        income.shrink(to: countMax)
        amendments.shrink(to: countMax)
        marginMoves.shrink(to: countMax)
    }

    /// The cross wallet: what does not lie in an isolated position.
    public func wallet(_ asset: AssetID) -> Amount {
        wallets.first { $0.asset == asset }?.balance ?? .zero
    }

    public func position(
        _ instrument: InstrumentID,
        _ side: PositionSide = .both
    ) -> PositionProjection? {
        let index = positionIndex(instrument, side)
        guard index < positions.count, positions[index].isOf(instrument, side) else { return nil }
        return positions[index]
    }

    /// How the account trades an instrument: all its positions there have the same settings; `nil`
    /// where it has none yet.
    public func settings(
        _ instrument: InstrumentID
    ) -> (leverage: UInt16, marginMode: MarginMode)? {
        let index = positionIndex(instrument, .both)
        guard index < positions.count, positions[index].instrument == instrument else {
            return nil
        }
        return (positions[index].leverage, positions[index].marginMode)
    }

    /// The sides of the positions that the account can hold in an instrument.
    public var positionSides: [PositionSide] { isHedge ? [.long, .short] : [.both] }

    /// Rising by number, which is the order of acceptance.
    public var openOrders: [OrderProjection] { orders.all }

    public var openOrderCount: Int { orders.count }

    /// An order by the venue's number, open or among the newest that ended.
    public func order(_ id: OrderID) -> OrderProjection? {
        orders.find(id) ?? closedOrders.last { $0.id == id }
    }

    /// An order by the client's name: an open one, else the newest that ended.
    ///
    /// The empty name finds nothing; without an instrument all of them are searched.
    public func order(
        _ clientOrderID: ClientOrderID,
        in instrument: InstrumentID? = nil
    ) -> OrderProjection? {
        guard !clientOrderID.isEmpty else { return nil }
        for position in (0..<orders.count).reversed() {
            let order = orders[position]
            if order.clientOrderID == clientOrderID,
                instrument == nil || order.instrument == instrument
            {
                return order
            }
        }
        return closedOrders.last {
            $0.clientOrderID == clientOrderID
                && (instrument == nil || $0.instrument == instrument)
        }
    }

    /// Where a position of an instrument stands or would stand.
    func positionIndex(_ instrument: InstrumentID, _ side: PositionSide) -> Int {
        var low = 0
        var high = positions.count
        while low < high {
            let middle = low + (high - low) / 2
            if positions[middle].isBefore(instrument, side) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

extension PositionProjection {
    func isOf(_ instrument: InstrumentID, _ side: PositionSide) -> Bool {
        self.instrument == instrument && self.side == side
    }

    fileprivate func isBefore(_ instrument: InstrumentID, _ side: PositionSide) -> Bool {
        (self.instrument, self.side.rawValue) < (instrument, side.rawValue)
    }
}
