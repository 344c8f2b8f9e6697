public import PlimsollModel

/// One warning that little is left before a liquidation: whose, how little, and of what.
///
/// Everything in it is a number that the event carried or that stood in the read models then.
public struct MarginCallReceipt: Hashable, Sendable {
    /// A position that shares the margin which is nearly used up.
    public struct Position: Hashable, Sendable {
        public internal(set) var symbol: Symbol
        public internal(set) var side: PositionSide
        public internal(set) var quantity: Quantity
        public internal(set) var entryValue: Amount
        public internal(set) var leverage: UInt16
        public internal(set) var markPrice: Price
        public internal(set) var priceDecimals: Int
        public internal(set) var quantityDecimals: Int
        public internal(set) var contractKind: ContractKind
        /// Quote units of an inverse contract.
        public internal(set) var multiplier: Price

        /// At the mark price.
        public var unrealizedPnL: Amount {
            contract.value(of: quantity, at: markPrice) - entryValue
        }

        var contract: ContractValuation {
            ContractValuation(kind: contractKind, multiplier: multiplier)
        }
    }

    /// Counted from 1 among the calls of all traders.
    public internal(set) var id: UInt64
    public internal(set) var account: AccountID
    public internal(set) var scope: MarginMode
    public internal(set) var settleAsset: Symbol

    /// The command that brought it about, and the venue's digests before and after that command.
    public internal(set) var sequence: Sequence
    public internal(set) var time: Timestamp
    public internal(set) var digestBefore: Digest
    public internal(set) var digestAfter: Digest

    public internal(set) var marginBalance: Amount
    public internal(set) var maintenanceMargin: Amount
    /// The position where the scope is isolated, else every cross position of the asset.
    public internal(set) var positions: [Position]

    /// What lies behind the positions before their profit and loss.
    public var wallet: Amount { positions.reduce(marginBalance) { $0 - $1.unrealizedPnL } }

    /// What may still be lost before the liquidation.
    public var buffer: Amount { marginBalance - maintenanceMargin }
}

extension VenueProjections {
    public func marginCall(_ id: UInt64) -> MarginCallReceipt? { marginCalls.last { $0.id == id } }

    /// Keeps the call of a trader; a market maker's is nobody's lesson.
    mutating func addReceipt(
        of call: MarginCallChanged,
        at header: EventHeader,
        digest: Digest
    ) {
        guard call.isCalled, accounts[call.account.index].keepsHistory else { return }
        let asset = markets[call.instrument.index].rules.contract.settleAsset
        let held = accounts[call.account.index].positions.filter { position in
            guard !position.isFlat, position.marginMode == call.scope else { return false }
            return call.scope == .isolated
                ? position.instrument == call.instrument && position.side == call.side
                : markets[position.instrument.index].rules.contract.settleAsset == asset
        }
        marginCallCount += 1
        marginCalls.append(
            MarginCallReceipt(
                id: marginCallCount,
                account: call.account,
                scope: call.scope,
                settleAsset: assets[asset.index],
                sequence: header.sequence,
                time: header.time,
                digestBefore: self.digest,
                digestAfter: digest,
                marginBalance: call.marginBalance,
                maintenanceMargin: call.maintenanceMargin,
                positions: held.map { MarginCallReceipt.Position($0, markets[$0.instrument.index]) }
            )
        ) { [crowd] in !crowd.contains($0.account) }
    }
}

extension MarginCallReceipt.Position {
    fileprivate init(_ held: PositionProjection, _ market: MarketProjection) {
        let contract = market.rules.contract
        symbol = contract.symbol
        side = held.side
        quantity = held.quantity
        entryValue = held.entryValue
        leverage = held.leverage
        markPrice = market.prices?.mark ?? .zero
        priceDecimals = Int(contract.priceDecimals)
        quantityDecimals = Int(contract.quantityDecimals)
        contractKind = contract.kind
        multiplier = contract.multiplier
    }
}

extension MarginCallReceipt: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(account)
        writer.put(scope)
        writer.put(settleAsset)
        writer.put(sequence)
        writer.put(time)
        writer.put(digestBefore.value)
        writer.put(digestAfter.value)
        writer.put(marginBalance)
        writer.put(maintenanceMargin)
        writer.put(positions)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.integer()
        account = try reader.identifier()
        scope = try reader.choice()
        settleAsset = try reader.symbol()
        sequence = try reader.identifier()
        time = try reader.timestamp()
        digestBefore = Digest(value: try reader.integer())
        digestAfter = Digest(value: try reader.integer())
        marginBalance = try reader.amount()
        maintenanceMargin = try reader.amount()
        positions = try reader.elements()
    }
}

extension MarginCallReceipt.Position: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(symbol)
        writer.put(side)
        writer.put(quantity)
        writer.put(entryValue)
        writer.put(leverage)
        writer.put(markPrice)
        writer.put(UInt8(priceDecimals))
        writer.put(UInt8(quantityDecimals))
        writer.put(contractKind)
        writer.put(multiplier)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        symbol = try reader.symbol()
        side = try reader.choice()
        quantity = try reader.number()
        entryValue = try reader.amount()
        leverage = try reader.integer()
        markPrice = try reader.number()
        priceDecimals = Int(try reader.integer(UInt8.self))
        quantityDecimals = Int(try reader.integer(UInt8.self))
        contractKind = try reader.choice()
        multiplier = try reader.number()
    }
}
