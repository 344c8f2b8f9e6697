import PlimsollModel
import PlimsollProjections

/// One of an account's positions, by instrument and side.
struct PositionSlot: Comparable, Hashable, Sendable {
    var instrument: InstrumentID
    var side: PositionSide

    init(instrument: InstrumentID, side: PositionSide) {
        self.instrument = instrument
        self.side = side
    }

    /// The position whose wallet a pocket is.
    init(_ pocket: Pocket) { self.init(instrument: pocket.instrument, side: pocket.side) }

    static func < (left: PositionSlot, right: PositionSlot) -> Bool {
        (left.instrument, left.side.rawValue) < (right.instrument, right.side.rawValue)
    }
}

/// The money and the positions of an account, as they were right after an event.
struct UserHoldings: Sendable {
    struct Position: Equatable, Sendable {
        var quantity = Quantity.zero
        var entryValue = Amount.zero
        var realizedPnL = Amount.zero
        var feesPaid = Amount.zero
        var fundingReceived = Amount.zero
        var isolatedWallet = Amount.zero
        var leverage: UInt16
        var marginMode = MarginMode.cross
    }

    private let account: AccountID
    var directory: VenueDirectory
    var isHedge: Bool
    private var wallets: [AssetID: Amount] = [:]
    private var positions: [PositionSlot: Position] = [:]

    init(_ account: AccountProjection, directory: VenueDirectory) {
        self.account = account.id
        self.directory = directory
        isHedge = account.isHedge
        for wallet in account.wallets { wallets[wallet.asset] = wallet.balance }
        for position in account.positions {
            let slot = PositionSlot(instrument: position.instrument, side: position.side)
            positions[slot] = Position(
                quantity: position.quantity,
                entryValue: position.entryValue,
                realizedPnL: position.realizedPnL,
                feesPaid: position.feesPaid,
                fundingReceived: position.fundingReceived,
                isolatedWallet: position.isolatedWallet,
                leverage: position.leverage,
                marginMode: position.marginMode
            )
        }
    }

    /// The sides that a position of the account can have.
    var sides: [PositionSide] { isHedge ? [.long, .short] : [.both] }

    // MARK: Changing

    /// Returns what the account has more by it.
    mutating func move(_ movement: MoneyMoved) -> Amount {
        var change = Amount.zero
        if movement.from.account == account {
            setBalance(movement.fromBalance, of: movement.asset, in: movement.from)
            change -= movement.amount
        }
        if movement.to.account == account {
            setBalance(movement.toBalance, of: movement.asset, in: movement.to)
            change += movement.amount
        }
        return change
    }

    private mutating func setBalance(_ balance: Amount, of asset: AssetID, in pocket: Pocket) {
        if pocket.isIsolated {
            let slot = PositionSlot(pocket)
            var position = positions[slot] ?? fresh(slot)
            position.isolatedWallet = balance
            positions[slot] = position
        } else {
            wallets[asset] = balance
        }
    }

    /// Returns the margin mode of the position.
    mutating func change(_ changed: PositionChanged) -> MarginMode {
        let slot = PositionSlot(instrument: changed.instrument, side: changed.side)
        var position = positions[slot] ?? fresh(slot)
        position.quantity = changed.quantity
        position.entryValue = changed.entryValue
        position.realizedPnL = changed.realizedPnL
        position.feesPaid = changed.feesPaid
        position.fundingReceived = changed.fundingReceived
        positions[slot] = position
        return position.marginMode
    }

    /// Returns what of the settings was otherwise before.
    mutating func change(
        _ settings: SettingsChanged
    ) -> (isOtherLeverage: Bool, isOtherMode: Bool) {
        var isOtherLeverage = false
        var isOtherMode = false
        for side in PositionSide.allCases {
            let slot = PositionSlot(instrument: settings.instrument, side: side)
            guard sides.contains(side) || positions[slot] != nil else { continue }
            let before = positions[slot] ?? fresh(slot)
            isOtherLeverage = isOtherLeverage || before.leverage != settings.leverage
            isOtherMode = isOtherMode || before.marginMode != settings.marginMode
            var after = before
            after.leverage = settings.leverage
            after.marginMode = settings.marginMode
            positions[slot] = after
        }
        return (isOtherLeverage, isOtherMode)
    }

    /// A position not yet touched has the settings of its sibling.
    private func fresh(_ slot: PositionSlot) -> Position {
        let sibling = positions.first { $0.key.instrument == slot.instrument }?.value
        return Position(
            leverage: sibling?.leverage ?? directory[slot.instrument]?.rules.leverageDefault ?? 1,
            marginMode: sibling?.marginMode ?? .cross
        )
    }

    // MARK: Telling

    func report(of update: PendingAccountChange) -> AccountChange {
        AccountChange(
            reason: update.reason,
            balances: update.changes.map { change in
                AccountChange.Balance(
                    asset: change.asset,
                    wallet: walletBalance(change.asset),
                    crossWallet: wallets[change.asset] ?? .zero,
                    change: change.amount
                )
            },
            positions: rows(of: update.slots)
        )
    }

    func notice(of call: MarginCallChanged) -> MarginCallNotice {
        let asset = directory[call.instrument]?.rules.contract.settleAsset
        let called = positions.filter { slot, position in
            guard !position.quantity.isZero, position.marginMode == call.scope else { return false }
            return call.scope == .isolated
                ? slot == PositionSlot(instrument: call.instrument, side: call.side)
                : directory[slot.instrument]?.rules.contract.settleAsset == asset
        }
        return MarginCallNotice(
            scope: call.scope,
            crossWallet: asset.flatMap { wallets[$0] } ?? .zero,
            positions: rows(of: Array(called.keys))
        )
    }

    private func rows(of slots: [PositionSlot]) -> [AccountChange.PositionRow] {
        slots.sorted().compactMap { slot in
            positions[slot].map {
                AccountChange.PositionRow(
                    instrument: slot.instrument,
                    side: slot.side,
                    position: $0
                )
            }
        }
    }

    /// The cross wallet and the wallets of all isolated positions that settle in the asset.
    private func walletBalance(_ asset: AssetID) -> Amount {
        positions.reduce(wallets[asset] ?? .zero) { sum, entry in
            directory[entry.key.instrument]?.rules.contract.settleAsset == asset
                ? sum + entry.value.isolatedWallet : sum
        }
    }
}

/// Balances and positions that changed for one reason and are not told yet.
struct PendingAccountChange: Sendable {
    struct Change {
        var asset: AssetID
        var amount: Amount
    }

    var reason: AccountChange.Reason
    var instrument: InstrumentID?
    private(set) var changes: [Change] = []
    private(set) var slots: [PositionSlot] = []

    init(reason: AccountChange.Reason, instrument: InstrumentID?) {
        self.reason = reason
        self.instrument = instrument
    }

    mutating func add(_ amount: Amount, of asset: AssetID) {
        if let index = changes.firstIndex(where: { $0.asset == asset }) {
            changes[index].amount += amount
        } else {
            changes.append(Change(asset: asset, amount: amount))
        }
    }

    mutating func touch(_ slot: PositionSlot) {
        if !slots.contains(slot) { slots.append(slot) }
    }
}
