import PlimsollModel

// The events that read models keep whole.

extension PricesUpdated: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(instrument)
        writer.put(mark)
        writer.put(index)
        writer.put(fundingBasisPrice)
        writer.put(averageBasisPrice)
        writer.put(last)
        writer.put(fundingRate)
        writer.put(nextFundingTime)
        writer.put(estimatedFundingRate)
        writer.put(premium)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init(
            instrument: try reader.identifier(),
            mark: try reader.number(),
            index: try reader.number(),
            fundingBasisPrice: try reader.number(),
            averageBasisPrice: try reader.number(),
            last: try reader.number(),
            fundingRate: try reader.number(),
            nextFundingTime: try reader.timestamp(),
            estimatedFundingRate: try reader.number(),
            premium: try reader.number()
        )
    }
}

extension FundingSettled: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(instrument)
        writer.put(time)
        writer.put(rate)
        writer.put(mark)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init(
            instrument: try reader.identifier(),
            time: try reader.timestamp(),
            rate: try reader.number(),
            mark: try reader.number()
        )
    }
}

extension OrderAccepted: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(order)
        writer.put(account)
        writer.put(instrument)
        writer.put(side)
        writer.put(type)
        writer.put(timeInForce)
        writer.put(reduceOnly)
        writer.put(origin)
        writer.put(price)
        writer.put(quantity)
        writer.put(marginPrice)
        writer.put(clientOrderID)
        writer.put(positionSide)
        writer.put(selfTradePrevention)
        writer.put(priceMatch)
        writer.put(goodTillDate)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init(
            order: try reader.identifier(),
            account: try reader.identifier(),
            instrument: try reader.identifier(),
            side: try reader.choice(),
            type: try reader.choice(),
            timeInForce: try reader.choice(),
            reduceOnly: try reader.bool(),
            origin: try reader.choice(),
            price: try reader.number(),
            quantity: try reader.number(),
            marginPrice: try reader.number(),
            clientOrderID: try reader.clientOrderID(),
            positionSide: try reader.choice(),
            selfTradePrevention: try reader.choice(),
            priceMatch: try reader.choice(),
            goodTillDate: try reader.timestamp()
        )
    }
}

extension LiquidationStarted: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(liquidation)
        writer.put(account)
        writer.put(instrument)
        writer.put(scope)
        writer.put(leverage)
        writer.put(quantity)
        writer.put(entryValue)
        writer.put(walletBalance)
        writer.put(marginBalance)
        writer.put(maintenanceMargin)
        writer.put(maintenanceRate)
        writer.put(deduction)
        writer.put(markPrice)
        writer.put(liquidationPrice)
        writer.put(bankruptcyPrice)
        writer.put(side)
        writer.put(cause)
        writer.put(generation)
        writer.put(parent)
        writer.put(undisturbedMark)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init(
            liquidation: try reader.identifier(),
            account: try reader.identifier(),
            instrument: try reader.identifier(),
            scope: try reader.choice(),
            leverage: try reader.integer(),
            quantity: try reader.number(),
            entryValue: try reader.amount(),
            walletBalance: try reader.amount(),
            marginBalance: try reader.amount(),
            maintenanceMargin: try reader.amount(),
            maintenanceRate: try reader.number(),
            deduction: try reader.amount(),
            markPrice: try reader.number(),
            liquidationPrice: try reader.number(),
            bankruptcyPrice: try reader.number(),
            side: try reader.choice(),
            cause: try reader.choice(),
            generation: try reader.integer(),
            parent: try reader.identifier(),
            undisturbedMark: try reader.number()
        )
    }
}

extension LiquidationFinished: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(liquidation)
        writer.put(account)
        writer.put(instrument)
        writer.put(filledQuantity)
        writer.put(filledValue)
        writer.put(realizedPnL)
        writer.put(tradingFee)
        writer.put(liquidationFee)
        writer.put(insurancePaid)
        writer.put(returned)
        writer.put(side)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init(
            liquidation: try reader.identifier(),
            account: try reader.identifier(),
            instrument: try reader.identifier(),
            filledQuantity: try reader.number(),
            filledValue: try reader.amount(),
            realizedPnL: try reader.amount(),
            tradingFee: try reader.amount(),
            liquidationFee: try reader.amount(),
            insurancePaid: try reader.amount(),
            returned: try reader.amount(),
            side: try reader.choice()
        )
    }
}

extension Deleveraged: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(liquidation)
        writer.put(instrument)
        writer.put(bankrupt)
        writer.put(bankruptSide)
        writer.put(counterparty)
        writer.put(counterpartySide)
        writer.put(quantity)
        writer.put(price)
        writer.put(bankruptPnL)
        writer.put(counterpartyPnL)
        writer.put(score)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init(
            liquidation: try reader.identifier(),
            instrument: try reader.identifier(),
            bankrupt: try reader.identifier(),
            bankruptSide: try reader.choice(),
            counterparty: try reader.identifier(),
            counterpartySide: try reader.choice(),
            quantity: try reader.number(),
            price: try reader.number(),
            bankruptPnL: try reader.amount(),
            counterpartyPnL: try reader.amount(),
            score: try reader.amount().units
        )
    }
}
