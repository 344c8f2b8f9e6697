import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// Commands about positions of a side that make no sense, or go too far.
@Suite(.computesForLong) struct `Hostile commands about sides` {
    private static let long = [Int64.min, -1, 0, 1, Int64.max]

    /// A hedged trader with a long of 1 and a waiting stop, and a one-way neighbour.
    private static func venue(_ rules: InstrumentRules, of asset: AssetID) -> Venue {
        var venue = Venue([rules])
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 100, of: asset)
        _ = venue.openTrader(deposit: 100, of: asset)
        venue.perform(.setPositionMode(trader, isHedge: true))
        venue.place(maker, .sell, "10", at: "1000")
        venue.place(trader, .buy, "1", for: .long)
        return venue
    }

    private static let kinds: [(rules: InstrumentRules, asset: AssetID)] = [
        (TestRules.simple(), TestRules.usdt),
        (TestRules.inverse(), AssetID(rawValue: 1)),
    ]

    /// Every refusal leaves one event and the state as it was; nothing traps.
    @Test(arguments: [0, 1])
    func `extremes of every number are refused or harmless`(kind: Int) {
        var venue = Self.venue(Self.kinds[kind].rules, of: Self.kinds[kind].asset)
        let accounts = [1, 16, 17, 18, 99, UInt32.max].map(AccountID.init(rawValue:))
        let instruments = [0, 1, UInt16.max].map(InstrumentID.init(rawValue:))
        var refused = 0
        for account in accounts {
            for instrument in instruments {
                for side in PositionSide.allCases {
                    var commands: [Command] = Self.long.flatMap { units in
                        [
                            .placeOrder(
                                NewOrder(
                                    account: account,
                                    instrument: instrument,
                                    side: .sell,
                                    type: .limit,
                                    reduceOnly: units < 0,
                                    price: Price(units: units),
                                    quantity: Quantity(units: units),
                                    positionSide: side
                                )
                            ),
                            .adjustIsolatedMargin(
                                account,
                                instrument,
                                Amount(units: units < 0 ? .min : Int128(units)),
                                side: side
                            ),
                            .placeConditionalOrder(
                                NewConditionalOrder(
                                    account: account,
                                    instrument: instrument,
                                    side: .buy,
                                    type: .takeProfitMarket,
                                    closePosition: units == 0,
                                    triggerPrice: Price(units: units),
                                    quantity: Quantity(units: units),
                                    positionSide: side
                                )
                            ),
                        ]
                    }
                    commands.append(.setPositionMode(account, isHedge: side == .long))
                    commands += [0, 1, 126, UInt16.max].map {
                        .setLeverage(account, instrument, $0)
                    }
                    commands += [
                        .cancelAllOrders(account, instrument),
                        .cancelAllConditionalOrders(account, instrument),
                        .updateIndexPrice(instrument, Price(units: 1)),
                        .updateIndexPrice(instrument, Price(units: .max)),
                    ]
                    for command in commands {
                        let before = venue.engine.snapshot()
                        let events = venue.perform(command)
                        if events.refusal != nil {
                            refused += 1
                            #expect(events.count == 1, "\(command)")
                            let after = venue.engine.snapshot()
                            #expect(before.dropFirst(25) == after.dropFirst(25), "\(command)")
                        }
                        let broken = venue.engine.brokenInvariants()
                        #expect(broken.isEmpty, "\(command): \(broken)")
                    }
                }
            }
        }
        #expect(refused > 500)
    }

    @Test func `nobody touches another account's positions`() {
        var venue = Self.venue(TestRules.simple(), of: TestRules.usdt)
        let neighbour = AccountID(rawValue: 18)
        let rests = venue.place(
            TestRules.secondAccount,
            .sell,
            "1",
            at: "1100",
            for: .long
        )
        let order = rests.accepted?.order ?? .none
        #expect(order != .none)
        let target = OrderReference(
            account: neighbour,
            instrument: TestRules.first,
            order: order
        )
        #expect(venue.perform(.cancelOrder(target)).refusal == .unknownOrder)
        #expect(
            venue.perform(
                .amendOrder(
                    OrderAmendment(target: target, price: number("1200"), quantity: number("1"))
                )
            ).refusal == .unknownOrder
        )
        #expect(
            venue.engine.liquidationPrice(of: neighbour, in: TestRules.first, side: .long) == nil
        )
        for (account, instrument) in [(99 as UInt32, 0 as UInt16), (17, 7)] {
            let price = venue.engine.liquidationPrice(
                of: AccountID(rawValue: account),
                in: InstrumentID(rawValue: instrument),
                side: .long
            )
            #expect(price == nil)
        }
    }
}
