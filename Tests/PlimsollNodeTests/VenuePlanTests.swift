import PlimsollModel
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
    func `can be made of every profile that ships`(profile: String) throws {
        var configuration = try NodeFixture().configuration(inMemory: true, market: .simulated)
        configuration.rules = try ProfileLoader.load("\(NodeFixture.profiles)/\(profile).json")
        let plan = try VenuePlan(configuration)
        #expect(plan.commands.contains { if case .deposit = $0 { true } else { false } })
        for rules in plan.rules.instruments {
            let price = OpeningPrice.price(of: rules)
            #expect(price.isMultiple(of: rules.contract.tickSize))
            #expect(price >= rules.limits.priceMin)
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
