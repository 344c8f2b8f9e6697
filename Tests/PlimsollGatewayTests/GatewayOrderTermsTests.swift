import NIOHTTP1
import PlimsollModel
import Testing

@testable import PlimsollGateway

/// Self-trade prevention, dates, matched prices and countdowns, through the doors.
@Suite struct `Terms of orders over HTTP` {
    private static let limit = "symbol=ETHUSDT&type=LIMIT&timeInForce=GTC"

    private static func status(_ id: String?, _ trader: Trader) async throws -> String? {
        let query = "symbol=ETHUSDT&orderId=\(id ?? "0")"
        return try await trader.send(.GET, "/fapi/v1/order", query).member("status")
    }

    @Test(
        arguments: [
            // The maker goes where nothing is said: that is the instrument's rule.
            ("", "EXPIRED_IN_MATCH", "NEW"),
            ("EXPIRE_MAKER", "EXPIRED_IN_MATCH", "NEW"),
            ("EXPIRE_TAKER", "NEW", "EXPIRED_IN_MATCH"),
            ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
            ("NONE", "FILLED", "FILLED"),
        ]
    )
    func `an order that meets its owner's ends as it says`(
        mode: String,
        makerStatus: String,
        takerStatus: String
    ) async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let maker = try await trader.order(
                Self.limit + "&side=SELL&quantity=0.1&price=4010&selfTradePreventionMode=NONE"
            )
            #expect(try maker.member("selfTradePreventionMode") == "NONE")
            let said = mode.isEmpty ? "" : "&selfTradePreventionMode=\(mode)"
            let taker = try await trader.order(
                Self.limit + "&side=BUY&quantity=0.1&price=4010" + said
            )
            #expect(try taker.member("status") == takerStatus)
            #expect(
                try taker.member("selfTradePreventionMode")
                    == (mode.isEmpty ? "EXPIRE_MAKER" : mode)
            )
            #expect(try await Self.status(maker.member("orderId"), trader) == makerStatus)
            #expect(try await Self.status(taker.member("orderId"), trader) == takerStatus)
        }
    }

    @Test func `a good-till-date order ends at its date`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let clock = try await venue.get("/v1/clock")
            let now = try #require(try clock.member("venueTime").flatMap { Int64($0) })
            func place(_ date: Int64) async throws -> LoopbackAnswer {
                try await trader.order(
                    "symbol=ETHUSDT&type=LIMIT&timeInForce=GTD&side=BUY&quantity=0.1&price=3900"
                        + "&goodTillDate=\(date)"
                )
            }
            let soon = try await place(now + 600_000)
            #expect(soon.code == -5040)
            let placed = try await place(now + 700_000)
            #expect(try placed.member("timeInForce") == "GTD")
            #expect(try placed.member("goodTillDate") == "\(now + 700_000)")
            let id = try placed.member("orderId")
            _ = try await venue.post("/v1/clock", json: #"{"step":699000}"#)
            #expect(try await Self.status(id, trader) == "NEW")
            _ = try await venue.post("/v1/clock", json: #"{"step":1000}"#)
            #expect(try await Self.status(id, trader) == "EXPIRED")
        }
    }

    @Test func `a price is matched with the book`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            for (side, price) in [("BUY", 3999), ("SELL", 4001)] {
                try await maker.order(Self.limit + "&side=\(side)&quantity=1&price=\(price)")
            }
            let trader = try await venue.trader()
            let order = Self.limit + "&side=BUY&quantity=0.1"
            let queued = try await trader.order(order + "&priceMatch=QUEUE")
            #expect(try queued.member("price") == "3999.00")
            #expect(try queued.member("priceMatch") == "QUEUE")
            let filled = try await trader.order(order + "&priceMatch=OPPONENT")
            #expect(try filled.member("status") == "FILLED")
            #expect(try filled.member("price") == "4001.00")
            let deep = try await trader.order(order + "&priceMatch=QUEUE_5")
            #expect(deep.code == -5041)
            let amended = try await trader.send(
                .PUT,
                "/fapi/v1/order",
                "symbol=ETHUSDT&side=BUY&quantity=0.2&priceMatch=OPPONENT"
                    + "&orderId=\(queued.member("orderId") ?? "")"
            )
            #expect(try amended.member("price") == "4001.00")
        }
    }

    @Test func `a countdown cancels an instrument's orders unless it is set anew`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let order = Self.limit + "&side=BUY&quantity=0.1&price=3900"
            let id = try await trader.order(order).member("orderId")
            let path = "/fapi/v1/countdownCancelAll"
            let answer = try await trader.send(.POST, path, "symbol=ETHUSDT&countdownTime=5000")
            #expect(try answer.json()["countdownTime"] == .string("5000"))
            #expect(try answer.member("symbol") == "ETHUSDT")
            _ = try await venue.post("/v1/clock", json: #"{"step":4000}"#)
            _ = try await trader.send(.POST, path, "symbol=ETHUSDT&countdownTime=5000")
            _ = try await venue.post("/v1/clock", json: #"{"step":4000}"#)
            #expect(try await Self.status(id, trader) == "NEW")
            _ = try await venue.post("/v1/clock", json: #"{"step":1000}"#)
            #expect(try await Self.status(id, trader) == "CANCELED")

            let other = try await trader.order(order).member("orderId")
            _ = try await trader.send(.POST, path, "symbol=ETHUSDT&countdownTime=1000")
            _ = try await trader.send(.POST, path, "symbol=ETHUSDT&countdownTime=0")
            _ = try await venue.post("/v1/clock", json: #"{"step":5000}"#)
            #expect(try await Self.status(other, trader) == "NEW")
            let day = "symbol=ETHUSDT&countdownTime=86400001"
            #expect(try await trader.send(.POST, path, day).code == -1130)
        }
    }
}
