import PlimsollModel

/// The pressure of forced trades on prices in a snapshot.
///
/// Spec: DET-004, LIQ-041.
extension Engine {
    func encode(_ pressure: PricePressure, into writer: inout ByteWriter) {
        writer.put(pressure.flow.liquidation)
        writer.put(pressure.flow.generation)
        writer.put(pressure.isActive)
        writer.put(pressure.side)
        writer.put(pressure.lastBasis)
        writer.put(pressure.midBasis)
        writer.put(pressure.until)
        writer.put(pressure.undisturbedMark)
    }

    /// The sum over the samples is made with these.
    mutating func decodePressure(_ index: Int, from reader: inout ByteReader) throws(CodecError) {
        pressures[index].flow = ForcedFlow(
            liquidation: try reader.identifier(),
            generation: try reader.integer()
        )
        pressures[index].isActive = try reader.bool()
        pressures[index].side = try reader.choice()
        pressures[index].lastBasis = try reader.integer()
        pressures[index].midBasis = try reader.integer()
        pressures[index].until = try reader.timestamp()
        pressures[index].undisturbedMark = try reader.number()
        guard pressures[index].flow.liquidation.rawValue <= lastLiquidation else {
            throw reader.failure(.invalidValue)
        }
    }
}
