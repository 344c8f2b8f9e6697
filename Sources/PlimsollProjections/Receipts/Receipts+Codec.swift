import PlimsollModel

extension LiquidationReceipt: Storable {
    func encode(into writer: inout ByteWriter) {
        encodeFrame(into: &writer)
        started.encode(into: &writer)
        finished.encode(into: &writer)
        writer.put(prices)
        writer.put(takerFeeRate)
        writer.put(liquidationFeeRate)
        writer.put(openingFees)
        writer.put(fundingReceived)
        writer.put(UInt32(cancelledOrders.count))
        for order in cancelledOrders { writer.put(order) }
        writer.put(count: cancelledOrderCount)
        writer.put(orders)
        writer.put(count: orderCount)
        writer.put(fills)
        writer.put(count: tradeCount)
        writer.put(filledQuantity)
        writer.put(filledValue)
        writer.put(closingFees)
        writer.put(realizedPnL)
        writer.put(takenOverQuantity)
        writer.put(takenOverPrice)
        writer.put(takenOverPnL)
        writer.put(deleveragings)
        writer.put(count: deleveragingCount)
        writer.put(deleveragedQuantity)
        writer.put(deleveragedValue)
        writer.put(deleveragedPnL)
        writer.put(deficit)
        writer.put(keptByFund)
        writer.put(crossWalletBefore)
        writer.put(crossWalletAfter)
        writer.put(siblingQuantity)
        writer.put(count: positionsKept)
        writer.put(count: ordersKept)
    }

    private func encodeFrame(into writer: inout ByteWriter) {
        writer.put(symbol)
        writer.put(baseAsset)
        writer.put(settleAsset)
        writer.put(UInt8(priceDecimals))
        writer.put(UInt8(quantityDecimals))
        writer.put(contractKind)
        writer.put(multiplier)
        writer.put(markMethod)
        terms.encode(into: &writer)
        writer.put(startSequence)
        writer.put(startTime)
        writer.put(digestBefore.value)
        writer.put(finishSequence)
        writer.put(finishTime)
        writer.put(digestAfter.value)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        symbol = try reader.symbol()
        baseAsset = try reader.symbol()
        settleAsset = try reader.symbol()
        priceDecimals = Int(try reader.integer(UInt8.self))
        quantityDecimals = Int(try reader.integer(UInt8.self))
        contractKind = try reader.choice()
        multiplier = try reader.number()
        markMethod = try reader.choice()
        terms = try ReceiptTerms(from: &reader)
        startSequence = try reader.identifier()
        startTime = try reader.timestamp()
        digestBefore = Digest(value: try reader.integer())
        finishSequence = try reader.identifier()
        finishTime = try reader.timestamp()
        digestAfter = Digest(value: try reader.integer())
        started = try LiquidationStarted(from: &reader)
        finished = try LiquidationFinished(from: &reader)
        prices = try reader.optional()
        takerFeeRate = try reader.number()
        liquidationFeeRate = try reader.number()
        openingFees = try reader.amount()
        fundingReceived = try reader.amount()
        for _ in 0..<(try reader.integer(UInt32.self)) {
            cancelledOrders.append(try reader.identifier())
        }
        cancelledOrderCount = try reader.count()
        orders = try reader.elements()
        orderCount = try reader.count()
        fills = try reader.elements()
        tradeCount = try reader.count()
        filledQuantity = try reader.number()
        filledValue = try reader.amount()
        closingFees = try reader.amount()
        realizedPnL = try reader.amount()
        takenOverQuantity = try reader.number()
        takenOverPrice = try reader.number()
        takenOverPnL = try reader.amount()
        deleveragings = try reader.elements()
        deleveragingCount = try reader.count()
        deleveragedQuantity = try reader.number()
        deleveragedValue = try reader.amount()
        deleveragedPnL = try reader.amount()
        deficit = try reader.amount()
        keptByFund = try reader.amount()
        crossWalletBefore = try reader.amount()
        crossWalletAfter = try reader.amount()
        siblingQuantity = try reader.number()
        positionsKept = try reader.count()
        ordersKept = try reader.count()
    }
}

extension ReceiptFill: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(order)
        writer.put(firstTrade)
        writer.put(lastTrade)
        writer.put(price)
        writer.put(quantity)
        writer.put(fee)
        writer.put(realizedPnL)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        order = try reader.identifier()
        firstTrade = try reader.identifier()
        lastTrade = try reader.identifier()
        price = try reader.number()
        quantity = try reader.number()
        fee = try reader.amount()
        realizedPnL = try reader.amount()
    }
}

extension ReceiptTerms: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(boundary)
        writer.put(step)
        writer.put(stepShare)
        writer.put(includesCloseFee)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        boundary = try reader.choice()
        step = try reader.choice()
        stepShare = try reader.number()
        includesCloseFee = try reader.bool()
    }
}

extension ReceiptDeleveraging: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id)
        writer.put(counterparty)
        writer.put(counterpartySide)
        writer.put(quantity)
        writer.put(price)
        writer.put(realizedPnL)
        writer.put(score)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.integer()
        counterparty = try reader.identifier()
        counterpartySide = try reader.choice()
        quantity = try reader.number()
        price = try reader.number()
        realizedPnL = try reader.amount()
        score = try reader.amount().units
    }
}
