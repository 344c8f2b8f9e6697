import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// Conditional orders as the user data stream tells them.
@Suite struct `User data stream of conditional orders` {
    private static let fields = """
        caid:s aid:i at:s o:s s:s S:s ps:s f:s q:s X:s ai:s ap:s aq:s act:s tp:s p:s V:s wt:s pm:s \
        cp:b pP:b R:b tt:i gtd:i rm:s
        """

    private let venue: StreamTestVenue
    private let test: StreamTestPublisher
    private let trader: AccountID
    private let other: AccountID

    /// The trader is long 0.5; the other bids below.
    init() throws {
        venue = try StreamTestVenue()
        test = StreamTestPublisher(venue)
        trader = venue.openTrader(deposit: 1000)
        other = venue.openTrader(deposit: 1_000_000)
        _ = try venue.limit(other, .sell, "0.5", at: "4000")
        _ = try venue.market(trader, .buy, "0.5")
        _ = try venue.limit(other, .buy, "2", at: "3890")
    }

    private func listen() throws {
        try test.watch(test.listenKeys.create(for: trader, at: test.wallClock))
    }

    private func publish(_ commands: PublishedCommand...) throws -> [JSONObject] {
        test.publisher.publish(commands)
        return try test.events()
    }

    private func story(_ events: [JSONObject]) -> [String] {
        events.map { event in
            switch event.kind {
            case "ALGO_UPDATE", "ORDER_TRADE_UPDATE": "\(event.kind) \(event["o"]["X"].text ?? "")"
            default: event.kind
            }
        }
    }

    private func stop(
        _ type: ConditionalType,
        at trigger: Int,
        limit: Int = 0,
        closes: Bool = false,
        reduces: Bool = false
    ) throws -> PublishedCommand {
        let order = NewConditionalOrder(
            account: trader,
            instrument: StreamTestVenue.ether,
            side: .sell,
            type: type,
            source: .markPrice,
            reduceOnly: reduces,
            closePosition: closes,
            triggerPrice: Price(trigger),
            price: Price(limit),
            quantity: closes ? .zero : try Quantity(parsing: "0.5"),
            clientOrderID: try #require(ClientOrderID("mine"))
        )
        return venue.perform(.placeConditionalOrder(order), after: 7)
    }

    private func fall() -> PublishedCommand {
        venue.perform(.updateIndexPrice(StreamTestVenue.ether, Price(3900)), after: 7)
    }

    /// Spec: STRM-015.
    @Test func `a stop is told from its acceptance to the end of its order`() throws {
        try listen()
        let accepted = try publish(try stop(.stopMarket, at: 3950))
        #expect(story(accepted) == ["ALGO_UPDATE NEW"])
        #expect(accepted[0].shape == shape("e:s E:i T:i o:o"))
        #expect(accepted[0]["o"].shape == shape(Self.fields))
        #expect(accepted[0]["o"]["caid"].text == "mine")
        #expect(accepted[0]["o"]["ai"].text == "")
        #expect(accepted[0]["o"]["tp"].text == "3950.00")
        #expect(accepted[0]["o"]["wt"].text == "MARK_PRICE")

        let events = try publish(fall())
        #expect(
            story(events) == [
                "ALGO_UPDATE TRIGGERED", "ORDER_TRADE_UPDATE NEW", "TRADE_LITE",
                "ORDER_TRADE_UPDATE FILLED", "ALGO_UPDATE FINISHED", "ACCOUNT_UPDATE",
            ]
        )
        let triggered = events[0]["o"]
        #expect(triggered.shape == shape(Self.fields))
        #expect(triggered["ai"].text == events[1]["o"]["i"].integer.map { "\($0)" })
        #expect(triggered["act"].text == "MARKET")
        #expect(events[1]["o"]["c"].text == "mine")
        // The order tells what it was.
        for event in [events[1], events[3]] {
            #expect(event["o"]["o"].text == "MARKET")
            #expect(event["o"]["ot"].text == "STOP_MARKET")
            #expect(event["o"]["sp"].text == "3950.00")
            #expect(event["o"]["wt"].text == "MARK_PRICE")
        }
        #expect(triggered["aq"].text == "0.000")
        #expect(triggered["tt"].integer == venue.time.milliseconds)
        let finished = events[4]["o"]
        #expect(finished["ap"].text == "3890.00")
        #expect(finished["aq"].text == "0.500")
        #expect(finished["tt"].integer == venue.time.milliseconds)
    }

    @Test func `one that triggered before the subscription still has its end told`() throws {
        _ = try stop(.stop, at: 3950, limit: 3930)
        let events = fall().events
        let child = try #require(
            events.compactMap { event -> OrderID? in
                guard case .conditionalOrderTriggered(let triggered) = event else { return nil }
                return triggered.order
            }.first
        )
        try listen()
        let cancel = OrderReference(
            account: trader,
            instrument: StreamTestVenue.ether,
            order: child
        )
        let told = try publish(venue.perform(.cancelOrder(cancel), after: 1))
        #expect(story(told) == ["ORDER_TRADE_UPDATE CANCELED", "ALGO_UPDATE FINISHED"])
        #expect(told[1]["o"]["ai"].text == "\(child)")
        #expect(told[1]["o"]["act"].text == "LIMIT")
    }

    @Test func `cancelling, refusal and having nothing to close are told apart`() throws {
        _ = try stop(.stopMarket, at: 3950)
        try listen()
        let all = Command.cancelAllConditionalOrders(trader, StreamTestVenue.ether)
        let cancelled = try publish(venue.perform(all, after: 1))
        #expect(story(cancelled) == ["ALGO_UPDATE CANCELED"])
        #expect(cancelled[0]["o"]["rm"].text == "")

        // The position goes first, so what was to reduce or close it cannot.
        let closing = try stop(.stopMarket, at: 3950, closes: true)
        _ = try publish(closing, try venue.market(trader, .sell, "0.5"))
        let expired = try publish(fall())
        #expect(story(expired) == ["ALGO_UPDATE EXPIRED"])
        #expect(expired[0]["o"]["rm"].text == "There is no position to close.")

        let reducing = try stop(.stopMarket, at: 3800, reduces: true)
        _ = try publish(reducing)
        let index = Command.updateIndexPrice(StreamTestVenue.ether, Price(3700))
        let rejected = try publish(venue.perform(index, after: 7))
        #expect(story(rejected) == ["ALGO_UPDATE REJECTED"])
        #expect(rejected[0]["o"]["rm"].text == "ReduceOnly Order is rejected.")
    }
}
