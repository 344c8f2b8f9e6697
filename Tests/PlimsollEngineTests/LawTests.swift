import PlimsollModel
import Testing

@testable import PlimsollEngine

@Suite struct `The laws of the books` {
    /// A venue with a long and a short of one.
    private func tradedVenue() -> Venue {
        var venue = Venue([TestRules.simple()])
        let buyer = venue.openTrader(deposit: 1000)
        let seller = venue.openTrader(deposit: 1000)
        venue.index("100")
        venue.place(seller, .sell, "1", at: "100")
        venue.place(buyer, .buy, "1", at: "100")
        return venue
    }

    @Test func `a sound venue breaks none`() {
        let venue = tradedVenue()
        let law = venue.engine.brokenLaw()
        #expect(law == nil)
        let broken = venue.engine.brokenInvariants()
        #expect(broken == [])
    }

    @Test func `a long without a short is seen at once`() {
        var venue = tradedVenue()
        venue.engine.instruments[0].count(
            from: (.zero, .zero),
            to: (Quantity(units: 1), .zero)
        )
        let law = venue.engine.brokenLaw() ?? "none"
        #expect(law.contains("instrument 0: longs of"))
    }

    /// Spec: LEDG-003.
    @Test func `a cost that nobody paid is seen at once`() {
        var venue = tradedVenue()
        venue.engine.instruments[0].entryValueSum += Amount(units: 1)
        let law = venue.engine.brokenLaw() ?? "none"
        #expect(law.contains("clearing and entry values sum to"))
    }

    @Test func `money from nowhere is seen at once`() {
        var venue = tradedVenue()
        venue.engine.ledger.restore(Amount(5), .wallet(TestRules.firstAccount), 0)
        let law = venue.engine.brokenLaw() ?? "none"
        #expect(law.contains("balances sum to"))
    }

    @Test func `funding left in clearing is seen at once`() {
        var venue = tradedVenue()
        venue.engine.ledger.transfer(
            from: .wallet(TestRules.firstAccount),
            to: .wallet(.fundingClearing),
            0,
            Amount(1)
        )
        let law = venue.engine.brokenLaw() ?? "none"
        #expect(law.contains("funding is left in clearing"))
    }

    @Test func `a restored venue keeps the sums`() throws {
        let venue = tradedVenue()
        let restored = try Engine(snapshot: venue.engine.snapshot())
        let law = restored.brokenLaw()
        #expect(law == nil)
        let shorts = restored.instruments[0].shortInterest
        #expect(shorts == Quantity(1))
    }
}
