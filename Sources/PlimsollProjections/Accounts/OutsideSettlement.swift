public import PlimsollModel

/// A position, or a part of one, that was closed without a trade of the book.
///
/// The fund takes over what the book leaves of a forced close, or another account's position is closed
/// against it. Both stand in the histories of the accounts like fills; their numbers lie far above
/// those of the book's trades and orders, and below 2⁵³, so that every client's numbers hold them.
public enum OutsideSettlement {
    private static let firstNumber: UInt64 = 8_000_000_000_000_000

    /// Settlements are numbered from 1, as `VenueProjections.settlementCount` counts them.
    public static func trade(_ settlement: UInt64) -> TradeID {
        TradeID(rawValue: firstNumber + settlement)
    }

    /// The order that stands for the counterparty of a deleveraging.
    public static func order(_ settlement: UInt64) -> OrderID {
        OrderID(rawValue: firstNumber + settlement)
    }
}

extension VenueProjections {
    mutating func settle(_ takeover: PositionTakenOver, at time: Timestamp) {
        settlementCount += 1
        let trade = OutsideSettlement.trade(settlementCount)
        // The money that follows is about this.
        currentTrade = trade
        accounts[takeover.account.index].settle(
            trade,
            of: liquidationOrder(of: takeover.liquidation),
            in: takeover.instrument,
            positionSide: takeover.side,
            side: takeover.quantity.units > 0 ? .sell : .buy,
            price: takeover.price,
            quantity: takeover.quantity.magnitude,
            realizedPnL: takeover.realizedPnL,
            at: time
        )
    }

    mutating func settle(
        _ deleveraging: Deleveraged,
        at header: EventHeader,
        digest: Digest
    ) {
        settlementCount += 1
        deleveragingCount += 1
        let trade = OutsideSettlement.trade(settlementCount)
        currentTrade = trade
        let isLong = deleveraging.quantity.units > 0
        accounts[deleveraging.bankrupt.index].settle(
            trade,
            of: liquidationOrder(of: deleveraging.liquidation),
            in: deleveraging.instrument,
            positionSide: deleveraging.bankruptSide,
            side: isLong ? .sell : .buy,
            price: deleveraging.price,
            quantity: deleveraging.quantity.magnitude,
            realizedPnL: deleveraging.bankruptPnL,
            at: header.time
        )
        addReceipt(of: deleveraging, at: header, digest: digest)
        noteInReceipt(deleveraging)
        accounts[deleveraging.counterparty.index].settle(
            trade,
            of: deleveraging,
            as: OutsideSettlement.order(settlementCount),
            in: markets[deleveraging.instrument.index].rules.contract,
            at: header.time
        )
    }

    private func liquidationOrder(of liquidation: LiquidationID) -> OrderID {
        openReceipts.last { $0.id == liquidation }?.orders.last?.order ?? .none
    }
}

extension AccountProjection {
    /// A fill that no order of the book had.
    fileprivate mutating func settle(
        _ trade: TradeID,
        of order: OrderID,
        in instrument: InstrumentID,
        positionSide: PositionSide,
        side: Side,
        price: Price,
        quantity: Quantity,
        realizedPnL: Amount,
        at time: Timestamp
    ) {
        updateTime = time
        guard keepsHistory else { return }
        fills.append(
            FillProjection(
                trade: trade,
                order: order,
                clientOrderID: .none,
                instrument: instrument,
                side: side,
                positionSide: positionSide,
                price: price,
                quantity: quantity,
                fee: .zero,
                realizedPnL: realizedPnL,
                isMaker: false,
                time: time,
                isSettledOutsideBook: true
            )
        )
    }

    /// The counterparty's side of a deleveraging: an order that the venue gave in its name, and its
    /// fill.
    fileprivate mutating func settle(
        _ trade: TradeID,
        of deleveraging: Deleveraged,
        as order: OrderID,
        in contract: ContractTerms,
        at time: Timestamp
    ) {
        let side: Side = deleveraging.quantity.units > 0 ? .buy : .sell
        let quantity = deleveraging.quantity.magnitude
        settle(
            trade,
            of: order,
            in: deleveraging.instrument,
            positionSide: deleveraging.counterpartySide,
            side: side,
            price: deleveraging.price,
            quantity: quantity,
            realizedPnL: deleveraging.counterpartyPnL,
            at: time
        )
        guard keepsHistory else { return }
        var closed = OrderProjection(
            OrderAccepted(
                order: order,
                account: id,
                instrument: deleveraging.instrument,
                side: side,
                type: .limit,
                timeInForce: .immediateOrCancel,
                reduceOnly: true,
                origin: .liquidation,
                price: deleveraging.price,
                quantity: quantity,
                marginPrice: deleveraging.price,
                clientOrderID: .none,
                positionSide: deleveraging.counterpartySide
            ),
            at: time
        )
        closed.filled = quantity
        closed.filledValue = contract.tradedValue(of: quantity, at: deleveraging.price)
        closed.status = .filled
        closed.isDeleveraging = true
        closedOrders.append(closed)
    }
}
