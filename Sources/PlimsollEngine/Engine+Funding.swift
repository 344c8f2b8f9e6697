import PlimsollModel

/// Funding passes from one side's positions to the other's; the venue takes nothing.
///
/// Spec: FUND-001 to FUND-009.
extension Engine {
    // MARK: The rate

    /// Fixes the rate of the settlements from now on, whatever the premium says.
    ///
    /// Spec: FUND-008.
    mutating func setFundingRate(
        _ id: InstrumentID,
        _ rate: Rate,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard id.index < instruments.count else { throw EngineRefusal(.unknownInstrument) }
        guard rate < .one, rate > -.one else { throw EngineRefusal(.rateOutOfRange) }
        instruments[id.index].fundingRate = rate
        instruments[id.index].isFundingRateFixed = true
        reconsiderMark(id, &events)
    }

    /// Sets how funding is reckoned, also while the instrument trades.
    ///
    /// The next boundary is then that of the interval set; the samples of the one under way stay.
    ///
    /// Spec: FUND-009.
    mutating func setFunding(
        _ id: InstrumentID,
        _ terms: FundingTerms
    ) throws(EngineRefusal) {
        guard id.index < instruments.count else { throw EngineRefusal(.unknownInstrument) }
        let isTrading = instruments[id.index].isTrading
        if isTrading {
            var rules = rules(of: id)
            rules.funding = terms
            do throws(RulesError) {
                try rules.validate()
            } catch {
                throw EngineRefusal(.impossibleRules)
            }
        }
        instruments[id.index].funding = terms
        instruments[id.index].isFundingRateFixed = false
        // A rate that follows the premium stands until the next settlement.
        if !isTrading || terms.impactNotional.isZero {
            instruments[id.index].fundingRate = terms.rate
        }
        guard !instruments[id.index].indexPrice.isZero else { return }
        instruments[id.index].nextFunding = boundary(after: time, terms.intervalMilliseconds)
        refreshNextDue()
    }

    /// The funding rate is one of the inputs of the mark price.
    mutating func reconsiderMark(_ id: InstrumentID, _ events: inout EventBuffer) {
        guard !instruments[id.index].indexPrice.isZero else { return }
        refreshMark(id, at: time, &events)
        fireTriggers(&events)
        checkMargins(of: id, &events)
    }

    // MARK: Settling

    /// Settles every open position of an instrument at the prices of the boundary.
    ///
    /// The rate is reckoned from the samples of the interval, and sampling begins anew.
    /// Payers first, then receivers, each by place in the list of open positions, all through the
    /// clearing account; what the roundings leave there becomes residue.
    mutating func settleFunding(
        _ id: InstrumentID,
        at due: Timestamp,
        _ events: inout EventBuffer
    ) {
        instruments[id.index].fundingRate = instruments[id.index].estimatedFundingRate
        instruments[id.index].premiums = PremiumAverage()
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
                    notional: fundingNotional(of: positions[Int(slot)]),
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

    /// With the sign of the position: positive long, negative short.
    func fundingNotional(of state: PositionState) -> Amount {
        let instrument = instruments[state.instrument.index]
        let price =
            switch instrument.funding.notional {
            case .mark: instrument.markPrice
            case .index: instrument.indexPrice
            }
        return instrument.notional(of: state.quantity, at: price)
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
