import PlimsollModel

extension CascadeLog: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(cascades)
        writer.put(UInt32(pricesBefore.count))
        for prices in pricesBefore { writer.put(prices) }
        writer.put(newest)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        cascades = try reader.elements()
        pricesBefore = []
        for _ in 0..<(try reader.integer(UInt32.self)) {
            pricesBefore.append(try reader.optional())
        }
        newest = try reader.timestamp()
    }
}

extension Cascade: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(instrument)
        writer.put(startSequence)
        writer.put(startTime)
        writer.put(lastTime)
        writer.put(lastSequence)
        writer.put(closes)
        writer.put(count: closeCount)
        writer.put(generations)
        writer.put(path)
        writer.put(lowest)
        writer.put(highest)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.identifier()
        instrument = try reader.identifier()
        startSequence = try reader.identifier()
        startTime = try reader.timestamp()
        lastTime = try reader.timestamp()
        lastSequence = try reader.identifier()
        closes = try reader.elements()
        closeCount = try reader.count()
        generations = try reader.elements()
        path = try reader.elements()
        lowest = try reader.number()
        highest = try reader.number()
    }
}

extension CascadePrices: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(time)
        writer.put(mark)
        writer.put(index)
        writer.put(last)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        time = try reader.timestamp()
        mark = try reader.number()
        index = try reader.number()
        last = try reader.number()
    }
}

extension CascadeClose: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(liquidation)
        writer.put(parent)
        writer.put(generation)
        writer.put(cause)
        writer.put(account)
        writer.put(instrument)
        writer.put(side)
        writer.put(scope)
        writer.put(leverage)
        writer.put(sequence)
        writer.put(time)
        writer.put(quantity)
        writer.put(quantityLeft)
        writer.put(notional)
        writer.put(markPrice)
        writer.put(undisturbedMark)
        writer.put(liquidationPrice)
        writer.put(bankruptcyPrice)
        writer.put(lastBefore)
        writer.put(lastAfter)
        writer.put(filledQuantity)
        writer.put(filledValue)
        writer.put(takenOverQuantity)
        writer.put(deleveragedQuantity)
        writer.put(realizedPnL)
        writer.put(liquidationFee)
        writer.put(insurancePaid)
        writer.put(deficit)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        liquidation = try reader.identifier()
        parent = try reader.identifier()
        generation = try reader.integer()
        cause = try reader.choice()
        account = try reader.identifier()
        instrument = try reader.identifier()
        side = try reader.choice()
        scope = try reader.choice()
        leverage = try reader.integer()
        sequence = try reader.identifier()
        time = try reader.timestamp()
        quantity = try reader.number()
        quantityLeft = try reader.number()
        notional = try reader.amount()
        markPrice = try reader.number()
        undisturbedMark = try reader.number()
        liquidationPrice = try reader.number()
        bankruptcyPrice = try reader.number()
        lastBefore = try reader.number()
        lastAfter = try reader.number()
        filledQuantity = try reader.number()
        filledValue = try reader.amount()
        takenOverQuantity = try reader.number()
        deleveragedQuantity = try reader.number()
        realizedPnL = try reader.amount()
        liquidationFee = try reader.amount()
        insurancePaid = try reader.amount()
        deficit = try reader.amount()
    }
}

extension CascadeGeneration: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(count: closeCount)
        writer.put(notional)
        writer.put(filledValue)
        writer.put(realizedPnL)
        writer.put(liquidationFee)
        writer.put(insurancePaid)
        writer.put(deficit)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        closeCount = try reader.count()
        notional = try reader.amount()
        filledValue = try reader.amount()
        realizedPnL = try reader.amount()
        liquidationFee = try reader.amount()
        insurancePaid = try reader.amount()
        deficit = try reader.amount()
    }
}
