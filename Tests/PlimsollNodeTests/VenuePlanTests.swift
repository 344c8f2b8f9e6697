import PlimsollAgents
import PlimsollModel
import PlimsollProjections
import Testing

@testable import PlimsollNode

@Suite struct `The plan of a new venue` {
    @Test func `pays what the fund begins with before anyone opens an account`() throws {
        let commands = try VenuePlan(NodeFixture().configuration()).commands
        let fund = BalanceChange(
            account: .insuranceFund,
            asset: AssetID(rawValue: 0),
            amount: Amount(1_000_000)
        )
        let paid = try #require(commands.firstIndex(of: .deposit(fund)))
        let opened = try #require(commands.firstIndex(of: .openAccount(.trader)))
        #expect(paid < opened)
        #expect(commands.count { $0 == .deposit(fund) } == 1)
    }

    @Test(arguments: [
        "binance-usdm", "bitmex-inverse", "bybit-linear", "gate", "hyperliquid", "okx",
        "seed-simple",
    ])
    func `brings every profile that ships to life`(profile: String) throws {
        let fixture = NodeFixture()
        var configuration = try fixture.configuration(inMemory: true, market: .simulated(.standard))
        configuration.rules = try ProfileLoader.load("\(NodeFixture.profiles)/\(profile).json")
        var loop = try fixture.loop(configuration)
        try loop.run(until: NodeFixture.start.advanced(byMilliseconds: 10_000))
        #expect(loop.brokenInvariants() == [])
        loop.state.read { projections in
            for market in projections.markets {
                #expect(market.trades.count > 0, "\(market.symbol)")
                #expect(market.book.bidCount > 3 && market.book.askCount > 3, "\(market.symbol)")
            }
            let settle = configuration.rules.instruments[0].contract.settleAsset
            #expect(projections.walletBalance(of: .insuranceFund, in: settle) > .zero)
        }
    }

    @Test func `bitcoin opens at its price under every name`() throws {
        for (profile, symbol) in [
            ("binance-usdm", "BTCUSDT"), ("hyperliquid", "BTCUSDC"), ("bitmex-inverse", "XBTUSD"),
        ] {
            let rules = try ProfileLoader.load("\(NodeFixture.profiles)/\(profile).json")
            let instrument = try #require(
                rules.instruments.first { $0.contract.symbol.description == symbol }
            )
            #expect(OpeningPrice.price(of: instrument) == Price(100_000))
        }
    }
}
