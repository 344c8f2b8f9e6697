import PlimsollModel

/// The rules in a snapshot, as the changes that would make them.
///
/// Spec: DET-004.
extension Engine {
    func encodeRules(into writer: inout ByteWriter) {
        writer.put(UInt16(assets.count))
        for index in 0..<assets.count { writer.put(assets[index]) }
        // Also those in which nothing settles any more: their wallets may hold money.
        writer.put(UInt8(ledger.assets.count))
        for column in 0..<ledger.assets.count { writer.put(ledger.assets[column]) }
        writer.put(UInt16(instruments.count))
        for index in 0..<instruments.count {
            let id = InstrumentID(rawValue: UInt16(index))
            let rules = VenueRules(name: "", assets: [], instruments: [rules(of: id)])
            let changes = rules.changes.dropLast(instruments[index].isTrading ? 0 : 1)
            writer.put(UInt8(changes.count))
            for change in changes { change.renumbered(id).encode(into: &writer) }
        }
    }

    mutating func decodeRules(from reader: inout ByteReader) throws(CodecError) {
        var discarded = EventBuffer()
        let assetCount: UInt16 = try reader.integer()
        for _ in 0..<assetCount { assets.append(try reader.symbol()) }
        let columnCount: UInt8 = try reader.integer()
        for _ in 0..<columnCount {
            let asset: AssetID = try reader.identifier()
            guard asset.index < assets.count, ledger.open(asset) else {
                throw reader.failure(.invalidValue)
            }
        }
        let instrumentCount: UInt16 = try reader.integer()
        for _ in 0..<instrumentCount {
            let changeCount: UInt8 = try reader.integer()
            for _ in 0..<changeCount {
                let change = try RuleChange(from: &reader)
                do throws(EngineRefusal) {
                    try changeRules(change, &discarded)
                } catch {
                    throw reader.failure(.invalidValue)
                }
            }
        }
        guard instruments.count == Int(instrumentCount) else {
            throw reader.failure(.invalidValue)
        }
    }
}

extension RuleChange {
    /// The same change for another instrument.
    fileprivate func renumbered(_ id: InstrumentID) -> RuleChange {
        switch self {
        case .defineAsset: self
        case .setContract(_, let terms): .setContract(id, terms)
        case .setLimits(_, let limits): .setLimits(id, limits)
        case .setFees(_, let fees): .setFees(id, fees)
        case .setFunding(_, let funding): .setFunding(id, funding)
        case .setMark(_, let mark): .setMark(id, mark)
        case .setTier(_, let index, let tier): .setTier(id, index: index, tier)
        case .setLeverageDefault(_, let leverage): .setLeverageDefault(id, leverage)
        case .openTrading: .openTrading(id)
        case .setTriggers(_, let terms): .setTriggers(id, terms)
        case .setIndex(_, let terms): .setIndex(id, terms)
        case .setLiquidation(_, let terms): .setLiquidation(id, terms)
        }
    }
}
