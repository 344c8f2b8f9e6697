import Foundation
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `A recording in another layout` {
    private func read(
        _ text: String,
        named name: String,
        policy: TapePolicy = .strict
    ) throws -> (series: RecordedSeries, findings: TapeFindings) {
        try withFile(named: name, Array(text.utf8)) {
            try RecordedSeries.read(path: $0, policy: policy)
        }
    }

    private func candles(_ text: String, named name: String) throws -> CandleTape {
        guard case .candles(let tape) = try read(text, named: name).series else {
            throw TapeError(file: name, message: "no candles")
        }
        return tape
    }

    private func trades(_ text: String, named name: String) throws -> TradeTape {
        try read(text, named: name).series.trades(name)
    }

    // MARK: Candles

    @Test(arguments: [
        ("BTC_USDT_USDT-1m-futures.json", "[[%],\n[%]]"), ("BTCUSDT.jsonl", "[%]\n[%]\n"),
        ("BTCUSDT.json", "[ [%] , [%] ]"),
    ])
    func `candles of ccxt and freqtrade are read from JSON`(name: String, form: String) throws {
        let rows = [
            "1746373020000,3.2183,3.2324,3.2183,3.2285,9.56108e4",
            "1746373080000, 3.2285, 3.2333, 3.2261, 3.23089999999999, 63137.2",
        ]
        var text = form
        for row in rows {
            if let place = text.firstRange(of: "%") { text.replaceSubrange(place, with: row) }
        }
        let tape = try candles(text, named: name)
        #expect(tape.symbol == "BTCUSDT")
        #expect(tape.candles.count == 2)
        #expect(tape.candles[0] == (try threeCandles()[0]))
        #expect(tape.candles[1].close == (try price("3.2309")))
    }

    @Test func `a rate of freqtrade is read from either of its two forms`() throws {
        for text in ["[[1746374400000,1e-05,0,0,0,0.0]]", "[[1746374400000,0.00001]]"] {
            let (series, _) = try read(text, named: "BTC_USDT_USDT-8h-funding_rate.json")
            let tape = try series.settlements("json")
            #expect(tape.settlements.map(\.rate) == [Rate(units: 1000)])
        }
    }

    @Test(arguments: [
        ("[[1746373020000,3,3,3,3,6]", "cut off"), ("{\"a\":1}", "found an object"),
        ("[[1746373020000,x,3,3,3,1]]", "is no number"), ("[]", "empty"),
        ("[[1746373020000,1,1,1,1]]", "ends before"),
    ])
    func `JSON that holds no candles is refused`(text: String, reason: String) throws {
        let error = try #require(throws: TapeError.self) {
            _ = try read(text, named: "BTCUSDT.json")
        }
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test func `a download with its newest candle first is turned round`() throws {
        let text = """
            https://www.CryptoDataDownload.com
            Unix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT,tradecount
            1746373140,2025-05-04 15:39:00,BTC/USDT,3.231,3.2328,3.2264,3.23,98372.2,1,1
            1746373080000,2025-05-04 15:38:00,BTC/USDT,3.2285,3.2333,3.2261,3.2309,63137.2,1,1
            1746373020.0,2025-05-04 15:37:00,BTC/USDT,3.2183,3.2324,3.2183,3.2285,95610.8,1,1

            """
        let tape = try candles(text, named: "Binance_BTCUSDT_1m.csv")
        #expect(tape.candles == (try threeCandles()))
        #expect(tape.symbol == "BTCUSDT")
    }

    @Test func `what a folder names as index or premium is no market`() throws {
        let (series, _) = try read(threeVisionRows, named: "BTCUSDT-mark-1m.csv")
        guard case .index(let index, _) = series else {
            Issue.record("found \(series.kind)")
            return
        }
        #expect(index.prices.count == 6)
        let signed = threePremiumRows.replacingOccurrences(
            of: "0.2183,0.2324,0.2183",
            with: "-0.001,0.2324,-0.001"
        )
        let (premium, _) = try read(signed, named: "BTCUSDT-premiumIndexKlines-1m.csv")
        guard case .premium(let tape) = premium else {
            Issue.record("found \(premium.kind)")
            return
        }
        #expect(tape.candles.first?.low == Rate(units: -100_000))
        #expect(throws: TapeError.self) { _ = try premium.market("premium") }
    }

    // MARK: Trades, quotes, bands, books

    @Test(arguments: [
        // Binance Vision with and without a header, of futures and of spot, in both units of time.
        ("id,price,qty,quote_qty,time,is_buyer_maker\n7,100.5,2,201,1723161256322,true\n", 7),
        ("7,100.5,2,201,1723161256322,true\n", 7),
        ("7,100.5,2,201,1723161256322111,True,True\n", 7),
        ("7,100.5,2,70,72,1723161256322,true\n", 7),
        (
            "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
                + "7,100.5,2,70,72,1723161256322,true\n", 7
        ),
        ("7,100.5,2,70,72,1723161256322999,True,True\n", 7),
        (
            "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                + "binance-futures,BTCUSDT,1723161256322001,1723161256322901,7,sell,100.5,2\n", 7
        ),
        (
            "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                + "okex-swap,BTC-USDT,1723161256322001,1723161256322901,9a-f,sell,100.5,2\n", 0
        ),
        (
            "recv_ns,event_ms,trade_ms,trade_id,price,qty,order_type,is_buyer_maker\n"
                + "1,1723161256322,1723161256322,7,100.5,2,MARKET,true\n", 7
        ),
    ])
    func `a trade is the same whoever wrote it down`(text: String, id: Int) throws {
        let tape = try trades(text, named: "BTCUSDT-trades.csv")
        let expected = TapeTrade(
            time: Timestamp(milliseconds: 1_723_161_256_322),
            id: Int64(id),
            price: try price("100.5"),
            quantity: Quantity(2),
            takerSide: .sell
        )
        #expect(tape.trades == [expected])
    }

    @Test func `missing trades are counted by their numbers`() throws {
        let text = "7,100.5,2,201,1723161256322,true\n11,100.5,2,201,1723161256329,false\n"
        let (_, findings) = try read(text, named: "BTCUSDT.csv")
        #expect(findings.count(of: .gap) == 1)
        let finding = try #require(findings.found.first)
        #expect(finding.line == 2 && finding.message.contains("3 trades are missing"))
    }

    @Test(arguments: [
        "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n"
            + "5,99.9,1,100.1,2,1723161256322,1723161256323\n",
        "5,99.9,1,100.1,2,1723161256322,1723161256323\n",
        "recv_ns,event_ms,txn_ms,update_id,bid_price,bid_qty,ask_price,ask_qty\n"
            + "1723161256322999000,,,5,99.9,1,100.1,2\n",
        "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
            + "binance,BTCUSDT,1723161256322001,1723161256322901,2,100.1,99.9,1\n",
    ])
    func `a best bid and ask is the same whoever wrote it down`(text: String) throws {
        let (series, _) = try read(text, named: "BTCUSDT.csv")
        guard case .quotes(let tape) = series else {
            Issue.record("found \(series.kind)")
            return
        }
        let quote = try #require(tape.quotes.first)
        #expect(quote.time == Timestamp(milliseconds: 1_723_161_256_322))
        #expect(quote.bid == (try price("99.9")) && quote.bidQuantity == Quantity(1))
        #expect(quote.ask == (try price("100.1")) && quote.askQuantity == Quantity(2))
        let market = try series.market("quotes")
        guard case .depth(let depth) = market.recording else {
            Issue.record("quotes make a book")
            return
        }
        #expect(depth.levels.count == 2)
    }

    @Test func `the bands of a book and their days are read`() throws {
        let text =
            "timestamp,percentage,depth,notional\n2023-03-01 00:00:07,-1,2.5,50000\n"
            + "2024-02-29 23:59:59,5.0,100,50000\n"
        let (series, _) = try read(text, named: "BTCUSDT-bookDepth-2023-03-01.csv")
        guard case .bands(let tape) = series else {
            Issue.record("found \(series.kind)")
            return
        }
        #expect(tape.bands.map(\.time.milliseconds) == [1_677_628_807_000, 1_709_251_199_000])
        #expect(tape.bands.map(\.distance) == [Rate(units: -1_000_000), Rate(units: 5_000_000)])
    }

    @Test(arguments: [
        ("TESTUSDT-premiumIndexKlines-1m.csv", threeVisionRows, 1, "a whole price or more"),
        (
            "TESTUSDT-bookDepth.csv",
            "timestamp,percentage,depth,notional\n2023-03-01 00:00:07,-1,2.5,5\n"
                + "2023-03-01 00:00:07,0,2.5,5\n",
            3, "at the price"
        ),
        (
            "TESTUSDT-p.csv", "open_time_ms,premium_open,premium_high,premium_low,premium_close\n",
            0, "no premiums"
        ),
        (
            "TESTUSDT-b.csv",
            "time_ms,distance,quantity\n1746374400000,0.01,1\n1746374399000,0.01,1\n", 0,
            "out of order"
        ),
    ])
    func `a premium or a depth that cannot be is told with its place`(
        name: String,
        text: String,
        line: Int,
        message: String
    ) throws {
        let fault = try withFile(named: name, Array(text.utf8)) { path -> TapeError? in
            do throws(TapeError) {
                _ = try RecordedSeries.read(path: path)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault?.message.contains(message) == true, "\(String(describing: fault))")
        #expect((fault?.line ?? 0) == line)
    }

    @Test func `a ticker tells the index and what was settled`() throws {
        let head =
            "exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,"
            + "predicted_funding_rate,open_interest,last_price,index_price,mark_price\n"
        let text =
            head
            + "b,BTCUSDT,1723161250000000,1723161250000001,1723161600000000,0.0001,,1,9,100,9\n"
            + "b,BTCUSDT,1723161251000000,1723161251000001,1723161600000000,0.0002,,1,9,101,9\n"
            + "b,BTCUSDT,1723161252000000,1723161252000001,,,,1,9,101,9\n"
            + "b,BTCUSDT,1723161600001000,1723161600001001,1723190400000000,-0.0003,,1,9,,9\n"
        let (series, _) = try read(text, named: "ticker.csv")
        #expect(try series.index("ticker").prices.map(\.price) == [Price(100), Price(101)])
        let settlements = try series.settlements("ticker").settlements
        #expect(settlements.map(\.rate.description) == ["0.0002", "-0.0003"])
    }

    @Test func `a book of Tardis begins with its snapshot`() throws {
        let head =
            "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
        let text =
            head + "b,BTCUSDT,1723161250000000,1723161250000001,false,bid,99.5,9\n"
            + "b,BTCUSDT,1723161251000000,1723161251000001,true,bid,99.9,1\n"
            + "b,BTCUSDT,1723161251000000,1723161251000001,true,ask,100.1,2\n"
            + "b,BTCUSDT,1723161252000000,1723161252000001,false,ask,100.1,0\n"
            + "b,BTCUSDT,1723161252000000,1723161252000001,false,ask,100.2,3\n"
        let (series, _) = try read(text, named: "BTCUSDT.csv.gz.csv")
        guard case .depth(let tape) = series else {
            Issue.record("found \(series.kind)")
            return
        }
        #expect(tape.updates.map(\.isSnapshot) == [true, false])
        #expect(tape.levels(of: tape.updates[1]).map(\.quantity) == [.zero, Quantity(3)])
    }

    // MARK: What is wrong with it

    private static let depthHeader =
        "recv_ns,type,event_ms,txn_ms,first_update_id,last_update_id,prev_last_update_id,side,price,qty\n"

    private func diff(_ first: Int, _ last: Int, _ previous: Int, _ level: String) -> String {
        "1,diff,1723161256299,1723161256298,\(first),\(last),\(previous),\(level)\n"
    }

    @Test func `changes that a snapshot holds are left out, and missing ones are told`() throws {
        let text =
            Self.depthHeader + diff(1, 4, 0, "b,99.9,1") + diff(5, 12, 4, "b,99.8,1")
            + "1,snapshot,1723161256290,1723161256290,,10,,b,99.7,5\n"
            + "1,snapshot,1723161256290,1723161256290,,10,,a,100.1,5\n"
            + diff(13, 15, 12, "a,100.2,1") + diff(19, 20, 18, "a,100.3,1")
        let (series, findings) = try read(text, named: "BTCUSDT.csv")
        guard case .depth(let tape) = series else {
            Issue.record("found \(series.kind)")
            return
        }
        #expect(tape.updates.map(\.lastUpdate) == [10, 12, 15, 20])
        #expect(findings.found.map(\.line) == [7])
        #expect(findings.found.first?.message.contains("missing between 15 and 18") == true)
        let repeated =
            text + diff(19, 20, 18, "a,100.3,1") + diff(21, 22, 20, "a,100.3,2")
            + diff(19, 20, 18, "a,100.3,1")
        let error = try #require(throws: TapeError.self) {
            _ = try read(repeated, named: "BTCUSDT.csv")
        }
        #expect(
            error.description.hasSuffix(
                "BTCUSDT.csv:10: last_update_id: 20 is not after 22; it is left out"
            )
        )
    }

    private let faulty =
        threeRows + "1746373080000,3.2285,3.2333,3.2261,3.2309,63137.2\n"
        + "1746373260000,3.23,3.23,3.23,3.23,1\n1746373200000,3.23,3.24,3.22,3.23,5\n"
        + "1746373320000,3.23,3.22,3.21,3.23,5\n1746373500000,3.23,3.23,3.23,3.23,1\n"

    @Test func `mending sorts, drops what repeats and what cannot be, and tells each by its line`()
        throws
    {
        let (series, findings) = try read(faulty, named: "BTCUSDT.csv", policy: .mend)
        guard case .candles(let tape) = series else {
            Issue.record("found \(series.kind)")
            return
        }
        let minutes = tape.candles.map { ($0.openTime.milliseconds - 1_746_373_020_000) / 60_000 }
        #expect(minutes == [0, 1, 2, 3, 4, 8])
        #expect(findings.count(of: .duplicate) == 1)
        #expect(findings.count(of: .disorder) == 2)
        #expect(findings.count(of: .badValue) == 1)
        #expect(findings.count(of: .gap) == 1)
        let lines = Dictionary(grouping: findings.found, by: \.kind).mapValues { $0.map(\.line) }
        #expect(lines[.duplicate] == [5])
        #expect(lines[.disorder] == [5, 7])
        #expect(lines[.badValue] == [8])
        #expect(lines[.gap] == [9])
    }

    @Test func `without mending the first fault refuses the file`() throws {
        let error = try #require(throws: TapeError.self) {
            _ = try read(faulty, named: "BTCUSDT.csv")
        }
        #expect(error.line == 5)
    }
}
