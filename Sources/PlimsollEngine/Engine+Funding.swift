import PlimsollModel

/// Funding passes from one side's positions to the other's; the venue takes nothing.
///
/// Spec: FUND-001 to FUND-004.
extension Engine {
    /// Settles every open position of an instrument at the mark price of the boundary.
    ///
    /// Payers first, then receivers, each by place in the list of open positions, all through the
    /// clearing account; what the roundings leave there becomes residue.
    mutating func settleFunding(
        _ id: InstrumentID,
        at due: Timestamp,
        _ events: inout EventBuffer
    ) {
        let state = instruments[id.index]
        events.append(
            .fundingSettled(
                FundingSettled(
                    instrument: id,
                    time: due,
                    rate: state.fundingRate,
                    mark: state.markPrice
                )
            )
        )
        guard !state.fundingRate.isZero else { return }
        for payersTurn in [true, false] {
            for index in 0..<openPositions[id.index].count {
                let slot = openPositions[id.index][index]
                let payment = fundingPayment(
                    quantity: positions[Int(slot)].quantity,
                    markPrice: state.markPrice,
                    rate: state.fundingRate
                )
                guard (payment < .zero) == payersTurn, !payment.isZero else { continue }
                pay(payment, to: slot, state.column, &events)
            }
        }
        move(
            ledger.wallet(.fundingClearing, state.column),
            from: .wallet(.fundingClearing),
            to: .wallet(.roundingResidue),
            state.column,
            .rounding,
            id,
            &events
        )
    }

    /// An isolated position pays and receives through its own wallet, others through the cross one.
    private mutating func pay(
        _ payment: Amount,
        to slot: Int32,
        _ column: Int,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        move(
            payment,
            from: .wallet(.fundingClearing),
            to: state.marginMode == .isolated ? .isolated(slot) : .wallet(state.account),
            column,
            .funding,
            state.instrument,
            &events
        )
        if state.account == .insuranceFund { keepFundSolvent(column, state.instrument, &events) }
        positions[Int(slot)].fundingReceived += payment
        announcePosition(slot, &events)
    }
}
