import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

private let header = "funding_time_ms,funding_rate\n"

private func funding(_ text: String, named name: String = "TEST.csv") throws -> FundingTape {
    try withFile(named: name, Array(text.utf8)) { path in try FundingTape.read(path: path) }
}

private func fundingFault(_ text: String) throws -> TapeError? {
    try withFile(Array(text.utf8)) { path in
        do throws(TapeError) {
            _ = try FundingTape.read(path: path)
            return nil
        } catch {
            return error
        }
    }
}

private func settlement(_ milliseconds: Int64, _ rate: String) throws -> TapeSettlement {
    TapeSettlement(
        time: Timestamp(milliseconds: milliseconds),
        rate: try Rate(parsing: rate, allowsSign: true)
    )
}

@Suite(.computesForLong) struct `A recording of funding` {
    @Test func `is read from both layouts, with its settlements on whole minutes`() throws {
        let expected = [
            try settlement(1_742_126_400_000, "-0.00004758"),
            try settlement(1_742_140_800_000, "0.0001"),
        ]
        let plain = try funding(
            header + "1742126400003,-0.00004758\n1742140799998,0.00010000\n"
        )
        #expect(plain.settlements == expected)
        let vision = try funding(
            "calc_time,funding_interval_hours,last_funding_rate\n"
                + "1742126400003,4,-0.00004758\n1742140800000,4,0.0001"
        )
        #expect(vision.settlements == expected)
    }

    @Test func `may be packed`() throws {
        let bytes = Array((header + "1742126400000,0.0001\n").utf8)
        let packed = try withFile(named: "x.csv.gz", gzip(bytes)) {
            try FundingTape.read(path: $0)
        }
        #expect(packed.settlements.count == 1)
    }

    static let damaged: [DamagedRow] = [
        DamagedRow("1742126400000,0.0001", "funding_time", "repeats"),
        DamagedRow("1742126400900,0.0001", "funding_time", "repeats"),
        DamagedRow("1742112000000,0.0001", "funding_time_ms", "out of order"),
        DamagedRow("1742140800000", "funding_rate", "1 of 2 cells"),
        DamagedRow("1742140800000,0.0001,1", "3", "3 cells instead of 2"),
        DamagedRow("1742140800000,", "funding_rate", "empty"),
        DamagedRow("1742140800000,1e-4", "funding_rate", "not a decimal number"),
        DamagedRow("1742140800000,--0.1", "funding_rate", "not a decimal number"),
        DamagedRow("1742140800000,1", "funding_rate", "a whole position or more"),
        DamagedRow("1742140800000,-1", "funding_rate", "a whole position or more"),
        DamagedRow("1742140800,0.0001", "funding_time_ms", "no time in milliseconds"),
        DamagedRow("x,0.0001", "funding_time_ms", "whole number"),
        DamagedRow("\n1742140800000,0.0001", nil, "the line is empty"),
    ]

    @Test(arguments: damaged)
    func `is refused with line and column where it is damaged`(_ damage: DamagedRow) throws {
        let fault = try #require(
            try fundingFault(header + "1742126400000,0.0001\n" + damage.row + "\n")
        )
        #expect(fault.line == 3)
        #expect(fault.column == damage.column)
        #expect(fault.message.contains(damage.message), "\(fault)")
    }

    @Test(arguments: ["", header, "time,rate\n1,2\n", "funding_time_ms,rate\n1742126400000,0\n"])
    func `is refused where it holds no settlements that can be named`(text: String) throws {
        #expect(try fundingFault(text) != nil)
    }

    @Test func `makes the tape that it belongs to another one`() throws {
        var market = MarketTape(.candles(try tape(threeRows)))
        let bare = market.contentHash
        market.companions.funding = try funding(header + "1746374400000,0.0001\n")
        let with = market.contentHash
        #expect(with != bare)
        market.companions.funding = try funding(header + "1746374400000,0.0002\n")
        #expect(market.contentHash != with)
    }
}

@Suite(.computesForLong) struct `A replay with recorded funding` {
    /// Twelve hours of flat hours from midnight, settled as the recording says.
    private func settled(
        _ text: String,
        intervalHours: Int64
    ) throws -> (settled: [FundingSettled], refusals: Int) {
        let midnight: Int64 = 1_746_489_600_000
        let tape = try CandleTape(
            interval: 3_600_000,
            candles: (0..<12).map { hour in
                TapeCandle(
                    openTime: Timestamp(milliseconds: midnight + hour * 3_600_000),
                    open: try price("3"),
                    high: try price("3"),
                    low: try price("3"),
                    close: try price("3"),
                    volume: try quantity("1000")
                )
            }
        )
        var rules = try MarketRules.layer.rules()
        rules.funding = FundingTerms(
            intervalMilliseconds: intervalHours * 3_600_000,
            rate: Rate(units: 12_345)
        )
        var venue = TestVenue([rules])
        var replay = CandleReplay(
            tape: tape,
            companions: TapeCompanions(funding: try funding(text)),
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: venue.open(.recordedMarket, deposit: 1_000_000),
                taker: venue.open(.recordedMarket, deposit: 1_000_000)
            )
        )
        var settlements: [FundingSettled] = []
        while let time = replay.nextTime {
            for command in replay.step() {
                for case .fundingSettled(let event) in venue.apply(command, at: time) {
                    settlements.append(event)
                }
            }
        }
        return (settlements, venue.refusals.count)
    }

    @Test func `settles the recorded rates at the recorded instants`() throws {
        let run = try settled(
            header + "1746489600004,0.0002\n1746504000000,-0.0003\n1746518400001,0.0004\n",
            intervalHours: 4
        )
        #expect(run.settled.map(\.rate.description) == ["-0.0003", "0.0004"])
        #expect(run.settled.map(\.time.milliseconds) == [1_746_504_000_000, 1_746_518_400_000])
        #expect(run.refusals == 0)
    }

    /// As the recorded market of 2025-05-06 went from four hours to one.
    @Test func `goes over to another interval with the recording`() throws {
        let run = try settled(
            header + "1746489600000,0.0001\n1746504000000,-0.0003\n1746507600000,-0.02\n"
                + "1746511200000,-0.01\n1746518400000,0.0001\n",
            intervalHours: 4
        )
        #expect(
            run.settled.map(\.time.milliseconds)
                == [
                    1_746_504_000_000, 1_746_507_600_000, 1_746_511_200_000,
                    1_746_518_400_000, 1_746_525_600_000,
                ]
        )
        // After the last recorded settlement the venue keeps its rate and interval.
        #expect(
            run.settled.map(\.rate.description)
                == ["-0.0003", "-0.02", "-0.01", "0.0001", "0.0001"]
        )
        #expect(run.refusals == 0)
    }
}
