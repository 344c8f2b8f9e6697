import PlimsollModel

extension AccountProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(kind)
        writer.put(isHedge)
        writer.put(wallets)
        writer.put(positions)
        writer.put(orders.all)
        writer.put(closedOrders)
        writer.put(openConditionals)
        writer.put(closedConditionals)
        writer.put(fills)
        writer.put(income)
        writer.put(amendments)
        writer.put(marginMoves)
        writer.put(countdowns)
        writer.put(isMarginCalled)
        writer.put(updateTime)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        let start = reader.offset
        self.init(id: try reader.identifier(), kind: try reader.choice())
        isHedge = try reader.bool()
        wallets = try reader.elements()
        positions = try reader.elements()
        let openOrders: [OrderProjection] = try reader.elements()
        try reader.elements(into: &closedOrders)
        openConditionals = try reader.elements()
        try reader.elements(into: &closedConditionals)
        try reader.elements(into: &fills)
        try reader.elements(into: &income)
        try reader.elements(into: &amendments)
        try reader.elements(into: &marginMoves)
        countdowns = try reader.elements()
        isMarginCalled = try reader.bool()
        updateTime = try reader.timestamp()
        let isOrdered =
            zip(wallets, wallets.dropFirst()).allSatisfy { $0.asset < $1.asset }
            && zip(positions, positions.dropFirst()).allSatisfy {
                ($0.instrument, $0.side.rawValue) < ($1.instrument, $1.side.rawValue)
            }
            && zip(countdowns, countdowns.dropFirst())
                .allSatisfy { $0.instrument < $1.instrument }
            && zip(openOrders, openOrders.dropFirst()).allSatisfy { $0.id < $1.id }
            && zip(openConditionals, openConditionals.dropFirst())
                .allSatisfy { $0.id < $1.id }
        try reader.require(isOrdered && openOrders.allSatisfy(\.isOpen), since: start)
        for order in openOrders { orders.insert(order) }
    }
}

extension WalletProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(asset)
        writer.put(balance)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        asset = try reader.identifier()
        balance = try reader.amount()
    }
}

extension PositionProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(instrument)
        writer.put(side)
        writer.put(quantity)
        writer.put(entryValue)
        writer.put(isolatedWallet)
        writer.put(leverage)
        writer.put(marginMode)
        writer.put(realizedPnL)
        writer.put(feesPaid)
        writer.put(fundingReceived)
        writer.put(updateTime)
        writer.put(isMarginCalled)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        instrument = try reader.identifier()
        side = try reader.choice()
        quantity = try reader.number()
        entryValue = try reader.amount()
        isolatedWallet = try reader.amount()
        leverage = try reader.integer()
        marginMode = try reader.choice()
        realizedPnL = try reader.amount()
        feesPaid = try reader.amount()
        fundingReceived = try reader.amount()
        updateTime = try reader.timestamp()
        isMarginCalled = try reader.bool()
    }
}

extension OrderProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        accepted.encode(into: &writer)
        writer.put(price)
        writer.put(quantity)
        writer.put(filled)
        writer.put(prevented)
        writer.put(filledValue)
        writer.put(status)
        writer.put(closeReason != nil)
        if let closeReason { writer.put(closeReason) }
        writer.put(isDeleveraging)
        writer.put(createTime)
        writer.put(updateTime)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        accepted = try OrderAccepted(from: &reader)
        price = try reader.number()
        quantity = try reader.number()
        filled = try reader.number()
        prevented = try reader.number()
        filledValue = try reader.amount()
        status = try reader.choice()
        closeReason = try reader.bool() ? try reader.choice() : nil
        isDeleveraging = try reader.bool()
        createTime = try reader.timestamp()
        updateTime = try reader.timestamp()
    }
}

extension FillProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(trade)
        writer.put(order)
        writer.put(clientOrderID)
        writer.put(instrument)
        writer.put(side)
        writer.put(positionSide)
        writer.put(price)
        writer.put(quantity)
        writer.put(fee)
        writer.put(realizedPnL)
        writer.put(isMaker)
        writer.put(time)
        writer.put(isSettledOutsideBook)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        trade = try reader.identifier()
        order = try reader.identifier()
        clientOrderID = try reader.clientOrderID()
        instrument = try reader.identifier()
        side = try reader.choice()
        positionSide = try reader.choice()
        price = try reader.number()
        quantity = try reader.number()
        fee = try reader.amount()
        realizedPnL = try reader.amount()
        isMaker = try reader.bool()
        time = try reader.timestamp()
        isSettledOutsideBook = try reader.bool()
    }
}

extension IncomeProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(kind)
        writer.put(amount)
        writer.put(asset)
        writer.put(instrument)
        writer.put(side)
        writer.put(time)
        writer.put(transaction)
        writer.put(trade)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        kind = try reader.choice()
        amount = try reader.amount()
        asset = try reader.identifier()
        instrument = try reader.optionalIdentifier()
        side = try reader.choice()
        time = try reader.timestamp()
        transaction = try reader.integer()
        trade = try reader.optionalIdentifier()
    }
}

extension CountdownProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(instrument)
        writer.put(due)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        instrument = try reader.identifier()
        due = try reader.timestamp()
    }
}
