import PlimsollModel

/// A seeded source of numbers for tests: xorshift64*.
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// From 0 to `bound` − 1.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

/// Random events of one market that keep to the venue's promises, and the naive record of what a
/// reader must see afterwards.
struct RandomMarket {
    struct Trade {
        var event: TradeExecuted
        var time: Timestamp
    }

    var numbers: SeededNumbers
    var venue = ProjectedVenue()
    /// Price units to quantity units; only looked up and sorted.
    var bids: [Int64: Int64] = [:]
    var asks: [Int64: Int64] = [:]
    var trades: [Trade] = []
    var cross = Amount.zero
    var isolated = Amount.zero
    var orders: [OrderID: Quantity] = [:]
    private var update: UInt64 = 0

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func step() {
        // Mostly seconds apart; sometimes hours, so that quiet candles appear.
        let gap =
            numbers.chance(2) ? numbers.below(30_000_000) : numbers.below(4000)
        let time = venue.time.advanced(byMilliseconds: Int64(gap))
        var events: [Event] = []
        for _ in 0...numbers.below(4) {
            switch numbers.below(10) {
            case 0...3: events.append(level())
            case 4...6: events.append(trade(at: time))
            case 7: events.append(order())
            case 8: events.append(contentsOf: closing())
            default: events.append(movement())
            }
        }
        venue.fold(events, after: Int64(gap))
    }

    private mutating func level() -> Event {
        let side: Side = numbers.chance(50) ? .buy : .sell
        // Few prices, so that levels are hit again and again.
        let price = Price(units: Int64(1 + numbers.below(40)) * 1_000_000)
        let units = numbers.chance(30) ? 0 : Int64(1 + numbers.below(1000))
        let left: Int64? = units == 0 ? nil : units
        if side == .buy { bids[price.units] = left } else { asks[price.units] = left }
        update += 1
        return .levelChanged(
            LevelChanged(
                instrument: ProjectedVenue.market,
                side: side,
                price: price,
                quantity: Quantity(units: units),
                update: update
            )
        )
    }

    private mutating func trade(at time: Timestamp) -> Event {
        let event = TradeExecuted(
            trade: venue.nextTrade(),
            instrument: ProjectedVenue.market,
            price: Price(units: Int64(1000 + numbers.below(100)) * 1_000_000),
            quantity: Quantity(units: Int64(1 + numbers.below(5000)) * 100_000),
            takerSide: numbers.chance(50) ? .buy : .sell,
            maker: OrderID(rawValue: 1),
            taker: OrderID(rawValue: UInt64(numbers.below(3)))
        )
        trades.append(Trade(event: event, time: time))
        return .tradeExecuted(event)
    }

    private mutating func order() -> Event {
        let id = venue.nextOrder()
        let quantity = Quantity(units: Int64(1 + numbers.below(100)) * 100_000)
        orders[id] = quantity
        return accepted(id, .buy, quantity, at: Price(10), name: "o\(id)")
    }

    /// A part or the whole of an open order is filled, or it is cancelled.
    private mutating func closing() -> [Event] {
        let open = orders.keys.sorted()
        guard !open.isEmpty else { return [] }
        let id = open[numbers.below(open.count)]
        guard let left = orders[id] else { return [] }
        if numbers.chance(40) {
            orders[id] = nil
            return [closed(id, .cancelledByClient, remaining: left)]
        }
        let part = numbers.chance(50) ? left : Quantity(units: 1 + left.units / 3)
        orders[id] = part == left ? nil : left - part
        let trade = venue.nextTrade()
        return [filled(id, .buy, part, at: Price(10), trade: trade, remaining: left - part)]
    }

    private mutating func movement() -> Event {
        let amount = Amount(units: Int128(1 + numbers.below(1_000_000)))
        let market = ProjectedVenue.market
        let trader = ProjectedVenue.trader
        switch numbers.below(4) {
        case 0:
            cross += amount
            return moved(
                amount,
                from: .wallet(.externalWorld),
                .zero,
                to: .wallet(trader),
                cross,
                .deposit,
                instrument: nil
            )
        case 1:
            cross -= amount
            return moved(
                amount,
                from: .wallet(trader),
                cross,
                to: .wallet(.feeRevenue),
                .zero,
                .tradingFee
            )
        case 2:
            cross -= amount
            isolated += amount
            return moved(
                amount,
                from: .wallet(trader),
                cross,
                to: .isolated(trader, market),
                isolated,
                .marginTransfer
            )
        default:
            isolated += amount
            return moved(
                amount,
                from: .wallet(.fundingClearing),
                .zero,
                to: .isolated(trader, market),
                isolated,
                .funding
            )
        }
    }
}
