import PlimsollModel
import PlimsollProjections
import Testing

@Suite struct `Projections codec` {
    private func decode(_ bytes: [UInt8]) throws(CodecError) -> VenueProjections {
        var reader = ByteReader(bytes)
        let projections = try VenueProjections(from: &reader)
        try reader.finish()
        return projections
    }

    @Test func `everything comes back, receipts included`() throws {
        let classic = try ClassicLiquidation()
        let decoded = try decode(classic.venue.bytes)
        var writer = ByteWriter()
        decoded.encode(into: &writer)
        #expect(writer.bytes == classic.venue.bytes)
        #expect(decoded.receipts.first == (try classic.receipt))
        #expect(decoded.digest == classic.venue.projections.digest)
        #expect(decoded.sequence == classic.venue.projections.sequence)
        #expect(decoded.time == classic.venue.time)
        let symbol = try #require(Symbol("BTCUSDT"))
        #expect(decoded.marketIndex(symbol) == ProjectedVenue.other)
        #expect(
            decoded.markets.map(\.rules) == classic.venue.projections.markets.map(\.rules)
        )
    }

    @Test func `bytes that end early are refused wherever they end`() throws {
        let bytes = try ClassicLiquidation().venue.bytes
        for count in 0..<bytes.count {
            #expect(throws: CodecError.self) { try decode(Array(bytes.prefix(count))) }
        }
    }

    @Test func `an unknown version is refused`() throws {
        var bytes = ProjectedVenue().bytes
        bytes[0] = 99
        #expect(throws: CodecError(.unsupportedVersion, at: 0)) { try decode(bytes) }
    }

    /// A flipped bit may make another number, but never a trap or a hang.
    @Test func `damaged bytes are read or refused`() throws {
        let bytes = try ClassicLiquidation().venue.bytes
        var refusals = 0
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x81
            do throws(CodecError) { _ = try decode(damaged) } catch { refusals += 1 }
        }
        #expect(refusals > 0)
    }
}
