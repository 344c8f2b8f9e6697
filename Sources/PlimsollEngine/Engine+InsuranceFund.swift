import PlimsollModel

/// The insurance fund takes over what nobody else would, and pays what nobody else can.
///
/// Spec: LIQ-014, LIQ-016.
extension Engine {
    /// The fund becomes the owner of what the book did not take, at the bankruptcy price.
    mutating func takeOver(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        guard state.isOpen, let id = liquidation?.id else { return }
        let fund = positionForTrading(.insuranceFund, state.instrument, &events)
        let fold = foldFill(
            quantity: state.quantity,
            entryValue: state.entryValue,
            fillQuantity: -state.quantity,
            price: bankruptcy
        )
        events.append(
            .positionTakenOver(
                PositionTakenOver(
                    liquidation: id,
                    account: state.account,
                    instrument: state.instrument,
                    quantity: state.quantity,
                    price: bankruptcy,
                    realizedPnL: fold.realizedPnL
                )
            )
        )
        liquidation?.realizedPnL += fold.realizedPnL
        settle(fold, at: slot, price: bankruptcy, fee: .zero, isLiquidation: true, &events)
        let fundState = positions[Int(fund)]
        settle(
            foldFill(
                quantity: fundState.quantity,
                entryValue: fundState.entryValue,
                fillQuantity: state.quantity,
                price: bankruptcy
            ),
            at: fund,
            price: bankruptcy,
            fee: .zero,
            isLiquidation: true,
            &events
        )
    }

    /// The fund brings a purse below zero back to zero.
    ///
    /// - Returns: What the fund paid.
    @discardableResult
    mutating func coverDeficit(
        _ purse: Purse,
        _ column: Int,
        _ instrument: InstrumentID?,
        _ events: inout EventBuffer
    ) -> Amount {
        let balance = ledger.balance(purse, column)
        guard balance < .zero else { return .zero }
        move(
            balance.magnitude,
            from: .wallet(.insuranceFund),
            to: purse,
            column,
            .insurance,
            instrument,
            &events
        )
        return balance.magnitude
    }
}
