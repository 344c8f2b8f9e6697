import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

@Suite(.computesForLong) struct `A venue that was down for days` {
    private let fixture = NodeFixture()
    private let seller = AccountID(rawValue: demo.rawValue + 1)

    /// A venue with a long that three days of funding use up, stopped in good order.
    private func configuration(staleAfter milliseconds: Int64) throws -> NodeConfiguration {
        var configuration = try fixture.configuration()
        configuration.rules.instruments[0].index.staleAfterMilliseconds = milliseconds
        var loop = try fixture.loop(configuration)
        let money = BalanceChange(
            account: seller,
            asset: AssetID(rawValue: 0),
            amount: Amount(1_000_000)
        )
        let sale = NewOrder(
            account: seller,
            instrument: bitcoin,
            side: .sell,
            type: .limit,
            price: Price(100),
            quantity: Quantity(900)
        )
        let outcomes = try loop.execute([
            .openAccount(.trader), .deposit(money), price, .placeOrder(sale), buy(9_000, at: 100),
            .setFundingRate(bitcoin, Rate(units: 2_000_000)),
        ])
        #expect(outcomes.allSatisfy { $0.refusal == nil })
        try loop.finish()
        configuration.startTime = NodeFixture.start.advanced(byMilliseconds: 3 * 86_400_000)
        return configuration
    }

    private func closes(_ events: [Event]) -> [AccountID] {
        events.compactMap {
            if case .liquidationStarted(let start) = $0 { start.account } else { nil }
        }
    }

    @Test func `liquidates nobody before a fresh price, and then by that price`() throws {
        for (fresh, isLiquidated) in [(100, true), (120, false)] {
            let configuration = try configuration(staleAfter: 10_000)
            var loop = try fixture.loop(configuration)
            let before = try loop.execute([.advanceTime, .advanceTime]).flatMap(\.events)
            #expect(before.contains { if case .fundingSettled = $0 { true } else { false } })
            #expect(closes(before) == [])
            let told = try loop.execute([.updateIndexPrice(bitcoin, Price(fresh))])
            #expect(closes(told.flatMap(\.events)) == (isLiquidated ? [demo] : []))
            try loop.finish()
            _ = consume loop
            fixture.remove()
        }
    }

    @Test func `liquidates at once under rules that believe every price for ever`() throws {
        var loop = try fixture.loop(configuration(staleAfter: 0))
        let events = try loop.execute([.advanceTime]).flatMap(\.events)
        #expect(closes(events) == [demo])
    }
}
