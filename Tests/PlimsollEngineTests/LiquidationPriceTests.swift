import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// One way of holding positions, for which the price shown must be the price that liquidates.
struct HoldingKind: Sendable, CustomTestStringConvertible {
    var isHedge: Bool
    var mode: MarginMode
    var isInverse: Bool

    static let all = [false, true].flatMap { isHedge in
        [MarginMode.cross, .isolated].flatMap { mode in
            [false, true].map { HoldingKind(isHedge: isHedge, mode: mode, isInverse: $0) }
        }
    }

    var testDescription: String {
        "\(isHedge ? "hedge" : "one-way") \(mode) \(isInverse ? "inverse" : "linear")"
    }

    var sides: [PositionSide] { isHedge ? [.long, .short] : [.both] }
    var asset: AssetID { isInverse ? AssetID(rawValue: 1) : TestRules.usdt }
}

/// A trader in two instruments of one settle asset, against a recorded market, at random.
struct RandomHolder: ~Copyable {
    var venue: Venue
    var random: TestRandom
    let kind: HoldingKind
    let maker: AccountID
    let trader: AccountID
    /// By instrument, in ticks.
    var index: [Int64] = [10_000, 4_000]

    static let instruments = [TestRules.first, TestRules.second]

    init(_ kind: HoldingKind, seed: UInt64) {
        self.kind = kind
        random = TestRandom(seed: seed)
        venue = Venue(Self.rules(kind))
        maker = venue.openAccount(.recordedMarket)
        trader = venue.openTrader(deposit: kind.isInverse ? 40 : 40_000, of: kind.asset)
        if kind.isHedge { venue.perform(.setPositionMode(trader, isHedge: true)) }
        for id in Self.instruments {
            setIndex(id)
            venue.perform(.setMarginMode(trader, id, kind.mode))
        }
    }

    /// The mark price is the index, so that a test can put it anywhere.
    private static func rules(_ kind: HoldingKind) -> [InstrumentRules] {
        ["AUSD", "BUSD"].enumerated().map { place, name in
            var rules: InstrumentRules
            if kind.isInverse {
                let tiers = TestRules.tiered.map { tier in
                    MarginTier(
                        notionalFloor: Amount(units: tier.notionalFloor.units / 1000),
                        notionalCap: Amount(units: tier.notionalCap.units / 1000),
                        leverageMax: tier.leverageMax,
                        maintenanceRate: tier.maintenanceRate,
                        deduction: Amount(units: tier.deduction.units / 1000)
                    )
                }
                rules = TestRules.inverse(name: name, tiers: tiers)
                rules.contract.settleAsset = kind.asset
            } else {
                rules = TestRules.simple(
                    name: name,
                    base: UInt16(place + 1),
                    tiers: TestRules.tiered
                )
                rules.contract.tickSize = Price(units: 50_000_000)
                rules.limits.priceMin = Price(units: 50_000_000)
            }
            rules.mark.method = .averageBasis
            return rules
        }
    }

    func price(_ id: InstrumentID) -> Price { Price(units: index[id.index] * 50_000_000) }

    mutating func setIndex(_ id: InstrumentID) {
        venue.perform(.updateIndexPrice(id, price(id)))
    }

    /// One random act of the trader or the market.
    mutating func step() {
        let id = Self.instruments[random.below(2)]
        switch random.below(10) {
        case 0..<5: trade(id)
        case 5..<7:
            index[id.index] += Int64(random.below(Int(index[id.index] / 25)))
            index[id.index] -= index[id.index] / 50
            setIndex(id)
        case 7: transfer()
        case 8: venue.perform(.setLeverage(trader, id, UInt16(5 + random.below(45))))
        default:
            venue.perform(.setFundingRate(id, Rate(units: Int64(random.below(200_000)) - 100_000)))
            _ = venue.pass(milliseconds: 28_800_000)
        }
    }

    private mutating func trade(_ id: InstrumentID) {
        let side: Side = random.below(2) == 0 ? .buy : .sell
        let position = kind.sides[random.below(kind.sides.count)]
        let notional = 1 + random.below(random.below(3) == 0 ? 60_000 : 8_000)
        let face = kind.isInverse ? Int64(notional * 5) * 100_000_000 : 0
        let linear = Int64(notional) * 100_000_000 / (price(id).units / 100_000_000)
        let quantity = kind.isInverse ? face : linear / 100_000 * 100_000
        let offset = Int64(random.below(20)) - 10
        let at = Price(units: price(id).units + offset * 50_000_000)
        let order = NewOrder(
            account: maker,
            instrument: id,
            side: side.opposite,
            type: .limit,
            price: at,
            quantity: Quantity(units: max(quantity, 100_000))
        )
        venue.perform(.placeOrder(order))
        var taking = order
        taking.account = trader
        taking.side = side
        taking.timeInForce = .immediateOrCancel
        taking.positionSide = position
        venue.perform(.placeOrder(taking))
        // A one-sided book leaves the mark price where the index is.
        venue.perform(.cancelAllOrders(maker, id))
    }

    private mutating func transfer() {
        let amount = Amount(units: Int128(random.below(5000)) * (kind.isInverse ? 1 : 1000))
        let change = BalanceChange(
            account: trader,
            asset: kind.asset,
            amount: Amount(units: amount.units * 1_000_000_000_000)
        )
        switch random.below(3) {
        case 0: venue.perform(.deposit(change))
        case 1: venue.perform(.withdraw(change))
        default:
            venue.perform(
                .adjustIsolatedMargin(
                    trader,
                    Self.instruments[random.below(2)],
                    random.below(2) == 0 ? change.amount : -change.amount,
                    side: kind.sides[random.below(kind.sides.count)]
                )
            )
        }
    }

    /// What the engine would do if the index, and with it the mark price, stood elsewhere.
    func liquidation(of id: InstrumentID, at price: Price) throws -> LiquidationStarted? {
        var fork = try Engine(snapshot: venue.engine.snapshot())
        var buffer = EventBuffer()
        fork.apply(
            SequencedCommand(
                sequence: venue.sequence.next,
                time: venue.time,
                command: .updateIndexPrice(id, price)
            ),
            into: &buffer
        )
        let events = Array(buffer.events(in: 0..<buffer.count))
        #expect(events.prices?.mark == price)
        return events.started
    }
}

@Suite(.computesForLong) struct `The liquidation price shown` {
    /// The price is rounded to 10⁻⁸ and the position is closed one such unit further on: what is left
    /// over or missing is less than two units of the price on all that the scope holds there, and one
    /// of 10⁻¹⁶ for each rounding of a value and a maintenance margin.
    private static func bound(_ started: LiquidationStarted, _ isInverse: Bool) -> Amount {
        // A long and a short position each end at the cap of the last tier.
        let notional = isInverse ? Amount(10_000) : Amount(10_000_000)
        let change = notional.units * 2 / Int128(started.markPrice.units)
        return Amount(units: change + 8)
    }

    @Test(arguments: HoldingKind.all)
    func `is where margin balance meets maintenance, and the engine closes there`(
        _ kind: HoldingKind
    ) throws {
        var shown = 0
        var unreachable = 0
        for seed in 1...3 as ClosedRange<UInt64> {
            var holder = RandomHolder(kind, seed: seed)
            for _ in 0..<50 {
                holder.step()
                for id in RandomHolder.instruments {
                    for side in kind.sides {
                        let mark = holder.price(id)
                        let price = holder.venue.engine.liquidationPrice(
                            of: holder.trader,
                            in: id,
                            side: side
                        )
                        guard let price else {
                            unreachable += 1
                            continue
                        }
                        let toward: Int64 = price < mark ? -1 : 1
                        let beyond = Price(units: price.units + toward)
                        let before = Price(units: price.units - toward * 50_000_000)
                        guard (price - mark).magnitude.units > 100_000_000,
                            beyond >= Price(units: 50_000_000), beyond <= Price(1_000_000)
                        else { continue }
                        shown += 1
                        let alive = try holder.liquidation(of: id, at: before)
                        #expect(alive == nil, "seed \(seed): one tick before \(price)")
                        let died = try holder.liquidation(of: id, at: beyond)
                        let started = try #require(died, "seed \(seed): \(price) of \(mark)")
                        let gap = (started.marginBalance - started.maintenanceMargin).magnitude
                        #expect(
                            gap <= Self.bound(started, kind.isInverse),
                            "seed \(seed): \(gap) at \(beyond)"
                        )
                    }
                }
            }
            #expect(holder.venue.engine.brokenInvariants().isEmpty)
        }
        #expect(shown > 100)
    }
}

/// Spec: LIQ-001, LIQ-004.
@Suite struct `A liquidation price at the floor of a tier` {
    private func tiers(from floor: Amount, rate: String, deduction: Int) -> [MarginTier] {
        [(Amount.zero, "0.01", 0), (floor, rate, deduction)].map { floor, rate, deduction in
            MarginTier(
                notionalFloor: floor,
                notionalCap: InstrumentRules.notionalMax,
                leverageMax: 10,
                maintenanceRate: number(rate),
                deduction: Amount(deduction)
            )
        }
    }

    /// A short of 100 at 90 on 1,100 has 1 % of 10,000 left at 100.
    ///
    /// With the smallest unit of money less, or more, its notional there is within the last unit
    /// below, or above, the floor.
    @Test(arguments: [-1, 0, 1] as [Int128])
    func `is found however little parts it from the floor`(units: Int128) {
        let price = liquidationPrice(
            quantity: Quantity(-100),
            entryValue: Amount(-9000),
            walletBalance: Amount(1100) + Amount(units: units),
            tiers: tiers(from: Amount(10_000), rate: "0.02", deduction: 100).span
        )
        #expect(price == Price(100))
    }

    /// Half a coin at 100.00000001 is worth the floor.
    ///
    /// Its 2.000001 % are 1.00000050010000005, and what the trader has is that, rounded up: exactly
    /// at maintenance, which liquidates.
    @Test func `is the floor where the jump leaves exactly what it asks for`() {
        let floor = amount("50.000000005")
        let scope = LiquidationScope(
            long: number("0.5"),
            short: .zero,
            entryValue: Amount(60),
            balance: Amount(60) - floor + amount("1.0000005001000001")
        )
        let tiers = tiers(from: floor, rate: "0.02000001", deduction: 0)
        #expect(
            scope.liquidationPrice(tiers: tiers.span, near: Price(110)) == number("100.00000001")
        )
    }
}
