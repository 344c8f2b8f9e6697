import Foundation
import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

/// The published table of leverage brackets, where it lies beside the checkout.
private let bracketTable: String? = {
    let shared =
        ProcessInfo.processInfo.environment["PLIMSOLL_SHARED"]
        ?? root.deletingLastPathComponent().appending(path: "shared").path
    let file = shared + "/vectors/leverage_brackets_binance_usdm.json"
    return FileManager.default.fileExists(atPath: file) ? file : nil
}()

private func shipped(_ name: String) throws -> VenueRules {
    try ProfileLoader.load(root.appending(path: "Profiles/\(name).json").path)
}

private func instrument(_ symbol: String, of rules: VenueRules) throws -> InstrumentRules {
    try #require(rules.instruments.first { $0.contract.symbol.description == symbol })
}

@Suite(.computesForLong) struct `Profiles that ship` {
    @Test(arguments: [
        "binance-usdm", "bitmex-inverse", "bybit-linear", "gate", "hyperliquid", "okx",
        "seed-simple",
    ])
    func `each can open for trading and seeds its fund`(name: String) throws {
        let rules = try shipped(name)
        #expect(rules.name == name)
        for rules in rules.instruments { #expect(throws: Never.self) { try rules.validate() } }
        let funds = Set(rules.insuranceFund.map(\.asset))
        #expect(funds == Set(rules.instruments.map(\.contract.settleAsset)))
    }

    @Test func `the funding of binance-usdm follows the published formula`() throws {
        let rules = try shipped("binance-usdm")
        for rules in rules.instruments {
            let leverage = rules.tiers[0].leverageMax
            #expect(rules.funding.impactNotional == Price(200 * Int(leverage)))
            #expect(rules.funding.interest == (try Rate(parsing: "0.0001")))
            #expect(rules.funding.clamp == (try Rate(parsing: "0.0005")))
            let isMajor = ["BTCUSDT", "ETHUSDT"].contains(rules.contract.symbol.description)
            let share = Rate(units: rules.tiers[0].maintenanceRate.units * 3 / 4)
            let cap = isMajor ? try Rate(parsing: "0.003") : share
            #expect(rules.funding.cap == cap)
            #expect(rules.index.staleAfterMilliseconds == 10_000)
            #expect(rules.liquidation == LiquidationTerms())
        }
    }

    @Test func `a position of 1.2 million asks for 4,900 on gate`() throws {
        // The venue's own example of its maintenance margin by slices.
        let tiers = try instrument("BTCUSDT", of: shipped("gate")).tiers
        #expect(maintenanceMargin(of: Amount(1_200_000), in: tiers.span) == Amount(4900))
    }

    @Test func `maintenance on okx jumps at a floor`() throws {
        let tiers = try instrument("ADAUSDT", of: shipped("okx")).tiers
        #expect(Set(tiers.map(\.deduction)) == [.zero])
        #expect(maintenanceMargin(of: Amount(60_000), in: tiers.span) == Amount(450))
        #expect(maintenanceMargin(of: Amount(59_999), in: tiers.span) < Amount(300))
    }

    @Test func `hyperliquid asks for half of the smallest initial margin`() throws {
        for rules in try shipped("hyperliquid").instruments {
            for tier in rules.tiers {
                let leverage = Int64(tier.leverageMax)
                #expect(tier.maintenanceRate.units == Rate.unitsPerOne / (2 * leverage))
            }
        }
    }

    @Test func `binance-usdm lists its instruments in the order of the file`() throws {
        let rules = try shipped("binance-usdm")
        #expect(rules.name == "binance-usdm")
        #expect(rules.instruments.count == 26)
        #expect(
            rules.instruments.prefix(3).map(\.contract.symbol.description)
                == ["BTCUSDT", "ETHUSDT", "BNBUSDT"]
        )
        #expect(rules.assets.first?.description == "USDT")
        for rules in rules.instruments { #expect(throws: Never.self) { try rules.validate() } }
    }

    @Test(.enabled(if: bracketTable != nil, "no published brackets beside the checkout"))
    func `every bracket is the published one`() throws {
        let file = try #require(bracketTable)
        let bytes = try #require(FileManager.default.contents(atPath: file))
        guard case .object(let table) = try JSONValue(parsing: bytes),
            case .object(let brackets)? = table["brackets"]
        else {
            Issue.record("the table has no brackets")
            return
        }
        let rules = try shipped("binance-usdm")
        #expect(rules.instruments.count == brackets.count)
        for (symbol, rows) in brackets {
            guard case .list(let rows) = rows else {
                Issue.record("\(symbol)")
                continue
            }
            let published = try rows.map { row in
                guard case .object(let values) = row else { throw ConformanceProblem.refused }
                let inputs = VectorInputs(values: values)
                return MarginTier(
                    notionalFloor: try inputs.amount("notional_floor"),
                    notionalCap: try inputs.amount("notional_cap"),
                    leverageMax: try inputs.leverage("max_leverage"),
                    maintenanceRate: try inputs.rate("mmr"),
                    deduction: try inputs.amount("maint_amount")
                )
            }
            #expect(try instrument(symbol, of: rules).tiers == published, "\(symbol)")
        }
    }

    @Test func `BTCUSDT has the published filters, fees and first bracket`() throws {
        let rules = try instrument("BTCUSDT", of: shipped("binance-usdm"))
        #expect(rules.contract.tickSize == (try Price(parsing: "0.10")))
        #expect(rules.contract.stepSize == (try Quantity(parsing: "0.001")))
        #expect(rules.limits.notionalMin == Price(50))
        #expect(rules.limits.marketQuantityMax == Quantity(120))
        #expect(rules.limits.priceBand == (try Rate(parsing: "0.05")))
        #expect(rules.triggers.protect == (try Rate(parsing: "0.05")))
        #expect(rules.triggers.countMax == 10)
        #expect(rules.fees.taker == (try Rate(parsing: "0.0005")))
        #expect(rules.fees.liquidation == (try Rate(parsing: "0.0125")))
        #expect(rules.funding.intervalMilliseconds == 8 * 3_600_000)
        #expect(rules.tiers.count == 12)
        #expect(rules.tiers[0].leverageMax == 150)
        #expect(rules.tiers[1].deduction == Amount(300))
    }

    @Test func `LAYERUSDT settles funding every four hours and fits its recording`() throws {
        let rules = try instrument("LAYERUSDT", of: shipped("binance-usdm"))
        #expect(rules.funding.intervalMilliseconds == 4 * 3_600_000)
        #expect(Price(units: 321_830_000).isMultiple(of: rules.contract.tickSize))
        #expect(Quantity(units: 9_561_080_000_000).isMultiple(of: rules.contract.stepSize))
    }

    @Test func `seed-simple is flat, free of fees and funding, and offers 50x`() throws {
        let rules = try shipped("seed-simple")
        #expect(rules.instruments.map(\.contract.symbol.description) == ["BTCUSDT", "ETHUSDT"])
        for rules in rules.instruments {
            #expect(rules.tiers.count == 1)
            #expect(rules.tiers[0].maintenanceRate == (try Rate(parsing: "0.01")))
            #expect(rules.tiers[0].leverageMax == 50)
            #expect(rules.fees.maker == .zero && rules.fees.taker == .zero)
            #expect(rules.funding.rate == .zero)
        }
    }
}

/// A small profile that is right, to be made wrong in one place.
private let sound = """
    {
      "name": "mine", "about": "For tests.",
      "sources": { "own": { "text": "made up", "asOf": "2026-01-31" } },
      "defaults": {
        "fees": { "maker": "0.0002", "taker": "0.0005", "liquidation": "0.01", "source": "own" },
        "index": { "weights": [2, 0, 1], "deviationMax": "0.05",
                   "staleAfterMilliseconds": 9000, "source": "own" },
        "mark": { "method": "averageBasis", "intervalMilliseconds": 1000,
                  "sampleIntervalMilliseconds": 5000, "sampleCount": 30, "source": "own" },
        "funding": { "intervalHours": 8, "rate": "0.0001", "interest": "0.0002",
                     "clamp": "0.0005", "cap": "0.003", "impactNotional": "10000",
                     "averaging": "mean", "notional": "index", "source": "own" },
        "liquidation": { "boundary": "belowMaintenance", "step": "share", "stepShare": "0.25",
                         "includesCloseFee": true, "takeoverRatio": "untilEmpty",
                         "rank": "leveragedProfitOnEntry", "price": "markWhenFar", "source": "own" },
        "leverage": { "initial": 10, "source": "own" }
      },
      "instruments": [ {
        "symbol": "AAAUSDT", "baseAsset": "AAA", "settleAsset": "USDT",
        "contract": { "tickSize": "0.01", "stepSize": "0.001", "priceDecimals": 2,
                      "quantityDecimals": 3, "source": "own" },
        "limits": { "priceMin": "0.01", "priceMax": "1000", "quantityMin": "0.001",
                    "quantityMax": "1000", "marketQuantityMax": "100", "notionalMin": "5",
                    "priceBand": "0.05", "marketTakeBound": "0.05", "openOrderCountMax": 200,
                    "selfTradePrevention": "expireTaker", "triggerProtect": "0.04",
                    "conditionalOrderCountMax": 7, "source": "own" },
        "tiers": { "source": "own", "rows": [
          { "floor": "0", "cap": "1000", "leverageMax": 50, "maintenanceRate": "0.01",
            "deduction": "0" },
          { "floor": "1000", "cap": "5000", "leverageMax": 20, "maintenanceRate": "0.02",
            "deduction": "10" } ] }
      } ]
    }
    """

private func load(_ document: String) throws(ProfileError) -> VenueRules {
    try ProfileLoader.rules(from: Data(document.utf8), file: "mine.json")
}

/// The sound profile with one place changed, which must exist.
private func load(_ change: (from: String, to: String)) throws -> VenueRules {
    #expect(sound.contains(change.from), "the place to change is not there: \(change.from)")
    return try load(sound.replacingOccurrences(of: change.from, with: change.to))
}

@Suite(.computesForLong) struct `Profiles that are refused` {
    @Test func `the unchanged one is not`() throws {
        let rules = try load(sound)
        #expect(rules.assets.map(\.description) == ["USDT", "AAA"])
        #expect(rules.instruments.count == 1)
        #expect(rules.instruments[0].contract.baseAsset == AssetID(rawValue: 1))
        let terms = TriggerTerms(protect: try Rate(parsing: "0.04"), countMax: 7)
        #expect(rules.instruments[0].triggers == terms)
        #expect(rules.instruments[0].limits.selfTradePrevention == .expireTaker)
        #expect(rules.insuranceFund == [])
    }

    @Test func `prices, funding and liquidation are read term by term`() throws {
        let rules = try load(sound).instruments[0]
        #expect(
            rules.index
                == IndexTerms(
                    weights: [2, 0, 1],
                    deviationMax: Rate(units: 5_000_000),
                    staleAfterMilliseconds: 9000
                )
        )
        #expect(
            rules.mark
                == MarkPriceTerms(
                    intervalMilliseconds: 1000,
                    sampleIntervalMilliseconds: 5000,
                    sampleCount: 30,
                    method: .averageBasis
                )
        )
        #expect(
            rules.funding
                == FundingTerms(
                    intervalMilliseconds: 28_800_000,
                    rate: Rate(units: 10_000),
                    interest: Rate(units: 20_000),
                    clamp: Rate(units: 50_000),
                    cap: Rate(units: 300_000),
                    impactNotional: Price(10_000),
                    averaging: .mean,
                    notional: .index
                )
        )
        #expect(
            rules.liquidation
                == LiquidationTerms(
                    boundary: .belowMaintenance,
                    step: .share,
                    stepShare: Rate(units: 25_000_000),
                    includesCloseFee: true,
                    takeoverRatio: -.one,
                    rank: .leveragedProfitOnEntry,
                    price: .markWhenFar
                )
        )
    }

    @Test func `an inverse contract says what it is worth`() throws {
        let contract = try load(
            (
                from: #""contract": { "#,
                to: #""contract": { "kind": "inverse", "multiplier": "100", "#
            )
        ).instruments[0].contract
        #expect(contract.kind == .inverse)
        #expect(contract.multiplier == Price(100))
    }

    @Test func `the fund begins with what the profile gives it`() throws {
        let fund = #""insuranceFund": { "balances": { "USDT": "2500.5" }, "source": "own" },"#
        let rules = try load((from: #""defaults": {"#, to: "\(fund) \"defaults\": {"))
        #expect(
            rules.insuranceFund == [
                BalanceChange(
                    account: .insuranceFund,
                    asset: AssetID(rawValue: 0),
                    amount: try Amount(parsing: "2500.5")
                )
            ]
        )
    }

    @Test func `tiers go without deductions only where the profile says so`() throws {
        let error = #expect(throws: ProfileError.self) {
            try load((from: #""deduction": "10""#, to: #""deduction": "0""#))
        }
        #expect(error?.path == "instruments[0].tiers")
        let flat = sound.replacing(#/,\s+"deduction": "[0-9]+"/#, with: "")
            .replacing(
                #""tiers": { "source": "own", "#,
                with: #""tiers": { "source": "own", "deductions": "none", "#
            )
        let tiers = try load(flat).instruments[0].tiers
        #expect(tiers.map(\.deduction) == [.zero, .zero])
        #expect(tiers.map(\.notionalFloor) == [.zero, Amount(1000)])
    }
    @Test(arguments: [
        (from: #""about": "For tests.""#, to: #""colour": "blue""#, path: "colour"),
        (
            #""priceBand": "0.05""#, #""priceBond": "0.05""#,
            "instruments[0].limits.priceBond"
        ),
        (#""triggerProtect": "0.04","#, "", "instruments[0].limits"),
        (
            #""conditionalOrderCountMax": 7"#, #""conditionalOrderCountMax": "7""#,
            "instruments[0].limits.conditionalOrderCountMax"
        ),
        (#""deduction": "10""#, #""deduction": "10", "x": 1"#, "instruments[0].tiers.rows[1].x"),
        (#""notionalMin": "5","#, "", "instruments[0].limits"),
        (#""tickSize": "0.01""#, #""tickSize": "1e-2""#, "instruments[0].contract.tickSize"),
        (
            #""tickSize": "0.01""#, #""tickSize": "0.000000001""#,
            "instruments[0].contract.tickSize"
        ),
        (
            #""priceDecimals": 2"#, #""priceDecimals": "2""#,
            "instruments[0].contract.priceDecimals"
        ),
        (#""intervalHours": 8"#, #""intervalHours": 300"#, "defaults.funding.intervalHours"),
        (#""clamp": "0.0005", "#, "", "defaults.funding"),
        (
            #""impactNotional": "10000""#, #""impactNotional": "0""#,
            "defaults.funding.impactNotional"
        ),
        (#""averaging": "mean""#, #""averaging": "median""#, "defaults.funding.averaging"),
        (#""weights": [2, 0, 1]"#, #""weights": [0]"#, "defaults.index.weights"),
        (#""weights": [2, 0, 1]"#, #""weights": [1,1,1,1,1,1,1,1,1]"#, "defaults.index.weights"),
        (#""weights": [2, 0, 1]"#, #""weights": [70000]"#, "defaults.index.weights[0]"),
        (#""method": "averageBasis", "#, "", "defaults.mark"),
        (#""step": "share", "#, #""step": "whole", "#, "defaults.liquidation.stepShare"),
        (#""stepShare": "0.25","#, "", "defaults.liquidation"),
        (#""stepShare": "0.25""#, #""stepShare": "1.1""#, "defaults.liquidation.stepShare"),
        (
            #""includesCloseFee": true"#, #""includesCloseFee": 1"#,
            "defaults.liquidation.includesCloseFee"
        ),
        (
            #""takeoverRatio": "untilEmpty""#, #""takeoverRatio": "always""#,
            "defaults.liquidation.takeoverRatio"
        ),
        (
            #""selfTradePrevention": "expireTaker""#, #""selfTradePrevention": "never""#,
            "instruments[0].limits.selfTradePrevention"
        ),
        (
            #""contract": { "#, #""contract": { "kind": "inverse", "#,
            "instruments[0].contract"
        ),
        (
            #""contract": { "#, #""contract": { "multiplier": "10", "#,
            "instruments[0].contract.multiplier"
        ),
        (
            #""defaults": {"#,
            #""insuranceFund": { "balances": { "AAA": "1" }, "source": "own" }, "defaults": {"#,
            "insuranceFund.balances.AAA"
        ),
        (#""symbol": "AAAUSDT""#, #""symbol": "aaausdt""#, "instruments[0].symbol"),
        (#""asOf": "2026-01-31""#, #""asOf": "January""#, "sources.own.asOf"),
        (
            #""initial": 10, "source": "own""#, #""initial": 10, "source": "hearsay""#,
            "defaults.leverage.source"
        ),
        (
            #""leverage": { "initial": 10, "source": "own" }"#, #""leverage": []"#,
            "defaults.leverage"
        ),
    ])
    func `a document that is no profile names the place`(
        from: String,
        to: String,
        path: String
    ) {
        let error = #expect(throws: ProfileError.self) { try load((from: from, to: to)) }
        #expect(error?.kind == .malformed)
        #expect(error?.file == "mine.json")
        #expect(error?.path == path)
    }

    @Test(arguments: [
        (
            from: #""leverageMax": 50"#, to: #""leverageMax": 100"#,
            error: RulesError.initialMarginTooSmall
        ),
        (#""deduction": "10""#, #""deduction": "11""#, .wrongDeduction),
        (#""floor": "1000""#, #""floor": "1001""#, .gapBetweenTiers),
        (#""floor": "0""#, #""floor": "1""#, .firstFloorNotZero),
        (#""maintenanceRate": "0.02""#, #""maintenanceRate": "0.01""#, .tierNotRising),
        (#""initial": 10"#, #""initial": 51"#, .defaultLeverageNotOffered),
        (#""priceMax": "1000""#, #""priceMax": "3000000""#, .tooManyTicks),
        (#""priceMax": "1000""#, #""priceMax": "1000.005""#, .limitsOffGrid),
        (#""quantityMax": "1000""#, #""quantityMax": "0""#, .limitsOutOfOrder),
        (#""taker": "0.0005""#, #""taker": "1""#, .negativeFee),
        (#""sampleCount": 30"#, #""sampleCount": 0"#, .sampleCountOutOfRange),
        (#""priceBand": "0.05""#, #""priceBand": "1""#, .bandOutOfRange),
        (#""triggerProtect": "0.04""#, #""triggerProtect": "0""#, .bandOutOfRange),
    ])
    func `rules that no venue could follow are refused with their reason`(
        from: String,
        to: String,
        error: RulesError
    ) throws {
        let refusal = #expect(throws: ProfileError.self) { try load((from: from, to: to)) }
        #expect(refusal?.kind == .impossible(error))
        #expect(refusal?.path == "instruments[0] (AAAUSDT)")
    }

    @Test func `100x at one per cent maintenance is told why, in numbers`() {
        let refusal = #expect(throws: ProfileError.self) {
            try load((from: #""leverageMax": 50"#, to: #""leverageMax": 100"#))
        }
        #expect(
            refusal?.reason
                == "100x asks for an initial margin of 1 %, but maintenance (1 %) and the taker fee "
                + "in and out (0.1 %) already take 1.1 %: a position would be liquidated as it opens"
        )
    }

    @Test(arguments: ["", "{", "[]", #"{"name": 1.5}"#, "null"])
    func `what is not a JSON object is refused`(document: String) {
        let error = #expect(throws: ProfileError.self) { try load(document) }
        #expect(error?.kind == .malformed)
    }

    @Test func `a name that is not known is told apart from a file that is not there`() {
        for name in ["atlantis", "/nowhere/atlantis.json"] {
            let error = #expect(throws: ProfileError.self) { try ProfileLoader.load(name) }
            #expect(error?.kind == .notFound)
            #expect(error?.description.contains("atlantis") == true)
        }
    }

    @Test func `two instruments of one name are refused`() throws {
        let list = #""instruments": ["#
        let start = try #require(sound.range(of: list)).upperBound
        let end = try #require(sound.range(of: "]", options: .backwards)).lowerBound
        let instrument = sound[start..<end]
        let twins = sound.replacingCharacters(
            in: start..<end,
            with: "\(instrument),\(instrument)"
        )
        let error = #expect(throws: ProfileError.self) { try load(twins) }
        #expect(error?.path == "instruments[1].symbol")
    }
}
