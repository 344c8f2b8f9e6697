extension Command {
    /// Writes the command; the leading byte names its kind.
    ///
    /// Kinds are appended, never renumbered, since journals outlive versions.
    public func encode(into sink: inout some WireSink) {
        switch self {
        case .changeRules(let change):
            sink.put(0 as UInt8)
            change.encode(into: &sink)
        case .openAccount(let kind):
            sink.put(1 as UInt8)
            sink.put(kind)
        case .deposit(let change):
            sink.put(2 as UInt8)
            change.encode(into: &sink)
        case .withdraw(let change):
            sink.put(3 as UInt8)
            change.encode(into: &sink)
        case .placeOrder(let order):
            sink.put(4 as UInt8)
            order.encode(into: &sink)
        case .amendOrder(let amendment):
            sink.put(5 as UInt8)
            amendment.target.encode(into: &sink)
            sink.put(amendment.price)
            sink.put(amendment.quantity)
            sink.put(amendment.priceMatch)
        case .cancelOrder(let target):
            sink.put(6 as UInt8)
            target.encode(into: &sink)
        case .cancelAllOrders(let account, let instrument):
            sink.put(7 as UInt8)
            sink.put(account)
            sink.put(instrument)
        case .setLeverage(let account, let instrument, let leverage):
            sink.put(8 as UInt8)
            sink.put(account)
            sink.put(instrument)
            sink.put(leverage)
        case .setMarginMode(let account, let instrument, let mode):
            sink.put(9 as UInt8)
            sink.put(account)
            sink.put(instrument)
            sink.put(mode)
        case .adjustIsolatedMargin(let account, let instrument, let amount, let side):
            sink.put(10 as UInt8)
            sink.put(account)
            sink.put(instrument)
            sink.put(amount)
            sink.put(side)
        case .updateIndexPrice(let instrument, let price, let source):
            sink.put(11 as UInt8)
            sink.put(instrument)
            sink.put(price)
            sink.put(source)
        case .setFundingRate(let instrument, let rate):
            sink.put(12 as UInt8)
            sink.put(instrument)
            sink.put(rate)
        case .advanceTime:
            sink.put(13 as UInt8)
        case .placeConditionalOrder(let order):
            sink.put(14 as UInt8)
            order.encode(into: &sink)
        case .cancelConditionalOrder(let target):
            sink.put(15 as UInt8)
            target.encode(into: &sink)
        case .cancelAllConditionalOrders(let account, let instrument):
            sink.put(16 as UInt8)
            sink.put(account)
            sink.put(instrument)
        case .setPositionMode(let account, let isHedge):
            sink.put(17 as UInt8)
            sink.put(account)
            sink.put(isHedge)
        case .setCountdown(let account, let instrument, let milliseconds):
            sink.put(18 as UInt8)
            sink.put(account)
            sink.put(instrument)
            sink.put(milliseconds)
        case .transfer(let transfer):
            sink.put(19 as UInt8)
            sink.put(transfer.from)
            sink.put(transfer.to)
            sink.put(transfer.asset)
            sink.put(transfer.amount)
        }
    }

    public init(from reader: inout ByteReader) throws(CodecError) {
        let start = reader.offset
        switch try reader.integer(UInt8.self) {
        case 0: self = .changeRules(try RuleChange(from: &reader))
        case 1: self = .openAccount(try reader.choice())
        case 2: self = .deposit(try BalanceChange(from: &reader))
        case 3: self = .withdraw(try BalanceChange(from: &reader))
        case 4: self = .placeOrder(try NewOrder(from: &reader))
        case 5:
            let target = try OrderReference(from: &reader)
            let price: Price = try reader.number()
            let quantity: Quantity = try reader.number()
            self = .amendOrder(
                OrderAmendment(
                    target: target,
                    price: price,
                    quantity: quantity,
                    priceMatch: try reader.choice()
                )
            )
        case 6: self = .cancelOrder(try OrderReference(from: &reader))
        case 7: self = .cancelAllOrders(try reader.identifier(), try reader.identifier())
        case 8:
            self = .setLeverage(
                try reader.identifier(),
                try reader.identifier(),
                try reader.integer()
            )
        case 9:
            self = .setMarginMode(
                try reader.identifier(),
                try reader.identifier(),
                try reader.choice()
            )
        case 10:
            self = .adjustIsolatedMargin(
                try reader.identifier(),
                try reader.identifier(),
                try reader.amount(),
                side: try reader.choice()
            )
        case 11:
            self = .updateIndexPrice(
                try reader.identifier(),
                try reader.number(),
                source: try reader.integer()
            )
        case 12: self = .setFundingRate(try reader.identifier(), try reader.number())
        case 13: self = .advanceTime
        case 14: self = .placeConditionalOrder(try NewConditionalOrder(from: &reader))
        case 15: self = .cancelConditionalOrder(try ConditionalReference(from: &reader))
        case 16:
            self = .cancelAllConditionalOrders(try reader.identifier(), try reader.identifier())
        case 17: self = .setPositionMode(try reader.identifier(), isHedge: try reader.bool())
        case 18:
            self = .setCountdown(
                try reader.identifier(),
                try reader.identifier(),
                milliseconds: try reader.integer()
            )
        case 19:
            self = .transfer(
                AccountTransfer(
                    from: try reader.identifier(),
                    to: try reader.identifier(),
                    asset: try reader.identifier(),
                    amount: try reader.amount()
                )
            )
        default: throw CodecError(.invalidValue, at: start)
        }
    }
}

extension SequencedCommand {
    public func encode(into sink: inout some WireSink) {
        sink.put(sequence)
        sink.put(time)
        command.encode(into: &sink)
    }

    public init(from reader: inout ByteReader) throws(CodecError) {
        sequence = try reader.identifier()
        time = try reader.timestamp()
        command = try Command(from: &reader)
    }
}

extension BalanceChange {
    func encode(into sink: inout some WireSink) {
        sink.put(account)
        sink.put(asset)
        sink.put(amount)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        account = try reader.identifier()
        asset = try reader.identifier()
        amount = try reader.amount()
    }
}

extension NewOrder {
    func encode(into sink: inout some WireSink) {
        sink.put(account)
        sink.put(instrument)
        sink.put(side)
        sink.put(type)
        sink.put(timeInForce)
        sink.put(reduceOnly)
        sink.put(price)
        sink.put(quantity)
        sink.put(clientOrderID)
        sink.put(positionSide)
        sink.put(selfTradePrevention)
        sink.put(priceMatch)
        sink.put(goodTillDate)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        account = try reader.identifier()
        instrument = try reader.identifier()
        side = try reader.choice()
        type = try reader.choice()
        timeInForce = try reader.choice()
        reduceOnly = try reader.bool()
        price = try reader.number()
        quantity = try reader.number()
        clientOrderID = try reader.clientOrderID()
        positionSide = try reader.choice()
        selfTradePrevention = try reader.choice()
        priceMatch = try reader.choice()
        goodTillDate = try reader.timestamp()
    }
}

extension OrderReference {
    func encode(into sink: inout some WireSink) {
        sink.put(account)
        sink.put(instrument)
        sink.put(order)
        sink.put(clientOrderID)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        account = try reader.identifier()
        instrument = try reader.identifier()
        order = try reader.identifier()
        clientOrderID = try reader.clientOrderID()
    }
}
