import PlimsollModel
import PlimsollProjections
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

@Suite(.computesForLong) struct `A run of a scenario` {
    @Test func `comes out the same with the same seed, and otherwise with another`() throws {
        let scenario = try SoundScenario.read()
        let first = try ScenarioRun.play(scenario)
        let second = try ScenarioRun.play(scenario)
        #expect(first.digest == second.digest)
        #expect(first.checkpoints == second.checkpoints)
        #expect(!first.checkpoints.isEmpty)
        let other = try ScenarioRun.play(scenario, seed: 4)
        #expect(other.digest != first.digest)
        #expect(other.seed == 4)
    }

    @Test func `holds every threshold against what it measured`() throws {
        let scenario = try SoundScenario.read((#"trades = ">= 1""#, #"trades = [">= 1", "< 1"]"#))
        let outcome = try ScenarioRun.play(scenario)
        let trades = try #require(outcome.metric("trades"))
        #expect(trades > .zero)
        #expect(
            outcome.results.filter { $0.threshold.metric == "trades" }.map(\.isMet) == [
                true, false,
            ]
        )
        #expect(!outcome.areThresholdsMet)
    }

    @Test func `keeps bots out while the door is shut, and counts what they asked`() throws {
        let outcome = try ScenarioRun.play(SoundScenario.read())
        // Shut from the tenth second to the thirtieth; the bot was in before that.
        #expect(outcome.metric("bot.ann.unconfirmed") == .zero)
        let late = try ScenarioRun.play(
            SoundScenario.read(("leverage = 5", "leverage = 5\nenterAfter = \"15s\""))
        )
        // Settings are asked for every second from the fifteenth to the twenty-ninth.
        #expect(late.metric("bot.ann.unconfirmed") == Amount(15))
        #expect(try #require(late.metric("bot.ann.fills")) > .zero)
    }

    @Test func `changes the rules when its file says so`() throws {
        let scenario = try SoundScenario.read(
            (
                "[thresholds]",
                """
                [[changes]]
                after = "1m"
                instrument = "BTCUSDT"
                fundingHours = 1

                [thresholds]
                """
            ),
            (#"seed = 3"#, "seed = 3\nstart = \"2026-01-05T08:58:30Z\""),
        )
        // Every eight hours there would have been none before 16:00.
        let outcome = try ScenarioRun.play(scenario)
        #expect(outcome.metric("BTCUSDT.settlements") == Amount(1))
    }

    @Test func `that is recorded can be played again, and a difference is named`() throws {
        let text = try SoundScenario.text([])
        let scenario = try Scenario(text: text, file: "/tmp/one-bot.toml")
        let outcome = try ScenarioRun.play(scenario, seed: 12)
        var record = RunRecord(scenario, file: "/tmp/one-bot.toml", outcome)
        #expect(try record.mismatch() == nil)
        record.digest = "0000000000000000"
        let mismatch = try #require(try record.mismatch())
        #expect(mismatch.last == outcome.sequence)
        #expect(mismatch.replayed == outcome.digest)
        let place = record.checkpoints.count / 2
        record.checkpoints[place].digest = "0000000000000000"
        let agreed = place > 0 ? record.checkpoints[place - 1].sequence : 0
        #expect(try record.mismatch()?.first.rawValue == agreed + 1)
    }

    @Test func `of rules that have changed since is not compared`() throws {
        let scenario = try SoundScenario.read()
        var record = RunRecord(scenario, file: "/tmp/one-bot.toml", try ScenarioRun.play(scenario))
        record.rulesDigest = "0000000000000000"
        #expect(throws: RunError.self) { try record.mismatch() }
    }
}

@Suite(.computesForLong) struct `A scenario on a node` {
    @Test func `opens its bots' accounts, and is played on after a restart`() throws {
        let fixture = NodeFixture()
        let scenario = try SoundScenario.read()
        var configuration = scenario.configuration()
        configuration.dataDirectory = fixture.directory
        configuration.isPaused = true
        let node = try fixture.node(configuration)
        #expect(node.script?.start == scenario.start)
        #expect(node.roles.bots.count == 1)
        let wallet = node.read { $0.account(node.roles.bots[0])?.wallets.first?.balance }
        #expect(wallet == Amount(1000))
        node.stop()
        let again = try fixture.node(configuration)
        #expect(again.script?.start == scenario.start)
        again.stop()
        configuration.script = nil
        #expect(throws: NodeError.self) { try fixture.node(configuration) }
    }
}

@Suite(.computesForLong) struct `A venue that fails` {
    @Test func `pays what is there, late, in money and not in coins`() {
        let terms = BankruptcyTerms(
            hole: Rate(units: 35_000_000),
            costs: Rate(units: 5_000_000),
            years: 3,
            discount: Rate(units: 8_000_000),
            appreciation: Rate(2)
        )
        let failed = Bankruptcy(terms, .init(), asset: AssetID(rawValue: 0))
        // 0.65 × 0.95; ÷ 1.08³ = 1.259712; ÷ 2.
        #expect(failed.recovery == Rate(units: 61_750_000))
        #expect(failed.presentValue == Rate(units: 49_019_140))
        #expect(failed.inKind == Rate(units: 30_875_000))
    }
}
