import PlimsollAgents
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

@Suite(.computesForLong) struct `Reading a scenario` {
    @Test func `says who trades, what fails and what must come of it`() throws {
        let scenario = try SoundScenario.read()
        #expect(scenario.name == "one-bot")
        #expect(scenario.duration == 120_000)
        #expect(scenario.rules.instruments.map(\.contract.symbol.description) == ["BTCUSDT"])
        guard case .simulated(let composition) = scenario.market else {
            Issue.record("the market is simulated")
            return
        }
        #expect(composition.noise.count == 4)
        #expect(composition.makers.depth == Amount(50_000))
        // What the file does not speak of is the standard market's.
        #expect(composition.makers.count == 2)
        #expect(composition.name == "one-bot")
        let leg = try #require(scenario.script.bots.first?.legs.first)
        #expect(leg.notional == Amount(2000))
        #expect(leg.marginMode == .isolated)
        #expect(leg.stop == BotTerms.Stop(distance: Rate(units: 5_000_000), keeper: .venue))
        #expect(scenario.script.doorFaults.count == 1)
        #expect(scenario.thresholds.map(\.description).count == 3)
        #expect(scenario.configuration(seed: 9).script?.faults.seed == 9)
    }

    @Test(arguments: [
        (from: "title =", to: "titel =", says: "line 1: titel: no such key, did you mean title?"),
        (#"seed = 3"#, #"seed = 0.5"#, "line 4: seed: a number with decimals is written as a text"),
        (#"duration = "2m""#, #"duration = "soon""#, "line 3: duration: a time is written as"),
        (
            "noise = { count", "noise = { cuont",
            "line 11: market.noise.cuont: no such key, did you mean count?"
        ),
        (#"depth = "50000""#, #"depth = "deep""#, "line 12: market.makers.depth: "),
        ("count = 4", "count = true", "line 11: market.noise.count: a number was expected"),
        (
            #"instruments = { BTCUSDT"#, #"instruments = { XAUUSD"#,
            "the profile has no instrument XAUUSD"
        ),
        (
            #"instrument = "BTCUSDT""#, #"instrument = "ETHUSDT""#,
            "line 19: bots[0].legs[0].instrument: the rules have no"
        ),
        (
            #"side = "buy""#, #"side = "by""#,
            "line 20: bots[0].legs[0].side: by is none of buy, sell; did you mean buy?"
        ),
        (
            "leverage = 5", "leverage = 5000",
            "line 22: bots[0].legs[0].leverage: the rules offer 1x to"
        ),
        (#""0.05""#, #""1.5""#, "line 23: bots[0].legs[0].stop.distance: a stop is a share"),
        (
            #""overloaded""#, #""overslept""#,
            "line 26: faults[0].kind: there is no fault 'overslept'"
        ),
        (
            #"lasts = "20s""#, #"lastz = "20s""#,
            "line 28: faults[0].lastz: no such key, did you mean lasts?"
        ),
        (
            "trades = \">= 1\"", "trade = \">= 1\"",
            "line 31: thresholds.trade: nothing of that name is measured, did you mean trades?"
        ),
        (#"">= 1""#, #""about 1""#, "line 31: thresholds.trades: a threshold begins with one of"),
        (
            #"["> 0", "< 1000"]"#, #"["> 0", "< many"]"#,
            "line 32: thresholds.bot.ann.fills[1]: after < comes a number"
        ),
        (
            "seed = 3", #"start = "1969-12-31T23:59:59Z""#,
            "line 4: start: a scenario is played between the years 1970 and 9999"
        ),
        ("seed = 3", #"start = "9999-12-31T23:59:00Z""#, "line 4: start: a scenario is played"),
        ("seed = 3", #"start = "99999-01-01T00:00:00Z""#, "line 4: start: a scenario is played"),
        (
            #"deposit = ""#, #"deposit = "99999999999"#,
            "bots[0].deposit: an amount is greater than zero and at most a trillion"
        ),
        ("[thresholds]", "[thresholds", "line 30: "),
        ("title = ", "title = \"One\"\ntitle = ", "line 2: "),
        (
            #"about = "A small market.""#, "about = 1979-05-27",
            "line 2: about: a date or a time is written as a text"
        ),
    ])
    func `that is wrong in one place names the line, the key and what may be there`(
        from: String,
        to: String,
        says: String
    ) throws {
        let text = try SoundScenario.text([(from, to)])
        let error = #expect(throws: ProfileError.self) {
            try Scenario(text: text, file: "/tmp/one-bot.toml")
        }
        let complaint = try #require(error).description
        #expect(complaint.contains(says), "\(complaint)")
        #expect(complaint.hasPrefix("/tmp/one-bot.toml: "))
    }

    @Test func `with a zero byte in it is refused whole`() throws {
        let text = try SoundScenario.text([]) + "\u{0}\nanything"
        #expect(throws: ProfileError.self) { try Scenario(text: text, file: "zero.toml") }
    }

    @Test(arguments: [
        ("[=]", 30), ("[ =", 30), ("[.thresholds]", 30), ("[[[thresholds]]]", 30), ("[[ +", 30),
        ("[\n", 30), ("note = \"\"\"\n[&] \\\"\"\"\n\"\"\"\n[&]", 33),
        ("note = '''\n[&]\\'''\n[&]", 32), ("note = [\n[],\n]\n[&]", 33),
    ])
    func `whose table has no name is refused where it stands`(header: String, line: Int) throws {
        let text = try SoundScenario.text([("[thresholds]", header)])
        let error = #expect(throws: ProfileError.self) {
            try Scenario(text: text, file: "/tmp/one-bot.toml")
        }
        #expect(error?.path == "line \(line)")
        #expect(error?.reason.hasPrefix("a table's name begins with") == true)
    }

    @Test(arguments: [
        "\(String(repeating: "a.", count: 30_000))a = 1",
        "[\(String(repeating: "a.", count: 30_000))a]",
        "a = \(String(repeating: "{ a = ", count: 30_000))",
        "a = \(String(repeating: "[", count: 30_000))",
    ])
    func `nested deeper than any market is refused before it is read`(text: String) {
        let error = #expect(throws: ProfileError.self) {
            try Scenario(text: text, file: "deep.toml")
        }
        #expect(error?.path == "line 1")
        #expect(error?.reason.contains("at most 32") == true)
    }

    @Test(arguments: [
        ("makers = { depth = \"0\" }", "the makers' depth is not above 0"),
        ("makers = { inventoryScale = \"-1\" }", "the makers' inventory scale is not"),
        ("makers = { halfSpread = \"1.1\" }", "the makers' half spread is not between 0 and 1"),
        ("noise = { marketOrdersPerMinute = 60001 }", "noise has 0 to 60000 orders"),
        ("noise = { limitOrdersPerMinute = \(Int.max) }", "noise has 0 to 60000 orders"),
        ("noise = { orderSize = \"99999999999\" }", "the order size of noise is not"),
        ("trendFollowers = { horizonSeconds = [0] }", "a horizon of trend followers is not"),
        ("meanReverters = { horizonSeconds = [\(Int.max)] }", "a horizon of mean reverters is not"),
        ("arbitrageurs = { positionMax = \"0\" }", "the largest position of arbitrageurs is not"),
        ("predator = { gainPerCost = \"0\" }", "what a predator must gain is not"),
        ("leveragedCrowd = { count = \(Int.max) }", "more than 100,000 participants"),
        ("leveragedCrowd = { marginShare = [\"-0.5\"] }", "a share of the leveraged crowd is not"),
        ("leveragedCrowd = { pauseMinutes = [\(Int.max)] }", "holds or pauses for no time"),
        ("leveragedCrowd = { notionalMax = \"0\" }", "the largest position of the leveraged"),
        ("fundingBias = \"-0.6\"", "the premium held for fair is not between"),
        ("course = { returnDays = \(Int.max) }", "within a hundred years"),
    ])
    func `with a market that nobody can make is refused`(line: String, says: String) throws {
        let market = "noise = { count = 4 }\nmakers = { depth = \"50000\" }"
        let text = try SoundScenario.text([(market, line)])
        let error = #expect(throws: ProfileError.self) { try Scenario(text: text, file: "m.toml") }
        #expect(error?.path == "line 10: market")
        #expect(error?.reason.contains(says) == true, "\(String(describing: error))")
    }

    @Test func `keeps count of its lines through texts, comments and brackets`() throws {
        let text = """
            # "quotes" that open nothing: \"\"\"
            about = '''
            [thresholds] "
            '''
            title = "\\\"\"\"" # [
            seed = 1
            thresholds = { "a]b" = [
                "[rules]",
            ] }
            ["rules"]
            profile = 3
            """
        let lines = try TOMLLines(of: text, file: "lines.toml")
        let places = ["about", "title", "seed", "thresholds", "thresholds.a]b", "rules.profile"]
        let found = places.map {
            lines.placed(ProfileError(kind: .malformed, file: "", path: $0, reason: "")).path
        }
        #expect(
            found == [
                "line 2: about", "line 5: title", "line 6: seed", "line 7: thresholds",
                "line 7: thresholds.a]b", "line 11: rules.profile",
            ]
        )
    }

    @Test func `takes distributions with weights or without`() throws {
        let scenario = try SoundScenario.read(
            (
                "noise = { count = 4 }",
                """
                leveragedCrowd = { leverage = [20, { value = 50, weight = 3 }] }
                predator = { budget = 5000 }
                schedule = "flat"
                """
            )
        )
        guard case .simulated(let composition) = scenario.market else {
            Issue.record("the market is simulated")
            return
        }
        #expect(composition.leveragedCrowd.leverage.choices.map(\.value) == [20, 50])
        #expect(composition.leveragedCrowd.leverage.choices.map(\.weight) == [1, 3])
        #expect(composition.predator?.budget == Amount(5000))
        #expect(composition.schedule == .flat)
    }

    @Test func `of a recording that is not there says so`() throws {
        let text = try SoundScenario.text([
            (
                "[market]\nnoise = { count = 4 }\nmakers = { depth = \"50000\" }",
                "[tape]\nfile = \"nowhere.csv\"\nsymbol = \"BTCUSDT\""
            )
        ])
        let error = #expect(throws: ProfileError.self) {
            try Scenario(text: text, file: "/tmp/one-bot.toml")
        }
        #expect(error?.kind == .notFound)
        #expect(error?.description.contains("/tmp/nowhere.csv is not there") == true)
    }
}

@Suite(.computesForLong) struct `A misspelled name` {
    @Test(arguments: [
        ("colour", ["color", "cooler"], "color"), ("BTCUSD", ["BTCUSDT", "ETHUSDT"], "BTCUSDT"),
        ("aftre", ["after", "factor"], "after"),
    ])
    func `leads to the nearest one`(name: String, names: [String], nearest: String) {
        #expect(NearestName.of(name, among: names) == nearest)
    }

    @Test func `far from all of them leads nowhere`() {
        #expect(NearestName.of("quicksilver", among: ["after", "lasts"]) == nil)
        #expect(NearestName.of("x", among: []) == nil)
    }
}

@Suite(.computesForLong) struct `A threshold` {
    @Test(arguments: [
        (">= 5", 5, true), (">= 5", 4, false), ("<= 5", 5, true), ("< 5", 5, false),
        ("> 5", 6, true), ("== 5", 5, true), ("== 5", 6, false), ("!= 5", 6, true),
        (">= -5", -5, true), ("< -5", -6, true),
    ])
    func `holds on its side of the bound`(text: String, value: Int, holds: Bool) throws {
        let reader = DocumentReader(file: "", path: "", value: .text(text))
        #expect(try Threshold(metric: "x", reader).holds(for: Amount(value)) == holds)
    }
}
