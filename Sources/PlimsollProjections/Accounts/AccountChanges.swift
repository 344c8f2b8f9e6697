public import PlimsollModel

/// A change of an order's price and quantity by its owner.
public struct AmendmentProjection: BitwiseCopyable, Hashable, Sendable {
    /// Of the account's amendments, from one.
    public var id: UInt64
    public var order: OrderID
    public var clientOrderID: ClientOrderID
    public var instrument: InstrumentID
    public var priceBefore: Price
    public var priceAfter: Price
    public var quantityBefore: Quantity
    public var quantityAfter: Quantity
    /// Of the order's amendments, from one.
    public var count: UInt32
    public var time: Timestamp
}

/// Money between the cross wallet and the wallet of an isolated position.
public struct MarginMoveProjection: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    /// Of the position.
    public var side: PositionSide
    public var asset: AssetID
    /// Positive into the position.
    public var amount: Amount
    /// Whether the trader moved it; otherwise a trade or a forced close did.
    public var isByHand: Bool
    public var time: Timestamp
}

extension AccountProjection {
    /// Takes down what an amendment is about to change.
    mutating func note(_ amendment: OrderAmended, at time: Timestamp) {
        guard keepsHistory, let order = orders.find(amendment.order) else { return }
        let earlier = amendments.last { $0.order == amendment.order }
        amendments.append(
            AmendmentProjection(
                id: (amendments.last?.id ?? 0) + 1,
                order: amendment.order,
                clientOrderID: order.clientOrderID,
                instrument: amendment.instrument,
                priceBefore: order.price,
                priceAfter: amendment.price,
                quantityBefore: order.quantity,
                quantityAfter: amendment.quantity,
                count: (earlier?.count ?? 0) + 1,
                time: time
            )
        )
    }

    mutating func note(_ movement: MoneyMoved, at header: EventHeader) {
        guard keepsHistory else { return }
        let isInto = movement.to.isIsolated
        let pocket = isInto ? movement.to : movement.from
        marginMoves.append(
            MarginMoveProjection(
                instrument: pocket.instrument,
                side: pocket.side,
                asset: movement.asset,
                amount: isInto ? movement.amount : -movement.amount,
                isByHand: lastSettled != header.sequence,
                time: header.time
            )
        )
    }
}

extension AmendmentProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(order)
        writer.put(clientOrderID)
        writer.put(instrument)
        writer.put(priceBefore)
        writer.put(priceAfter)
        writer.put(quantityBefore)
        writer.put(quantityAfter)
        writer.put(count)
        writer.put(time)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.integer()
        order = try reader.identifier()
        clientOrderID = try reader.clientOrderID()
        instrument = try reader.identifier()
        priceBefore = try reader.number()
        priceAfter = try reader.number()
        quantityBefore = try reader.number()
        quantityAfter = try reader.number()
        count = try reader.integer()
        time = try reader.timestamp()
    }
}

extension MarginMoveProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(instrument)
        writer.put(side)
        writer.put(asset)
        writer.put(amount)
        writer.put(isByHand)
        writer.put(time)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        instrument = try reader.identifier()
        side = try reader.choice()
        asset = try reader.identifier()
        amount = try reader.amount()
        isByHand = try reader.bool()
        time = try reader.timestamp()
    }
}
