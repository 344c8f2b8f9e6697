public import PlimsollModel

extension VenueProjections {
    static let codecVersion: UInt8 = 7
    /// Each version ends with something that those before it lack; the rest is the same.
    private static let firstVersion: UInt8 = 5
    private static let marginCallVersion: UInt8 = 6
    private static let deleveragingCountVersion: UInt8 = 7

    /// Writes everything that `init(from:)` needs to go on as if nothing had happened.
    public func encode(into writer: inout ByteWriter) {
        writer.put(Self.codecVersion)
        writer.put(sequence)
        writer.put(time)
        writer.put(digest.value)
        writer.put(transaction)
        let rules = VenueRules(name: "", assets: assets, instruments: markets.map(\.rules))
        let changes = rules.changes
        writer.put(UInt32(changes.count))
        for change in changes { change.encode(into: &writer) }
        for market in markets { market.encode(into: &writer) }
        writer.put(accounts)
        writer.put(receipts)
        writer.put(openReceipts)
        writer.put(deleveragingReceipts)
        writer.put(settlementCount)
        writer.put(insuranceFunds)
        cascades.encode(into: &writer)
        writer.put(marginCallCount)
        writer.put(marginCalls)
        writer.put(deleveragingCount)
    }

    /// - Parameters:
    ///   - reader: At what `encode(into:)` wrote.
    ///   - crowd: The participants of a simulated market.
    /// - Throws: Where the bytes are not that.
    public init(
        from reader: inout ByteReader,
        crowd: Range<AccountID> = .externalWorld..<(.externalWorld)
    ) throws(CodecError) {
        self.init(crowd: crowd)
        let start = reader.offset
        let version: UInt8 = try reader.integer()
        guard (Self.firstVersion...Self.codecVersion).contains(version) else {
            throw CodecError(.unsupportedVersion, at: start)
        }
        sequence = try reader.identifier()
        time = try reader.timestamp()
        digest = Digest(value: try reader.integer())
        transaction = try reader.integer()
        try decodeRules(from: &reader)
        for index in markets.indices { try markets[index].decode(from: &reader) }
        try decodeAccounts(from: &reader)
        try reader.elements(into: &receipts)
        openReceipts = try reader.elements()
        try reader.elements(into: &deleveragingReceipts)
        settlementCount = try reader.integer()
        let fundStart = reader.offset
        insuranceFunds = try reader.elements()
        try reader.require(insuranceFunds.count <= assets.count, since: fundStart)
        cascades = try CascadeLog(from: &reader)
        deleveragingCount = UInt64(deleveragingReceipts.count)
        guard version >= Self.marginCallVersion else { return }
        marginCallCount = try reader.integer()
        try reader.elements(into: &marginCalls)
        guard version >= Self.deleveragingCountVersion else { return }
        deleveragingCount = try reader.integer()
    }

    private mutating func decodeRules(from reader: inout ByteReader) throws(CodecError) {
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let start = reader.offset
            let change = try RuleChange(from: &reader)
            try reader.require(isNext(change), since: start)
            fold(change)
        }
    }

    /// Whether a change speaks of the next asset, the next instrument or the newest one, which is
    /// all that the changes of a whole venue do.
    private func isNext(_ change: RuleChange) -> Bool {
        switch change {
        case .defineAsset(let asset, _): asset.index == assets.count
        case .setContract(let instrument, _): instrument.index == markets.count
        case .setLimits(let instrument, _), .setFees(let instrument, _),
            .setFunding(let instrument, _), .setMark(let instrument, _),
            .setTriggers(let instrument, _), .setIndex(let instrument, _),
            .setLiquidation(let instrument, _), .setTier(let instrument, _, _),
            .setLeverageDefault(let instrument, _),
            .openTrading(let instrument):
            instrument.index == markets.count - 1
        }
    }

    private mutating func decodeAccounts(from reader: inout ByteReader) throws(CodecError) {
        let start = reader.offset
        accounts = try reader.elements()
        for index in accounts.indices { shortenHistory(of: &accounts[index]) }
        try reader.require(accounts.count >= AccountID.firstOpened.index, since: start)
        for (index, account) in accounts.enumerated() {
            let isSound =
                account.id.index == index
                && account.positions.allSatisfy { $0.instrument.index < markets.count }
                && account.orders.all.allSatisfy {
                    $0.accepted.account == account.id && $0.instrument.index < markets.count
                }
            try reader.require(isSound, since: start)
        }
    }
}
