public import PlimsollModel

/// The whole state as bytes, and back.
///
/// A restored engine continues exactly as the original would have: every order of events that
/// depends on a list is kept, and slots and hash tables, on which nothing depends, are made anew.
///
/// Spec: DET-004.
extension Engine {
    private static let snapshotVersion: UInt8 = 5

    public func snapshot() -> [UInt8] {
        var writer = ByteWriter(capacity: 1 << 20)
        writer.put(Self.snapshotVersion)
        writer.put(sequence)
        writer.put(time)
        writer.put(digest.value)
        writer.put(lastOrder)
        writer.put(lastLiquidation)
        writer.put(lastConditional)
        encodeRules(into: &writer)
        encodePrices(into: &writer)
        encodeAccounts(into: &writer)
        encodePositions(into: &writer)
        encodeOrders(into: &writer)
        encodeConditionals(into: &writer)
        encodeDeadlines(into: &writer)
        return writer.bytes
    }

    public init(snapshot: [UInt8]) throws(CodecError) {
        self.init()
        var reader = ByteReader(snapshot)
        guard try reader.integer(UInt8.self) == Self.snapshotVersion else {
            throw CodecError(.unsupportedVersion, at: 0)
        }
        sequence = try reader.identifier()
        time = try reader.timestamp()
        let digestValue: UInt64 = try reader.integer()
        let lastOrder: UInt64 = try reader.integer()
        lastLiquidation = try reader.integer()
        lastConditional = try reader.integer()
        try decodeRules(from: &reader)
        try decodePrices(from: &reader)
        try decodeAccounts(from: &reader)
        try decodePositions(from: &reader)
        try decodeOrders(from: &reader)
        try decodeConditionals(from: &reader)
        try decodeDeadlines(from: &reader)
        try reader.finish()
        digest = Digest(value: digestValue)
        self.lastOrder = lastOrder
        guard brokenInvariants().isEmpty else { throw reader.failure(.invalidValue) }
    }

    // MARK: Prices

    private func encodePrices(into writer: inout ByteWriter) {
        for index in 0..<instruments.count {
            let state = instruments[index]
            writer.put(state.indexPrice)
            writer.put(state.markPrice)
            writer.put(state.lastPrice)
            writer.put(state.fundingRate)
            writer.put(state.nextMark)
            writer.put(state.nextSample)
            writer.put(state.nextFunding)
            writer.put(state.lastTrade)
            writer.put(books[index].lastUpdate)
            writer.put(state.isFundingRateFixed)
            writer.put(state.premiums.count)
            writer.put(state.premiums.sum)
            writer.put(state.premiums.linearSum)
            writer.put(state.premium)
            writer.put(state.isStale)
            writer.put(state.staleAt)
            for source in 0..<IndexTerms.sourceCountMax {
                let place = index * IndexTerms.sourceCountMax + source
                writer.put(indexSources[place].price)
                writer.put(indexSources[place].heard)
            }
            writer.put(UInt8(state.basisCount))
            writer.put(UInt8(state.basisNext))
            for sample in 0..<state.basisCount {
                writer.put(basisSamples[index * Self.basisSampleMax + sample])
                writer.put(basisPressures[index * Self.basisSampleMax + sample])
            }
            encode(pressures[index], into: &writer)
        }
    }

    private mutating func decodePrices(from reader: inout ByteReader) throws(CodecError) {
        for index in 0..<instruments.count {
            instruments[index].indexPrice = try reader.number()
            instruments[index].markPrice = try reader.number()
            instruments[index].lastPrice = try reader.number()
            instruments[index].fundingRate = try reader.number()
            instruments[index].nextMark = try reader.timestamp()
            instruments[index].nextSample = try reader.timestamp()
            instruments[index].nextFunding = try reader.timestamp()
            instruments[index].lastTrade = try reader.integer()
            books[index].lastUpdate = try reader.integer()
            instruments[index].isFundingRateFixed = try reader.bool()
            instruments[index].premiums = PremiumAverage(
                count: try reader.integer(),
                sum: try reader.amount().units,
                linearSum: try reader.amount().units
            )
            instruments[index].premium = try reader.number()
            guard instruments[index].premiums.count >= 0 else {
                throw reader.failure(.invalidValue)
            }
            instruments[index].isStale = try reader.bool()
            instruments[index].staleAt = try reader.timestamp()
            for source in 0..<IndexTerms.sourceCountMax {
                indexSources[index * IndexTerms.sourceCountMax + source] = IndexSource(
                    price: try reader.number(),
                    heard: try reader.timestamp()
                )
            }
            let count = Int(try reader.integer(UInt8.self))
            let next = Int(try reader.integer(UInt8.self))
            guard count <= Self.basisSampleMax, next < Self.basisSampleMax else {
                throw reader.failure(.invalidValue)
            }
            instruments[index].basisCount = count
            instruments[index].basisNext = next
            for sample in 0..<count {
                let value: Int64 = try reader.integer()
                basisSamples[index * Self.basisSampleMax + sample] = value
                instruments[index].basisSum += Int128(value)
                let pressure: Int64 = try reader.integer()
                basisPressures[index * Self.basisSampleMax + sample] = pressure
                pressures[index].sampleSum += Int128(pressure)
            }
            try decodePressure(index, from: &reader)
        }
        nextDue = .zero
    }

    // MARK: Accounts and positions

    private func encodeAccounts(into writer: inout ByteWriter) {
        writer.put(UInt32(accounts.count))
        for index in 0..<accounts.count {
            writer.put(accounts[index].kind)
            writer.put(accounts[index].isHedge)
            writer.put(accounts[index].marginCalls)
            for column in 0..<ledger.assets.count {
                writer.put(ledger.wallet(AccountID(rawValue: UInt32(index)), column))
            }
        }
    }

    private mutating func decodeAccounts(from reader: inout ByteReader) throws(CodecError) {
        let count: UInt32 = try reader.integer()
        for index in 0..<count {
            let kind: AccountKind = try reader.choice()
            if index >= AccountID.firstOpened.rawValue {
                accounts.append(AccountState(kind: kind))
                ledger.addAccount()
            }
            accounts[Int(index)].isHedge = try reader.bool()
            accounts[Int(index)].marginCalls = try reader.integer()
            for column in 0..<ledger.assets.count {
                ledger.restore(
                    try reader.amount(),
                    .wallet(AccountID(rawValue: index)),
                    column
                )
            }
        }
    }

    private func encodePositions(into writer: inout ByteWriter) {
        writer.put(UInt32(positions.count))
        for slot in 0..<positions.count {
            let state = positions[slot]
            writer.put(state.account)
            writer.put(state.instrument)
            writer.put(state.side)
            writer.put(state.leverage)
            writer.put(state.marginMode)
            writer.put(state.isMarginCalled)
            writer.put(state.quantity)
            writer.put(state.entryValue)
            writer.put(state.realizedPnL)
            writer.put(state.feesPaid)
            writer.put(state.fundingReceived)
            writer.put(ledger.isolatedWallet(Int32(slot)))
        }
        for index in 0..<instruments.count {
            writer.put(UInt32(openPositions[index].count))
            for place in 0..<openPositions[index].count { writer.put(openPositions[index][place]) }
        }
    }

    private mutating func decodePositions(from reader: inout ByteReader) throws(CodecError) {
        let count: UInt32 = try reader.integer()
        for _ in 0..<count {
            let account: AccountID = try reader.identifier()
            let instrument: InstrumentID = try reader.identifier()
            let side: PositionSide = try reader.choice()
            let leverage: UInt16 = try reader.integer()
            guard account.index < accounts.count, instrument.index < instruments.count,
                leverage > 0, position(of: account, in: instrument, side: side) == nil
            else { throw reader.failure(.invalidValue) }
            var state = PositionState(
                account: account,
                instrument: instrument,
                side: side,
                leverage: leverage
            )
            state.marginMode = try reader.choice()
            state.isMarginCalled = try reader.bool()
            state.quantity = try reader.number()
            state.entryValue = try reader.amount()
            state.realizedPnL = try reader.amount()
            state.feesPaid = try reader.amount()
            state.fundingReceived = try reader.amount()
            instruments[instrument.index].count(
                from: (.zero, .zero),
                to: (state.quantity, state.entryValue)
            )
            let slot = addPosition(state)
            ledger.restore(
                try reader.amount(),
                .isolated(slot),
                instruments[instrument.index].column
            )
        }
        for index in 0..<instruments.count {
            let openCount: UInt32 = try reader.integer()
            for place in 0..<openCount {
                let slot: Int32 = try reader.integer()
                guard slot >= 0, Int(slot) < positions.count else {
                    throw reader.failure(.invalidValue)
                }
                positions[Int(slot)].openIndex = Int32(place)
                openPositions[index].append(slot)
            }
        }
    }

    // MARK: Orders

    /// Level by level, best first, so that reading them back in turn restores every queue.
    private func encodeOrders(into writer: inout ByteWriter) {
        writer.put(UInt32(orderIndex.count))
        for index in 0..<instruments.count {
            for side in [Side.buy, .sell] {
                var tick = books[index].best(side) ?? -1
                while tick >= 0 {
                    var slot = books[index].level(side, at: tick).head
                    while slot >= 0 {
                        encode(orders[Int(slot)], clientOrderIDs[Int(slot)], into: &writer)
                        slot = orders[Int(slot)].nextAtLevel
                    }
                    tick = books[index].next(side, after: tick)
                }
            }
        }
    }

    private func encode(
        _ order: OrderState,
        _ clientOrderID: ClientOrderID,
        into writer: inout ByteWriter
    ) {
        writer.put(order.id)
        writer.put(order.position)
        writer.put(order.tick)
        writer.put(order.side)
        writer.put(order.type)
        writer.put(order.timeInForce)
        writer.put(order.reduceOnly)
        writer.put(order.origin)
        writer.put(order.quantity)
        writer.put(order.remaining)
        writer.put(order.marginPrice)
        writer.put(order.selfTradePrevention)
        writer.put(order.amendmentCount)
        writer.put(clientOrderID)
    }

    private mutating func decodeOrders(from reader: inout ByteReader) throws(CodecError) {
        let count: UInt32 = try reader.integer()
        for _ in 0..<count {
            let id: OrderID = try reader.identifier()
            let position: Int32 = try reader.integer()
            guard position >= 0, Int(position) < positions.count else {
                throw reader.failure(.invalidValue)
            }
            var order = newOrder(
                account: positions[Int(position)].account,
                instrument: positions[Int(position)].instrument,
                position: position,
                quantity: .zero
            )
            order.id = id
            order.tick = try reader.integer()
            order.side = try reader.choice()
            order.type = try reader.choice()
            order.timeInForce = try reader.choice()
            order.reduceOnly = try reader.bool()
            order.origin = try reader.choice()
            order.quantity = try reader.number()
            order.remaining = try reader.number()
            order.marginPrice = try reader.number()
            order.selfTradePrevention = try reader.choice()
            order.amendmentCount = try reader.integer()
            guard order.tick >= 0, order.remaining > .zero, findOrder(id) == nil else {
                throw reader.failure(.invalidValue)
            }
            let slot = link(order, try reader.clientOrderID())
            books[order.instrument.index].rest(slot, in: &orders)
        }
    }
}
