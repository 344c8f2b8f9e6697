import PlimsollModel

/// Conditional orders in a snapshot, with the prices that they are still to be looked at for.
///
/// Spec: DET-004, TRIG-001.
extension Engine {
    func encodeConditionals(into writer: inout ByteWriter) {
        for index in 0..<instruments.count {
            writer.put(UInt32(conditionalLists[index].count))
            var slot = conditionalLists[index].first
            while slot >= 0 {
                let state = conditionals[Int(slot)]
                writer.put(state.id.rawValue)
                writer.put(state.position)
                writer.put(state.best)
                Command.placeConditionalOrder(state.order).encode(into: &writer)
                slot = state.next
            }
        }
        writer.put(UInt32(stirred.count))
        for index in 0..<stirred.count {
            writer.put(stirred[index].instrument)
            writer.put(stirred[index].source)
        }
    }

    mutating func decodeConditionals(
        from reader: inout ByteReader
    ) throws(CodecError) {
        for index in 0..<instruments.count {
            let count: UInt32 = try reader.integer()
            for _ in 0..<count {
                let id: ConditionalOrderID = try reader.identifier()
                let position: Int32 = try reader.integer()
                let best: Price = try reader.number()
                guard case .placeConditionalOrder(let order) = try Command(from: &reader),
                    id.rawValue <= lastConditional, position >= 0,
                    Int(position) < positions.count,
                    order.instrument.index == index,
                    positions[Int(position)].instrument == order.instrument,
                    positions[Int(position)].account == order.account,
                    positions[Int(position)].side == order.positionSide
                else { throw reader.failure(.invalidValue) }
                var state = ConditionalState(id: id, order: order, position: position)
                state.best = best
                linkConditional(state)
            }
        }
        let stirredCount: UInt32 = try reader.integer()
        for _ in 0..<stirredCount {
            let entry = Stirred(instrument: try reader.identifier(), source: try reader.choice())
            guard entry.instrument.index < instruments.count else {
                throw reader.failure(.invalidValue)
            }
            stirred.append(entry)
        }
    }
}
