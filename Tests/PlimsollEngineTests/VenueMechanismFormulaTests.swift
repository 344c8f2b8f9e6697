import PlimsollEngine
import PlimsollModel
import Testing

@Suite struct `Mechanisms of venues` {
    // MARK: Deleveraging

    private func score(_ profit: Int, _ notional: Int, _ balance: Int) -> DeleveragingScore {
        .binance(
            unrealizedPnL: Amount(profit),
            notional: Amount(notional),
            marginBalance: Amount(balance)
        )
    }

    @Test func `profit and leverage come first in the queue`() {
        #expect(score(10, 1000, 100) > score(5, 1000, 100), "more profit")
        #expect(score(10, 1000, 100) > score(10, 1000, 200), "more leverage")
        #expect(score(0, 1000, 100) > score(-10, 1000, 100), "a loss")
        #expect(score(-10, 1000, 100) > score(-20, 1000, 100), "a larger loss")
        // Of equal losses the higher leverage has the score nearer to zero.
        #expect(score(-10, 1000, 100) > score(-10, 1000, 200))
        #expect(score(-1, 1, 0) < score(-1_000_000_000, 1, 1_000_000_000))
        #expect(score(10, 1000, 100).units == Amount.unitsPerOne / 10)
    }

    @Test func `extreme scores keep their order`() {
        let least = Amount(units: 1)
        let huge = Amount(1_000_000_000_000)
        let most = DeleveragingScore.binance(
            unrealizedPnL: huge,
            notional: huge,
            marginBalance: least
        )
        #expect(most > score(1_000_000, 1, 1))
        let worst = DeleveragingScore.binance(
            unrealizedPnL: -huge,
            notional: least,
            marginBalance: huge
        )
        #expect(worst < score(-1_000_000, 1, 1))
    }

    @Test(arguments: [
        // A long of 100 at 10x: at 110 it gains 10 %, and 20 are left before it is bankrupt.
        (mark: 110, entry: 100, bankruptcy: 90, tenThousandths: 5500),
        // At 95 it loses 5 %, and 5 are left.
        (95, 100, 90, -26),
        // A short of 100 at 10x, at 90 and at 105.
        (-90, -100, -110, 4500), (-105, -100, -110, -23),
    ])
    func `a score of BitMEX weighs profit with leverage`(
        mark: Int,
        entry: Int,
        bankruptcy: Int,
        tenThousandths: Int128
    ) {
        let score = DeleveragingScore.bitmex(
            markValue: Amount(mark),
            entryValue: Amount(entry),
            bankruptcyValue: Amount(bankruptcy)
        )
        #expect(score.units * 10_000 / Amount.unitsPerOne == tenThousandths)
    }

    @Test func `the queue fills until nothing is left to close`() {
        let queue = [Quantity(3), Quantity(4), Quantity(5)]
        let (fills, rest) = deleveragingFills(queue: queue, closing: Quantity(6))
        #expect(fills == [Quantity(3), Quantity(3), .zero])
        #expect(rest == .zero)
        let (all, missing) = deleveragingFills(queue: queue, closing: Quantity(20))
        #expect(all == queue)
        #expect(missing == Quantity(8))
    }

    @Test func `a fifth that is reached exactly is not the next one`() {
        let fifths = deleveragingPercentiles(queue: Array(repeating: Quantity(1), count: 5))
        #expect(fifths == [20, 40, 60, 80, 100])
        #expect(deleveragingPercentiles(queue: [Quantity(9)]) == [100])
        #expect(deleveragingPercentiles(queue: []) == [])
    }

    @Test(arguments: [(0, true), (5, true), (-10, true), (-11, false)])
    func `a fund pays down to zero and no further`(delta: Int, isAllowed: Bool) {
        #expect(insuranceFundCanTake(Amount(delta), balance: Amount(10)) == isAllowed)
    }

    // MARK: Socialised losses

    @Test func `everything that was collected is paid out, and the remainder to one`() {
        for collected: Int64 in [0, 1, 99, 1000, 1001, 5000] {
            let gains: [Int64] = [333, 333, 335]
            let payouts = Vega.socialise(gains: gains, collected: collected, remainderReceiver: 2)
            #expect(payouts.reduce(0, +) == min(collected, 1001))
            for (payout, gain) in zip(payouts, gains).prefix(2) { #expect(payout <= gain) }
        }
    }

    @Test func `a loss is shared so that nothing of it is missing`() throws {
        // 1 among 3 units does not end; what is charged must cover it.
        let perBase = try #require(
            Drift.lossPerBase(loss: 1_000_000, longBase: 2_000_000_000, shortBase: 1_000_000_000)
        )
        #expect(perBase == 333_334)
        #expect(Drift.depositIndexLoss(loss: 1, deposits: 3) == 3_333_333_334)
        #expect(Drift.lossPerBase(loss: 1, longBase: 0, shortBase: 0) == nil)
    }

    // MARK: Premium

    private func level(_ price: Int, _ quantity: Int) -> ImpactLevel {
        ImpactLevel(price: Price(price), quantity: Quantity(quantity))
    }

    @Test func `an impact price lies between the levels that it takes`() {
        let asks = [level(100, 1), level(110, 10)]
        func impact(_ notional: Int) -> Amount? {
            impactPrice(of: Amount(notional), against: asks, rounding: .up)
        }
        #expect(impact(0) == Amount(100))
        #expect(impact(100) == Amount(100))
        // One at 100 and two at 110: 320 for three.
        #expect(impact(320)?.units == (Amount(320).units + 2) / 3)
        #expect(impact(1200) != nil)
        #expect(impact(1201) == nil)
    }

    @Test func `a book around the index has no premium, one beside it has`() {
        func premium(bid: Int, ask: Int) -> Int64 {
            impactPremium(
                bids: [level(bid, 100)],
                asks: [level(ask, 100)],
                index: Price(1000),
                impactNotional: Amount(500),
                limit: 50_000
            )
        }
        #expect(premium(bid: 999, ask: 1001) == 0)
        #expect(premium(bid: 1002, ask: 1003) == 2000)
        #expect(premium(bid: 990, ask: 993) == -7000)
        #expect(premium(bid: 1900, ask: 2000) == 50_000)
        #expect(premium(bid: 100, ask: 200) == -50_000)
    }

    // MARK: Averages

    @Test func `the middle of a list does not depend on its order`() {
        #expect(median([3, 1, 2]) == 2)
        #expect(median([2, 1]) == 2)
        #expect(median([-2, -1]) == -2)
        #expect(median([Int64.max, Int64.max]) == .max)
        #expect(median([]) == nil)
    }

    @Test func `a mean of nothing and a mean beyond bounds are no mean`() {
        #expect(weightedMean([]) == nil)
        #expect(weightedMean([WeightedValue(5, weight: 0)]) == nil)
        let wide = WeightedValue(.max, weight: .max)
        #expect(weightedMean([wide]) == .max)
        #expect(weightedMean([wide, wide, wide]) == nil)
        #expect(
            weightedMean([WeightedValue(-7, weight: 1), WeightedValue(-8, weight: 1)]) == -7
        )
    }

    // MARK: Orders

    @Test(arguments: SelfTradePrevention.allCases)
    func `no more is traded or prevented than was open`(mode: SelfTradePrevention) {
        for (maker, taker) in [(1, 3), (3, 1), (2, 2)] {
            let meeting = mode.meeting(maker: Quantity(maker), taker: Quantity(taker))
            #expect(meeting.traded + meeting.makerPrevented <= Quantity(maker))
            #expect(meeting.traded + meeting.takerPrevented <= Quantity(taker))
            #expect((meeting.traded > .zero) == (mode == .none))
        }
    }

    @Test func `a limit stops the sweep where prices no longer cross`() {
        var makers = [10, 9, 8].map { _ in
            SelfTradePrevention.Participant(quantity: Quantity(1))
        }
        var taker = SelfTradePrevention.Participant(quantity: Quantity(5))
        SelfTradePrevention.none.sweep(
            &taker,
            side: .sell,
            limit: Price(9),
            through: &makers,
            at: [Price(10), Price(9), Price(8)]
        )
        #expect(taker.executed == Quantity(2))
        #expect(taker.standing == .partiallyFilled)
        #expect(makers.map(\.standing) == [.filled, .filled, .open])
    }

    @Test(arguments: [
        (TriggerPrice.Direction.rises, [99: false, 100: true, 101: true]),
        (.falls, [99: true, 100: true, 101: false]),
    ])
    func `a trigger goes off at its price and through it`(
        direction: TriggerPrice.Direction,
        prices: [Int: Bool]
    ) {
        for (price, goesOff) in prices {
            let trigger = TriggerPrice(Price(100), when: direction)
            #expect(trigger.isReached(by: Price(price)) == goesOff)
        }
    }

    @Test func `a trailing stop that waits follows nothing before its price comes`() {
        var stop = WaitingTrailingStop(
            side: .sell,
            callbackRate: Rate(units: 10_000_000),
            activation: TriggerPrice(Price(100), when: .falls)
        )
        let prices = [200, 150, 101, 100, 91, 90]
        let best = prices.map { price in
            let goesOff = stop.observe(Price(price))
            #expect(goesOff == (price == 90))
            return stop.trail?.best
        }
        #expect(best == [nil, nil, nil, Price(100), Price(100), Price(100)])
    }
}
