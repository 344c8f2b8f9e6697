import PlimsollModel
import PlimsollProjections
import Testing

@testable import PlimsollGateway

/// The document of a warning, against the engine that gave it.
@Suite struct `Margin calls` {
    /// A long of 0.5 at ten times, whose price falls in small steps until the first warning.
    private static func called(
        _ mode: MarginMode,
        deposit: Int = 10_000,
        quantity: String = "0.5"
    ) throws -> (venue: StreamTestVenue, trader: AccountID) {
        let venue = try StreamTestVenue()
        let maker = venue.openTrader(deposit: 10_000_000)
        let trader = venue.openTrader(deposit: deposit)
        let ether = StreamTestVenue.ether
        if mode == .isolated { venue.perform(.setMarginMode(trader, ether, .isolated)) }
        venue.perform(.setLeverage(trader, ether, 10))
        _ = try venue.limit(maker, .sell, quantity, at: "4000")
        _ = try venue.market(trader, .buy, quantity)
        var price = try Price(parsing: "4000")
        while venue.projections.marginCalls.isEmpty, price > Price(3000) {
            price = Price(units: price.units - 100_000_000)
            venue.perform(.updateIndexPrice(ether, price), after: 1000)
        }
        return (venue, trader)
    }

    @Test func `an isolated call tells the wallet, the ratio and what is left`() throws {
        let (venue, trader) = try Self.called(.isolated)
        let call = try #require(venue.projections.marginCalls.last)
        let held = try #require(
            venue.projections.account(trader)?.position(StreamTestVenue.ether, .both)
        )
        #expect(call.id == 1)
        #expect(call.account == trader)
        #expect(call.wallet == held.isolatedWallet)
        #expect(call.positions.map(\.quantity) == [held.quantity])
        #expect(call.buffer > .zero)
        #expect(call.maintenanceMargin.units * 10 >= call.marginBalance.units * 8)
        #expect(call.digestAfter == venue.projections.digest)
        #expect(venue.projections.marginCall(1) == call)
        #expect(venue.projections.marginCall(2) == nil)
    }

    @Test func `a cross call tells of the whole wallet`() throws {
        let (venue, trader) = try Self.called(.cross, deposit: 300)
        let call = try #require(venue.projections.marginCalls.last)
        #expect(call.scope == .cross)
        #expect(call.wallet == venue.projections.account(trader)?.wallet(StreamTestVenue.usdt))
    }

    @Test func `the document reckons what it claims`() throws {
        let (venue, _) = try Self.called(.isolated)
        let call = try #require(venue.projections.marginCalls.last)
        let document = try JSONValue(parsing: Array(call.json().utf8))
        #expect(document["marginMode"] == .string("isolated"))
        #expect(document["buffer"] == .string(call.buffer.text()))
        #expect(call.steps.map(\.title).first == "Unrealised PnL of ETHUSDT")
        #expect(call.steps.last?.result == call.buffer.text())
    }

    @Test func `a call that is taken back leaves no second document`() throws {
        let (venue, _) = try Self.called(.isolated)
        venue.perform(.updateIndexPrice(StreamTestVenue.ether, Price(4000)), after: 1000)
        #expect(venue.projections.marginCalls.count == 1)
    }

    @Test func `the documents are kept, and what was kept without them is read`() throws {
        let (venue, _) = try Self.called(.isolated)
        var writer = ByteWriter()
        venue.projections.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(
            Array(try VenueProjections(from: &reader).marginCalls)
                == Array(venue.projections.marginCalls)
        )
        let quiet = try StreamTestVenue()
        writer = ByteWriter()
        quiet.projections.encode(into: &writer)
        // Version 5 ended before the number and the list of calls, eight bytes and four, and before
        // the number of deleveragings, eight bytes.
        var earlier = Array(writer.bytes.dropLast(20))
        earlier[0] = 5
        reader = ByteReader(earlier)
        let read = try VenueProjections(from: &reader)
        try reader.finish()
        #expect(read.digest == quiet.projections.digest)
        #expect(read.marginCalls.isEmpty)
    }
}
