import BigInt
import PlimsollModel

/// Spec page: Liquidation, watching.
extension ReferenceVenue {
    /// LIQ-010: scopes that a mark price put in danger, in the order of their accounts.
    mutating func checkMargins(of id: InstrumentID) {
        touched += stakes.indices.filter { stakes[$0].instrument == id && needsALook(stakes[$0]) }
            .sorted {
                (stakes[$0].account.index, stakes[$0].side.rawValue)
                    < (stakes[$1].account.index, stakes[$1].side.rawValue)
            }
        checkTouched()
    }

    private func needsALook(_ stake: ReferenceStake) -> Bool {
        guard isMargined(stake.account), stake.isOpen else { return false }
        if isIsolated(stake) {
            return stake.isCalled
                || isAtCall(stake.wallet + unrealized(of: stake), maintenance(of: stake))
        }
        let asset = settleAsset(of: stake)
        return crossCalls.contains(ReferenceScope(account: stake.account, asset: asset))
            || isAtCall(
                crossMarginBalance(stake.account, asset),
                crossMaintenance(stake.account, asset)
            )
    }

    /// LIQ-011: a margin ratio of 80 % or more.
    private func isAtCall(_ balance: BigInt, _ maintenance: BigInt) -> Bool {
        maintenance * 100 >= balance * 80
    }

    /// Looks at what the command touched, and at what the forced closes touch in turn.
    mutating func checkTouched() {
        while let place = touched.first {
            touched.removeFirst()
            let stake = stakes[place]
            guard isMargined(stake.account),
                instruments[stake.instrument.index].markPrice > 0
            else { continue }
            // INDX-003; a call ends with its position all the same.
            let isStale = stake.isOpen && instruments[stake.instrument.index].isStale
            if isIsolated(stake), !isStale {
                checkIsolated(place)
            }
            let asset = settleAsset(of: stake)
            if !isFrozen(stake.account, asset) { checkCross(stake.account, asset, place) }
        }
    }

    private mutating func checkIsolated(_ place: Int) {
        while isInDanger(place) {
            liquidate(place)
            stakes[place].isCalled = false
        }
        finishLiquidation()
        let stake = stakes[place]
        let balance = stake.wallet + unrealized(of: stake)
        let maintenance = maintenance(of: stake)
        let isCalled = stake.isOpen && isAtCall(balance, maintenance)
        if isCalled != stake.isCalled {
            stakes[place].isCalled = isCalled
            tellCall(stake, isCalled, balance, maintenance)
        }
    }

    private mutating func checkCross(_ account: AccountID, _ asset: AssetID, _ place: Int) {
        let scope = ReferenceScope(account: account, asset: asset)
        // LIQ-017.
        while let largest = largestCrossPosition(account, asset), isInDanger(largest) {
            liquidate(largest)
            crossCalls.removeAll { $0 == scope }
        }
        finishLiquidation()
        let balance = crossMarginBalance(account, asset)
        let maintenance = crossMaintenance(account, asset)
        let isOpen = !crossPositions(account, asset).isEmpty
        let hasIsolated = stakes(account, asset).contains { isIsolated($0) && $0.isOpen }
        if !isOpen, !hasIsolated { _ = cover(.wallet(account), asset, nil) }
        let isCalled = isOpen && isAtCall(balance, maintenance)
        guard isCalled != crossCalls.contains(scope) else { return }
        crossCalls.removeAll { $0 == scope }
        if isCalled { crossCalls.append(scope) }
        let named = largestCrossPosition(account, asset) ?? place
        tellCall(stakes[named], isCalled, balance, maintenance, scope: .cross)
    }

    func largestCrossPosition(_ account: AccountID, _ asset: AssetID) -> Int? {
        let open = crossPositions(account, asset)
        guard let most = open.map({ maintenance(of: $0) }).max(),
            let largest = open.first(where: { maintenance(of: $0) == most })
        else { return nil }
        return find(account, largest.instrument, largest.side)
    }
}
