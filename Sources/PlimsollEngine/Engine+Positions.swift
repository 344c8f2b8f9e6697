import PlimsollModel

/// The slots of an account's positions: one an instrument, or a long and a short one in hedge mode.
///
/// An account's slots form a chain that rises by instrument, then by side.
///
/// Spec: POS-021.
extension Engine {
    func checkTradable(
        _ account: AccountID,
        _ instrument: InstrumentID
    ) throws(EngineRefusal) {
        guard instrument.index < instruments.count else {
            throw EngineRefusal(.unknownInstrument)
        }
        guard account.index < accounts.count, !account.isSystem else {
            throw EngineRefusal(.unknownAccount)
        }
        guard instruments[instrument.index].isTrading else {
            throw EngineRefusal(.tradingNotOpen)
        }
    }

    /// Whether a position of that side is one that the account can have in its mode.
    func checkSide(_ side: PositionSide, of account: AccountID) throws(EngineRefusal) {
        guard (side != .both) == accounts[account.index].isHedge else {
            throw EngineRefusal(.positionSideMismatch)
        }
    }

    /// The first slot that an account has in an instrument, or −1.
    func firstSlot(of account: AccountID, in instrument: InstrumentID) -> Int32 {
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            let id = positions[Int(slot)].instrument
            if id == instrument { return slot }
            if id > instrument { return -1 }
            slot = positions[Int(slot)].nextOfAccount
        }
        return -1
    }

    /// The account's next slot in the same instrument, or −1.
    func nextSlot(_ slot: Int32) -> Int32 {
        let next = positions[Int(slot)].nextOfAccount
        guard next >= 0, positions[Int(next)].instrument == positions[Int(slot)].instrument else {
            return -1
        }
        return next
    }

    /// The slot of an account's position, if it was ever touched.
    func position(
        of account: AccountID,
        in instrument: InstrumentID,
        side: PositionSide = .both
    ) -> Int32? {
        var slot = firstSlot(of: account, in: instrument)
        while slot >= 0 {
            if positions[Int(slot)].side == side { return slot }
            slot = nextSlot(slot)
        }
        return nil
    }

    /// A flat position with the settings that the account has chosen for the instrument.
    func newPosition(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> PositionState {
        let sibling = firstSlot(of: account, in: instrument)
        var state = PositionState(
            account: account,
            instrument: instrument,
            side: side,
            leverage: sibling < 0
                ? instruments[instrument.index].leverageDefault : positions[Int(sibling)].leverage
        )
        if sibling >= 0 { state.marginMode = positions[Int(sibling)].marginMode }
        return state
    }

    /// Makes the slot that keeps an account's settings before it trades.
    mutating func addPosition(_ account: AccountID, _ instrument: InstrumentID) -> Int32 {
        let side: PositionSide = accounts[account.index].isHedge ? .long : .both
        return addPosition(newPosition(account, instrument, side))
    }

    /// Adds a position to its account's chain.
    mutating func addPosition(_ state: PositionState) -> Int32 {
        let slot = Int32(positions.count)
        positions.append(state)
        ledger.addPosition()
        var previous: Int32 = -1
        var next = accounts[state.account.index].firstPosition
        while next >= 0, positions[Int(next)].precedes(state) {
            previous = next
            next = positions[Int(next)].nextOfAccount
        }
        positions[Int(slot)].nextOfAccount = next
        if previous < 0 {
            accounts[state.account.index].firstPosition = slot
        } else {
            positions[Int(previous)].nextOfAccount = slot
        }
        return slot
    }

    /// The slot to trade with; settings are announced when an account first touches an instrument.
    mutating func positionForTrading(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide,
        _ events: inout EventBuffer
    ) -> Int32 {
        if let slot = position(of: account, in: instrument, side: side) { return slot }
        let isFirst = firstSlot(of: account, in: instrument) < 0
        let slot = addPosition(newPosition(account, instrument, side))
        if isFirst { announceSettings(slot, &events) }
        return slot
    }
}
