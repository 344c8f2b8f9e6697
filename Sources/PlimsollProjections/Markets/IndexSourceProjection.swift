public import PlimsollModel

/// The newest price that one source of an index told.
public struct IndexSourceProjection: BitwiseCopyable, Hashable, Sendable {
    public var source: UInt8
    public var price: Price
    public var time: Timestamp
}

extension MarketProjection {
    /// What a source told last; of an index with one source, that is the index.
    public func indexSource(_ source: Int) -> IndexSourceProjection? {
        if let told = indexSources.first(where: { Int($0.source) == source }) { return told }
        guard rules.index.sourceCount == 1, rules.index.weight(of: source) > 0, let prices else {
            return nil
        }
        return IndexSourceProjection(
            source: UInt8(source),
            price: prices.index,
            time: pricesTime
        )
    }

    mutating func fold(_ update: IndexSourceUpdated, at time: Timestamp) {
        let told = IndexSourceProjection(source: update.source, price: update.price, time: time)
        let index = indexSources.firstIndex { $0.source >= update.source } ?? indexSources.count
        if index < indexSources.count, indexSources[index].source == update.source {
            indexSources[index] = told
        } else {
            indexSources.insert(told, at: index)
        }
    }
}

extension IndexSourceProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(source)
        writer.put(price)
        writer.put(time)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        source = try reader.integer()
        price = try reader.number()
        time = try reader.timestamp()
    }
}
