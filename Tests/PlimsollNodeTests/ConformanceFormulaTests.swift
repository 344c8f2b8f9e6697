import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

/// How a vector written here parts from its formula; `nil` where it does not.
private func mismatch(
    _ formula: String,
    _ inputs: String,
    _ expected: String
) throws -> VectorMismatch? {
    let text = """
        {"id": "own", "formula": "\(formula)", "inputs": \(inputs), "expected": \(expected),
         "tolerance": {"abs": "0"}}
        """
    let vector = try #require(Vector(try JSONValue(parsing: Data(text.utf8))))
    return vector.mismatch(under: try #require(FormulaChecks.all[formula]))
}

/// Formulas that the published files describe without a number, on numbers worked by hand.
@Suite(.computesForLong) struct `Formulas without a published number` {
    @Test(arguments: [
        (
            inputs: #"{"unrealized_pnl": "100", "wallet_balance": "500", "margin_ratio": "0.25"}"#,
            expected: #"{"pnl_pct": "0.2", "score": "0.05"}"#
        ),
        (
            #"{"unrealized_pnl": "100", "wallet_balance": "0.5", "margin_ratio": "0.25"}"#,
            #"{"pnl_pct": "100", "score": "25"}"#
        ),
        (
            #"{"unrealized_pnl": "-100", "wallet_balance": "500", "margin_ratio": "0.25"}"#,
            #"{"pnl_pct": "0", "score": "0"}"#
        ),
        (
            #"{"unrealized_pnl": "100", "wallet_balance": "500", "margin_ratio": "-3"}"#,
            #"{"pnl_pct": "0.2", "score": "0"}"#
        ),
    ])
    func `the deleveraging score of 2019`(inputs: String, expected: String) throws {
        #expect(try mismatch("ADL_BINANCE_V1", inputs, expected) == nil)
    }

    @Test(arguments: [("long", "-0.002"), ("short", "0.002")])
    func `funding of an inverse contract is paid in coins`(side: String, payment: String) throws {
        let inputs = """
            {"side": "\(side)", "contracts": "10000", "mark_price": "500", "rate": "0.0001"}
            """
        #expect(
            try mismatch("FUNDING_PAYMENT_INVERSE", inputs, #"{"payment": "\#(payment)"}"#) == nil
        )
    }

    @Test(arguments: [
        (fee: "0", bankruptcy: "400", liquidation: "403.5"),
        ("0.001", "400.4", "404"),
    ])
    func `an inverse cross long is liquidated before it is bankrupt`(
        fee: String,
        bankruptcy: String,
        liquidation: String
    ) throws {
        let inputs = """
            {"side": "long", "contracts": "1000", "entry_price": "500", "balance": "0.5",
             "mmr": "0.01", "taker_fee": "\(fee)", "tick": "0.5"}
            """
        let expected = """
            {"bankruptcy_price": "\(bankruptcy)", "liquidation_price": "\(liquidation)"}
            """
        #expect(try mismatch("LIQ_BYBIT_INVERSE_CROSS", inputs, expected) == nil)
    }

    /// Half a coin behind 10,000 contracts, as the venue's help page reckons it.
    @Test func `an inverse cross long is liquidated where the venue says`() throws {
        let inputs = """
            {"contracts": "10000", "entry_price": "8000", "balance": "0.5", "mmr": "0.005",
             "taker_fee": "0.00075", "tick": "0.5"}
            """
        let expected = #"{"bankruptcy_price": "5718.57", "liquidation_price": "5739.50"}"#
        #expect(try mismatch("LIQ_BYBIT_INVERSE_CROSS", inputs, expected) == nil)
    }

    @Test func `a trade-weighted price is cut off`() throws {
        let inputs = #"{"trades": [["10", "2"], ["11", "3"]]}"#
        #expect(try mismatch("TRADE_WEIGHTED", inputs, #"{"weighted_price": "10"}"#) == nil)
        let none = try mismatch("TRADE_WEIGHTED", #"{"trades": []}"#, #"{"weighted_price": "0"}"#)
        #expect(none?.got == "refused")
    }

    @Test func `rates that do not end are compared to their last digit`() throws {
        let third = #"{"quote_rate": "0.0003", "base_rate": "0.0002", "intervals_per_day": "3"}"#
        let wrong = try mismatch(
            "BITMEX_INTEREST",
            third,
            #"{"interest_rate_interval": "0.00003333"}"#
        )
        #expect(wrong?.got == "0.0000333333333333333333333333")
        let hourly = """
            {"avg_premium": "-0.00240000000000000024", "realisation_hours": "24", "cap": "0.0025"}
            """
        #expect(
            try mismatch("KRAKEN_HOURLY", hourly, #"{"funding_rate": "-0.00010000000000000001"}"#)
                == nil
        )
        let beyond = #"{"avg_premium": "-1", "realisation_hours": "24", "cap": "0.0025"}"#
        #expect(try mismatch("KRAKEN_HOURLY", beyond, #"{"funding_rate": "-0.0025"}"#) == nil)
    }

    @Test func `a profit in coins keeps the decimals of its prices`() throws {
        let inputs = """
            {"side": "short", "contracts": "100", "entry_price": "12.5",
             "mark_price": "16.666666666666667", "multiplier": "1"}
            """
        // 8 coins less 100 ÷ 16.666666666666667, which is 6 less 12 parts of 10¹⁷.
        let expected = #"{"unrealized": "-2.0000000000000001"}"#
        #expect(try mismatch("UPNL_INVERSE", inputs, expected) == nil)
    }

    @Test(arguments: [("500", "850"), ("-900", "0"), ("-200", "550")])
    func `no unrealised profit is withdrawn`(profit: String, most: String) throws {
        let inputs = """
            {"cross_wallet": "1000", "cross_upnl": "\(profit)", "initial_margin_total": "200",
             "isolated_order_margin": "50", "cross_mm": "100"}
            """
        #expect(try mismatch("MAX_WITHDRAW", inputs, #"{"max_withdraw": "\#(most)"}"#) == nil)
    }

    @Test func `a rate may be a daily one over its hours`() throws {
        let inputs = """
            {"borrowed": "1000", "rate": "0.00024/24", "borrow_time": "2024-01-01T13:20:00Z",
             "repay_time": "2024-01-01T14:15:00Z"}
            """
        #expect(try mismatch("INTEREST_CLOCK_HOURS", inputs, #"{"interest": "0.02"}"#) == nil)
    }

    @Test(arguments: [
        (
            mode: "DECREMENT", type: "LIMIT", quantity: "3",
            expected: """
            {"maker_status": ["EXPIRED_IN_MATCH", "NEW"], "taker_status": "EXPIRED_IN_MATCH",
             "maker_prevented": ["1", "2"], "taker_prevented": "3", "executed": "0"}
            """
        ),
        (
            "EXPIRE_MAKER", "LIMIT", "3",
            """
            {"maker_status": ["EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"], "taker_status": "NEW",
             "maker_prevented": ["1", "5"], "taker_prevented": "0", "executed": "0"}
            """
        ),
        (
            "NONE", "MARKET", "7",
            """
            {"maker_status": ["FILLED", "FILLED"], "taker_status": "EXPIRED",
             "maker_prevented": ["0", "0"], "taker_prevented": "0", "executed": "6"}
            """
        ),
        (
            "NONE", "LIMIT", "2",
            """
            {"maker_status": ["FILLED", "PARTIALLY_FILLED"], "taker_status": "FILLED",
             "maker_prevented": ["0", "0"], "taker_prevented": "0", "executed": "2"}
            """
        ),
    ])
    func `an order goes through its owner's as the mode says`(
        mode: String,
        type: String,
        quantity: String,
        expected: String
    ) throws {
        let inputs = """
            {"makers": [{"price": "11", "qty": "1", "mode": "NONE"},
                        {"price": "10", "qty": "5", "mode": "NONE"}],
             "taker": {"side": "SELL", "type": "\(type)", "price": "10", "qty": "\(quantity)",
                       "mode": "\(mode)"}}
            """
        #expect(try mismatch("STP", inputs, expected) == nil)
    }
}

/// Every number of a vector, one at a time.
private func leaves(of value: JSONValue) -> [[String]] {
    switch value {
    case .text where value.exact != nil, .integer: [[]]
    case .list(let list):
        list.enumerated().flatMap { index, element in
            leaves(of: element).map { [String(index)] + $0 }
        }
    case .object(let members):
        members.sorted { $0.key < $1.key }.flatMap { name, member in
            leaves(of: member).map { [name] + $0 }
        }
    default: []
    }
}

private func replacing(
    _ path: ArraySlice<String>,
    of value: JSONValue,
    by text: String
)
    -> JSONValue
{
    guard let step = path.first else { return .text(text) }
    let rest = path.dropFirst()
    switch value {
    case .list(var list):
        guard let index = Int(step) else { return value }
        list[index] = replacing(rest, of: list[index], by: text)
        return .list(list)
    case .object(var members):
        guard let member = members[step] else { return value }
        members[step] = replacing(rest, of: member, by: text)
        return .object(members)
    default:
        return value
    }
}

@Suite(.computesForLong) struct `Extreme vectors` {
    private static let extremes = [
        "0", "-1", "0.00000001", "9999999999", "-9999999999", "92233720368.54775807",
        "-92233720368.54775807", "9e16", "-9e16", "1e25",
    ]

    @Test(.enabled(if: SharedVectors.folder != nil, "no vectors beside the checkout"))
    func `no number in a file can stop the program`() throws {
        let folder = try #require(SharedVectors.folder)
        var seen: Set<String> = []
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where name.hasSuffix(".json") {
            let bytes = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
            guard case .object(let file) = try JSONValue(parsing: bytes),
                case .list(let rows)? = file["vectors"]
            else { continue }
            for vector in rows.compactMap(Vector.init)
            where seen.insert(vector.formula).inserted {
                let check = try #require(FormulaChecks.all[vector.formula])
                let inputs = JSONValue.object(vector.inputs)
                for path in leaves(of: inputs) {
                    for extreme in Self.extremes {
                        let changed = replacing(path[...], of: inputs, by: extreme)
                        guard case .object(let values) = changed else { continue }
                        // Computed or refused: both are answers.
                        _ = try? check(VectorInputs(values: values))
                        count += 1
                    }
                }
            }
        }
        #expect(count > 3000)
    }
}
