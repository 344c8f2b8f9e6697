public import PlimsollModel

/// One position that was closed against a bankrupt one: whose turn it was and why, and at what price.
///
/// Everything in it is a number that an event carried or that stood in the read models before it.
public struct DeleveragingReceipt: Hashable, Sendable {
    /// Of the settlement; see `OutsideSettlement`.
    public internal(set) var id: UInt64
    public internal(set) var symbol: Symbol
    public internal(set) var settleAsset: Symbol
    public internal(set) var priceDecimals: Int
    public internal(set) var quantityDecimals: Int
    public internal(set) var contractKind: ContractKind
    /// Quote units of an inverse contract.
    public internal(set) var multiplier: Price
    public internal(set) var rank: DeleveragingRank
    public internal(set) var priceRule: DeleveragingPrice

    /// The command that did it, and the venue's digests before and after that command.
    public internal(set) var sequence: Sequence
    public internal(set) var time: Timestamp
    public internal(set) var digestBefore: Digest
    public internal(set) var digestAfter: Digest

    public internal(set) var event: Deleveraged
    /// Counted from 1 among those that were closed against the same bankrupt position.
    public internal(set) var place: Int
    /// The position before.
    public internal(set) var quantityBefore: Quantity
    public internal(set) var entryValueBefore: Amount
    public internal(set) var leverage: UInt16
    public internal(set) var marginMode: MarginMode
    public internal(set) var markPrice: Price
    /// The insurance fund in the settle asset before.
    public internal(set) var fundBalance: Amount

    public var account: AccountID { event.counterparty }
    public var liquidation: LiquidationID { event.liquidation }

    /// Signed, with the sign of the position.
    public var closedQuantity: Quantity { -event.quantity }
    public var quantityLeft: Quantity { quantityBefore - closedQuantity }
    public var realizedPnL: Amount { event.counterpartyPnL }

    /// At the mark price, before.
    public var unrealizedPnL: Amount {
        contract.value(of: quantityBefore, at: markPrice) - entryValueBefore
    }

    public var entryPrice: Price {
        contract.averagePrice(of: quantityBefore, worth: entryValueBefore)
    }

    var contract: ContractValuation {
        ContractValuation(kind: contractKind, multiplier: multiplier)
    }
}

extension VenueProjections {
    public func deleveragingReceipt(_ id: UInt64) -> DeleveragingReceipt? {
        deleveragingReceipts.last { $0.id == id }
    }

    mutating func addReceipt(
        of deleveraging: Deleveraged,
        at header: EventHeader,
        digest: Digest
    ) {
        let market = markets[deleveraging.instrument.index]
        let contract = market.rules.contract
        let position = accounts[deleveraging.counterparty.index].position(
            deleveraging.instrument,
            deleveraging.counterpartySide
        )
        let earlier = openReceipts.last { $0.id == deleveraging.liquidation }?.deleveragingCount
        deleveragingReceipts.append(
            DeleveragingReceipt(
                id: settlementCount,
                symbol: contract.symbol,
                settleAsset: assets[contract.settleAsset.index],
                priceDecimals: Int(contract.priceDecimals),
                quantityDecimals: Int(contract.quantityDecimals),
                contractKind: contract.kind,
                multiplier: contract.multiplier,
                rank: market.rules.liquidation.rank,
                priceRule: market.rules.liquidation.price,
                sequence: header.sequence,
                time: header.time,
                digestBefore: self.digest,
                digestAfter: digest,
                event: deleveraging,
                place: (earlier ?? 0) + 1,
                quantityBefore: position?.quantity ?? .zero,
                entryValueBefore: position?.entryValue ?? .zero,
                leverage: position?.leverage ?? market.rules.leverageDefault,
                marginMode: position?.marginMode ?? .cross,
                markPrice: market.prices?.mark ?? .zero,
                fundBalance: insuranceFund(contract.settleAsset).balance
            )
        ) { [crowd] in !crowd.contains($0.event.counterparty) }
    }
}

extension DeleveragingReceipt: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(symbol)
        writer.put(settleAsset)
        writer.put(UInt8(priceDecimals))
        writer.put(UInt8(quantityDecimals))
        writer.put(contractKind)
        writer.put(multiplier)
        writer.put(rank)
        writer.put(priceRule)
        writer.put(sequence)
        writer.put(time)
        writer.put(digestBefore.value)
        writer.put(digestAfter.value)
        event.encode(into: &writer)
        writer.put(count: place)
        writer.put(quantityBefore)
        writer.put(entryValueBefore)
        writer.put(leverage)
        writer.put(marginMode)
        writer.put(markPrice)
        writer.put(fundBalance)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.integer()
        symbol = try reader.symbol()
        settleAsset = try reader.symbol()
        priceDecimals = Int(try reader.integer(UInt8.self))
        quantityDecimals = Int(try reader.integer(UInt8.self))
        contractKind = try reader.choice()
        multiplier = try reader.number()
        rank = try reader.choice()
        priceRule = try reader.choice()
        sequence = try reader.identifier()
        time = try reader.timestamp()
        digestBefore = Digest(value: try reader.integer())
        digestAfter = Digest(value: try reader.integer())
        event = try Deleveraged(from: &reader)
        place = try reader.count()
        quantityBefore = try reader.number()
        entryValueBefore = try reader.amount()
        leverage = try reader.integer()
        marginMode = try reader.choice()
        markPrice = try reader.number()
        fundBalance = try reader.amount()
    }
}
