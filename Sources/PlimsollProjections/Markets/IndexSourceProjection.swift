public import PlimsollModel

/// The newest price that one source of an index told.
public struct IndexSourceProjection: BitwiseCopyable, Hashable, Sendable {
    public var source: UInt8
    public var price: Price
    public var time: Timestamp
}

extension MarketProjection {
    /// What a source told last; of an index with one source, that is the index.
    ///
    /// The only source of an index is not told of by itself. While the index is not stale, its time is
    /// that of the newest mark price, too late by no more than the silence that is allowed.
    public func indexSource(_ source: Int) -> IndexSourceProjection? {
        if let told = indexSources.first(where: { Int($0.source) == source }) { return told }
        guard rules.index.sourceCount == 1, rules.index.weight(of: source) > 0, let prices else {
            return nil
        }
        // The first millisecond beyond the silence that is allowed is the one that is told.
        let heard = indexStaleTime.advanced(
            byMilliseconds: -1 - rules.index.staleAfterMilliseconds
        )
        return IndexSourceProjection(
            source: UInt8(source),
            price: prices.index,
            time: isIndexStale ? min(heard, pricesTime) : pricesTime
        )
    }

    /// Whether a source of the index counts for nothing, having told nothing for too long or ever.
    ///
    /// - Parameters:
    ///   - source: With a weight.
    ///   - now: The venue's time.
    /// - Returns: True also of a source that no price is known of.
    public func isIndexSourceSilent(_ source: Int, at now: Timestamp) -> Bool {
        guard let told = indexSource(source) else { return true }
        let allowed = rules.index.staleAfterMilliseconds
        return allowed > 0 && now.milliseconds - told.time.milliseconds > allowed
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
