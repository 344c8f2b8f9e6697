import PlimsollEngine
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `A replayed market` {
    private static let minute: Int64 = 60_000

    /// Sum, extremes and ends of the trades of one candle.
    private struct Traded: Equatable {
        var open: Price
        var high: Price
        var low: Price
        var close: Price
        var volume: Quantity
    }

    private func traded(
        _ trades: [(time: Timestamp, trade: TradeExecuted)],
        in tape: CandleTape
    ) -> [Timestamp: Traded] {
        var candles: [Timestamp: Traded] = [:]
        for (time, trade) in trades {
            let start = tape.startTime.milliseconds
            let offset = (time.milliseconds - start) / tape.interval * tape.interval
            let openTime = Timestamp(milliseconds: start + offset)
            var candle =
                candles[openTime]
                ?? Traded(
                    open: trade.price,
                    high: trade.price,
                    low: trade.price,
                    close: trade.price,
                    volume: .zero
                )
            candle.high = max(candle.high, trade.price)
            candle.low = min(candle.low, trade.price)
            candle.close = trade.price
            candle.volume += trade.quantity
            candles[openTime] = candle
        }
        return candles
    }

    private func expected(_ candle: TapeCandle) -> Traded {
        Traded(
            open: candle.open,
            high: candle.high,
            low: candle.low,
            close: candle.close,
            volume: candle.volume
        )
    }

    /// A market that falls by a third in ten minutes and comes half back, with a hole of an hour.
    static func crash() throws -> CandleTape {
        try CandleTape(
            symbol: "LAYERUSDT",
            candles: [
                candle(0, "3.4", "3.41", "3.39", "3.4", "50000"),
                candle(1, "3.4", "3.4", "3.2", "3.21", "900000"),
                candle(2, "3.21", "3.25", "2.6", "2.65", "4000000"),
                candle(3, "2.65", "2.9", "2.6", "2.88", "2000000"),
                candle(4, "2.88", "2.88", "2.2", "2.3", "9000000.3"),
                candle(64, "2.8", "2.8", "2.8", "2.8", "0"),
                candle(65, "2.8", "2.9", "2.75", "2.75", "2.1"),
                candle(66, "2.75", "2.75", "2.75", "2.75", "1000"),
            ]
        )
    }

    private func replay(
        _ tape: CandleTape,
        _ venue: inout TestVenue,
        resumeAfter: Timestamp? = nil
    ) throws -> CandleReplay {
        CandleReplay(
            tape: tape,
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: try MarketRules.layer.rules(),
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            ),
            resumeAfter: resumeAfter
        )
    }

    @Test func `trades make the recorded candles again, through a crash and a gap`() throws {
        let tape = try Self.crash()
        var venue = TestVenue([try MarketRules.layer.rules()])
        var replay = try replay(tape, &venue)
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
        #expect(venue.engine.brokenInvariants().isEmpty)
        let candles = traded(venue.trades, in: tape)
        for candle in tape.candles where candle.volume > Quantity(100) {
            #expect(candles[candle.openTime] == expected(candle))
        }
        let (silent, thin) = (tape.candles[5], tape.candles[6])
        #expect(candles[silent.openTime] == nil)
        // Recorded: 2.1 coins, too little for an order of five dollars at each of four prices.
        let found = try #require(candles[thin.openTime])
        #expect(found.open == thin.open && found.close == thin.close)
        #expect(found.high == thin.high && found.low == thin.low)
        #expect(venue.prices?.index == tape.candles.last?.close)
        let mark = venue.prices?.mark ?? .zero
        #expect((mark - Price(units: 275_000_000)).magnitude <= MarketRules.layer.tick)
    }

    @Test(.enabled(if: SharedData.isPresent, "the recorded markets of ../shared are not here"))
    func `the recorded collapse of LAYERUSDT is made again candle by candle`() throws {
        let whole = try CandleTape.read(path: try SharedData.candleFile("LAYERUSDT"))
        // 2025-05-06 06:30 to 10:30 UTC: the worst hours.
        let start = Timestamp(milliseconds: 1_746_513_000_000)
        let candles = whole.candles.filter { $0.openTime >= start }.prefix(240)
        let tape = try CandleTape(symbol: whole.symbol, candles: Array(candles))
        var venue = TestVenue([try MarketRules.layer.rules()])
        var replay = try replay(tape, &venue)
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.refusals.isEmpty, "\(venue.refusals.prefix(5))")
        #expect(venue.engine.brokenInvariants().isEmpty)
        let found = traded(venue.trades, in: tape)
        for candle in tape.candles { #expect(found[candle.openTime] == expected(candle)) }
    }

    @Test func `a tape too large for one position leaves both accounts flat`() throws {
        var market = MarketRules.layer
        market.tick = Price(units: 10)
        market.step = Quantity(1)
        market.quantityMax = Quantity(5_000_000_000)
        let rules = try market.rules()
        // A rising market with more volume than a quantity holds.
        let candles = try (0..<40).map { minute in
            try candle(
                Int64(minute),
                "0.00\(100 + minute)",
                "0.00\(101 + minute)",
                "0.00\(100 + minute)",
                "0.00\(101 + minute)",
                "50000000001"
            )
        }
        let tape = try CandleTape(candles: candles)
        var venue = TestVenue([rules])
        let (maker, taker) = (venue.open(.recordedMarket), venue.open(.recordedMarket))
        var replay = CandleReplay(
            tape: tape,
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: maker,
                taker: taker
            )
        )
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.refusals.isEmpty, "\(venue.refusals.prefix(3))")
        #expect(venue.engine.brokenInvariants().isEmpty)
        let found = traded(venue.trades, in: tape)
        for candle in tape.candles { #expect(found[candle.openTime] == expected(candle)) }
        // At most the odd step of each print is left.
        let most = Quantity(tape.candles.count * 12)
        #expect(venue.positions[maker]?.magnitude ?? .zero <= most)
        #expect(venue.positions[taker]?.magnitude ?? .zero <= most)
    }

    @Test func `time never runs backwards and the last step of a candle is within it`() throws {
        let tape = try Self.crash()
        var venue = TestVenue([try MarketRules.layer.rules()])
        var replay = try replay(tape, &venue)
        var times: [Timestamp] = []
        while let time = replay.nextTime {
            times.append(time)
            _ = replay.step()
        }
        #expect(times.count == tape.candles.count * 12)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(times.first == tape.startTime)
        #expect(times.last == tape.endTime.advanced(byMilliseconds: -5000))
        #expect(replay.step().isEmpty)
    }

    @Test func `a shift moves every time and nothing else`() throws {
        let tape = try Self.crash()
        let rules = try MarketRules.layer.rules()
        func replay(shift: Int64) -> CandleReplay {
            CandleReplay(
                tape: tape,
                place: ReplayPlace(
                    instrument: InstrumentID(rawValue: 0),
                    rules: rules,
                    maker: AccountID(rawValue: 16),
                    taker: AccountID(rawValue: 17)
                ),
                timeShift: shift
            )
        }
        var plain = replay(shift: 0)
        var shifted = replay(shift: 86_400_123)
        #expect(shifted.endTime == tape.endTime.advanced(byMilliseconds: 86_400_123))
        while let time = plain.nextTime {
            #expect(shifted.nextTime == time.advanced(byMilliseconds: 86_400_123))
            #expect(shifted.step() == plain.step())
        }
        #expect(shifted.nextTime == nil)
    }

    /// The index and what is printed: what the recording tells, whatever the book around it.
    private func recorded(_ commands: [Command]) -> [Command] {
        commands.filter {
            switch $0 {
            case .updateIndexPrice: true
            case .placeOrder(let order): order.timeInForce == .immediateOrCancel
            default: false
            }
        }
    }

    @Test func `a replay that was interrupted goes on with the very next step`() throws {
        let tape = try Self.crash()
        var venue = TestVenue([try MarketRules.layer.rules()])
        let whole = try replay(tape, &venue)
        let place = whole.place
        for interruption in [-1, 0, 1, 4999, 5000, 59_999, 60_000, 130_000, 280_000, 400_000] {
            let time = tape.startTime.advanced(byMilliseconds: Int64(interruption))
            var continued = CandleReplay(
                tape: tape,
                place: place,
                resumeAfter: time
            )
            var uninterrupted = whole
            while let next = uninterrupted.nextTime, next <= time { _ = uninterrupted.step() }
            var isFirst = true
            var isMeasured = interruption < 0
            while let time = uninterrupted.nextTime {
                #expect(continued.nextTime == time)
                var commands = continued.step()
                let expected = uninterrupted.step()
                #expect(commands.contains(.cancelAllOrders(place.maker, place.instrument)))
                if isFirst, interruption >= 0 {
                    // The index of the step before comes again, for a venue that missed it.
                    guard case .updateIndexPrice = commands.removeFirst() else {
                        Issue.record("no index begins the replay")
                        return
                    }
                    #expect(commands.first == .cancelAllOrders(place.taker, place.instrument))
                }
                isFirst = false
                #expect(recorded(commands) == recorded(expected), "after \(interruption) ms")
                // From the sixth candle on, where the book is stood anew, it is the same one.
                isMeasured = isMeasured || time >= tape.candles[5].openTime
                #expect(!isMeasured || commands == expected, "after \(interruption) ms")
            }
            #expect(continued.nextTime == nil)
        }
    }

    @Test func `a venue that begins within the recording has a market at once`() throws {
        let tape = try Self.crash()
        var venue = TestVenue([try MarketRules.layer.rules()])
        var replay = try replay(
            tape,
            &venue,
            resumeAfter: tape.startTime.advanced(byMilliseconds: 130_000)
        )
        venue.run(&replay)
        #expect(venue.refusals.isEmpty, "\(venue.refusals.prefix(3))")
        #expect(!venue.trades.isEmpty)
    }

    @Test func `a resting order that the price passes is filled, a larger one in part`() throws {
        let tape = try Self.crash()
        for (size, isFilled) in [(1000, true), (1_500_000, false)] {
            var venue = TestVenue([try MarketRules.layer.rules()])
            var replay = try replay(tape, &venue)
            let trader = venue.open(.trader, deposit: 1_000_000)
            venue.run(&replay)
            let bid = try price("3.395")
            let time = try #require(replay.nextTime)
            let events = venue.apply(
                .placeOrder(
                    NewOrder(
                        account: trader,
                        instrument: InstrumentID(rawValue: 0),
                        side: .buy,
                        type: .limit,
                        price: bid,
                        quantity: Quantity(size)
                    )
                ),
                at: time
            )
            guard case .orderAccepted(let order) = events.first(where: { $0.isAcceptance }) else {
                Issue.record("the order was refused: \(events)")
                return
            }
            // The first minute goes from 3.4 down to 3.39 and back.
            venue.run(&replay, through: tape.startTime.advanced(byMilliseconds: 55_000))
            let fills = venue.fills.filter { $0.order == order.order }
            let filled = fills.reduce(Quantity.zero) { $0 + $1.quantity }
            #expect(fills.allSatisfy { $0.price == bid && $0.isMaker })
            #expect((filled == Quantity(size)) == isFilled)
            #expect(filled > .zero)
            // Levels that the order took cannot be cancelled any more.
            #expect(venue.refusals.allSatisfy { $0.refusal.reason == .unknownOrder })
            #expect(venue.refusals.isEmpty == isFilled)
        }
    }

    @Test func `a market order has impact and the ladder is new with the next step`() throws {
        let tape = try Self.crash()
        var venue = TestVenue([try MarketRules.layer.rules()])
        var replay = try replay(tape, &venue)
        let trader = venue.open(.trader, deposit: 1_000_000)
        venue.run(&replay)
        let before = venue.trades.count
        let time = try #require(replay.nextTime)
        venue.apply(
            .placeOrder(
                NewOrder(
                    account: trader,
                    instrument: InstrumentID(rawValue: 0),
                    side: .sell,
                    type: .market,
                    quantity: Quantity(1000)
                )
            ),
            at: time
        )
        let prices = venue.trades[before...].map(\.trade.price)
        #expect(prices.count > 1)
        #expect(zip(prices, prices.dropFirst()).allSatisfy { $0 > $1 })
        venue.run(&replay)
        #expect(venue.refusals.isEmpty)
        #expect(venue.prices?.index == venue.trades.last?.trade.price)
    }

    @Test func `a liquidation in the crash meets the ladder before the fund`() throws {
        let tape = try Self.crash()
        let instrument = InstrumentID(rawValue: 0)
        var venue = TestVenue([try MarketRules.layer.rules()])
        var replay = try replay(tape, &venue)
        let trader = venue.open(.trader, deposit: 500)
        venue.apply(.setMarginMode(trader, instrument, .isolated), at: .zero)
        venue.apply(.setLeverage(trader, instrument, 10), at: .zero)
        venue.run(&replay)
        venue.apply(
            .placeOrder(
                NewOrder(
                    account: trader,
                    instrument: instrument,
                    side: .buy,
                    type: .market,
                    quantity: Quantity(1000)
                )
            ),
            at: try #require(replay.nextTime)
        )
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
        try #require(venue.liquidations.count == 1)
        #expect(venue.liquidations[0].account == trader)
        #expect(venue.liquidations[0].filledQuantity == Quantity(1000))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}

extension Event {
    var isAcceptance: Bool {
        if case .orderAccepted = self { true } else { false }
    }
}
