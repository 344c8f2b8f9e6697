import PlimsollModel

/// Orders of one owner that meet do not trade, unless the taker asks for it.
///
/// Spec: ORD-040.
extension Engine {
    /// Takes off what the taker's mode takes off a maker of the same owner and off the taker.
    ///
    /// An order that ends here has nothing left afterwards, so that nothing further becomes of it.
    mutating func prevent(
        _ taker: inout OrderState,
        _ makerSlot: Int32,
        _ events: inout EventBuffer
    ) {
        let maker = orders[Int(makerSlot)]
        let meeting = taker.selfTradePrevention.meeting(
            maker: maker.remaining,
            taker: taker.remaining
        )
        events.append(
            .selfTradePrevented(
                SelfTradePrevented(
                    instrument: taker.instrument,
                    account: taker.account,
                    maker: maker.id,
                    taker: taker.id,
                    makerPrevented: meeting.makerPrevented,
                    takerPrevented: meeting.takerPrevented
                )
            )
        )
        if meeting.makerExpires {
            release(maker.remaining, of: maker)
            unlink(makerSlot)
            announceClosed(maker, .selfTradePrevention, &events)
        } else if meeting.makerPrevented > .zero {
            let prevented = meeting.makerPrevented
            release(prevented, of: maker)
            books[taker.instrument.index].reduce(makerSlot, by: prevented, in: &orders)
            instruments[taker.instrument.index].restingQuantity -= prevented
            orders[Int(makerSlot)].quantity -= prevented
        }
        if meeting.takerExpires { announceClosed(taker, .selfTradePrevention, &events) }
        taker.quantity -= meeting.takerPrevented
        taker.remaining -= meeting.takerPrevented
        if meeting.makerPrevented > .zero {
            announceLevel(maker.instrument, maker.side, maker.tick, &events)
        }
    }
}
