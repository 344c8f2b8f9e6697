import PlimsollModel

/// What a scope has, and at least what its positions ask for, without a division.
///
/// Both in the unit that an amount times a rate has: 10⁻⁸ of an amount's.
private struct MarginBound {
    private static let unitsPerOne = Int128(Rate.unitsPerOne)
    /// Beyond these the exact reckoning is asked, so that nothing here can overflow.
    private static let amountMax: Int128 = 1 << 90
    private static let rateMax: Int64 = 1 << 30
    private static let demandMax: Int128 = 1 << 122

    /// In an amount's units.
    private var balance: Int128
    private var demand: Int128 = 0

    init(wallet: Amount) { balance = wallet.units }

    /// Adds a position; `false` where it is too large to.
    mutating func add(_ profit: Amount, _ notional: Amount, rate: Rate, deduction: Amount) -> Bool {
        guard notional.units < Self.amountMax, rate.units < Self.rateMax,
            deduction.units < Self.amountMax, demand < Self.demandMax
        else { return false }
        balance += profit.units
        // Two products at most, each of which is rounded up by less than a unit.
        demand += notional.units &* Int128(rate.units)
        demand += (2 - deduction.units) &* Self.unitsPerOne
        return true
    }

    /// Whether the margin ratio is below 80 %, whatever the rounding.
    var isClear: Bool {
        guard balance < Self.amountMax, balance > 0, demand < Self.demandMax else { return false }
        return demand * 10 < balance &* (8 * Self.unitsPerOne)
    }
}

extension Engine {
    /// Whether the scope of an open position is certainly not at its margin call.
    ///
    ///     10 × (Σ notional × (rate + close fee) − deduction + 2 units) < 8 × balance
    ///
    /// A new price asks this of everybody who has a position, and nearly always it is so: then nothing
    /// has to be divided and rounded. It never holds where the exact ratio is at 80 % or above.
    ///
    /// - Parameter slot: Of the position.
    /// - Returns: `false` also where only the exact reckoning can tell.
    ///
    /// Spec: LIQ-018.
    func isClearOfMarginCall(_ slot: Int32) -> Bool {
        let place = Int(slot)
        if positions[place].marginMode == .isolated {
            var bound = MarginBound(wallet: ledger.isolatedWallet(slot))
            return add(place, to: &bound) && bound.isClear
        }
        let account = positions[place].account
        let column = instruments[positions[place].instrument.index].column
        var bound = MarginBound(wallet: ledger.wallet(account, column))
        var next = accounts[account.index].firstPosition
        while next >= 0 {
            let place = Int(next)
            next = positions[place].nextOfAccount
            guard positions[place].isOpen, positions[place].marginMode == .cross,
                instruments[positions[place].instrument.index].column == column
            else { continue }
            guard add(place, to: &bound) else { return false }
        }
        return bound.isClear
    }

    @inline(__always)
    private func add(_ place: Int, to bound: inout MarginBound) -> Bool {
        let index = positions[place].instrument.index
        // The value of an inverse contract is a quotient.
        guard instruments[index].contract.kind == .linear else { return false }
        let value = Amount(instruments[index].markPrice, times: positions[place].quantity)
        let notional = value.magnitude
        let tiers = tierRange(positions[place].instrument)
        var tier = tiers.lowerBound
        while tier + 1 < tiers.upperBound, self.tiers[tier + 1].notionalFloor <= notional {
            tier += 1
        }
        var rate = self.tiers[tier].maintenanceRate
        if instruments[index].liquidation.includesCloseFee {
            rate += instruments[index].fees.taker
        }
        return bound.add(
            value - positions[place].entryValue,
            notional,
            rate: rate,
            deduction: self.tiers[tier].deduction
        )
    }
}
