import NIOHTTP1
import PlimsollModel
import Testing

@testable import PlimsollGateway

/// Long and short side by side, through the doors.
@Suite struct `Hedge mode over HTTP` {
    private static let dual = "/fapi/v1/positionSide/dual"

    private static func hedge(_ trader: Trader) async throws {
        let answer = try await trader.send(.POST, dual, "dualSidePosition=true")
        #expect(try answer.member("msg") == "success")
    }

    private static func liquidity(_ venue: LoopbackVenue) async throws {
        let maker = try await venue.trader(deposit: 1_000_000)
        for (side, price) in [("BUY", 3999), ("SELL", 4001)] {
            try await maker.order(
                "symbol=ETHUSDT&side=\(side)&type=LIMIT&timeInForce=GTC&quantity=10&price=\(price)"
            )
        }
    }

    private static func market(_ side: String, _ position: String, _ quantity: String) -> String {
        "symbol=ETHUSDT&side=\(side)&positionSide=\(position)&type=MARKET&quantity=\(quantity)"
    }

    @Test func `the mode is set and read, and refused where nothing would change`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let before = try await trader.send(.GET, Self.dual)
            #expect(try before.json()["dualSidePosition"] == .bool(false))
            let same = try await trader.send(.POST, Self.dual, "dualSidePosition=false")
            #expect(same.code == -4059)
            try await Self.hedge(trader)
            let after = try await trader.send(.GET, Self.dual)
            #expect(try after.json()["dualSidePosition"] == .bool(true))
            let config = try await trader.send(.GET, "/fapi/v1/accountConfig")
            #expect(try config.json()["dualSidePosition"] == .bool(true))
            #expect(try await trader.send(.POST, Self.dual).code == -1102)
        }
    }

    @Test func `an order names a side in hedge mode only`() async throws {
        try await LoopbackVenue.run { venue in
            try await Self.liquidity(venue)
            let oneWay = try await venue.trader()
            #expect(try await oneWay.order(Self.market("BUY", "LONG", "0.1")).code == -4061)
            let trader = try await venue.trader()
            try await Self.hedge(trader)
            #expect(try await trader.order(Self.market("BUY", "BOTH", "0.1")).code == -4061)
            let plain = "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.1"
            #expect(try await trader.order(plain).code == -4061)
            let reduce = Self.market("BUY", "LONG", "0.1") + "&reduceOnly=true"
            let refused = try await trader.order(reduce)
            #expect(refused.code == -1106)
            #expect(try refused.member("msg") == "Parameter 'reduceonly' sent when not required.")
            // Nothing to close.
            #expect(try await trader.order(Self.market("SELL", "LONG", "0.1")).code == -2022)
        }
    }

    @Test func `both sides open and close, each with its row, fills and income`() async throws {
        try await LoopbackVenue.run { venue in
            try await Self.liquidity(venue)
            let trader = try await venue.trader()
            try await Self.hedge(trader)
            let long = try await trader.order(Self.market("BUY", "LONG", "0.5"))
            #expect(try long.member("status") == "FILLED")
            #expect(try long.member("positionSide") == "LONG")
            #expect(try long.json()["reduceOnly"] == .bool(false))
            try await trader.order(Self.market("SELL", "SHORT", "0.2"))
            let risk = try await trader.send(.GET, "/fapi/v3/positionRisk").elements()
            #expect(risk.map { $0["positionSide"]?.scalarText } == ["LONG", "SHORT"])
            #expect(risk.map { $0["positionAmt"]?.scalarText } == ["0.500", "-0.200"])
            let account = try await trader.send(.GET, "/fapi/v3/account").json()
            guard case .array(let held)? = account["positions"] else {
                Issue.record("the account has positions")
                return
            }
            #expect(held.map { $0["positionSide"]?.scalarText } == ["LONG", "SHORT"])
            // Two rows for each instrument, flat or not.
            let old = try await trader.send(.GET, "/fapi/v2/positionRisk").elements()
            #expect(old.count == 4)
            #expect(Set(old.map { $0["positionSide"]?.scalarText }) == ["LONG", "SHORT"])
            let config = try await trader.send(.GET, "/fapi/v1/symbolConfig").elements()
            #expect(config.count == 2)
            // One price liquidates both of a cross account.
            #expect(risk[0]["liquidationPrice"] == risk[1]["liquidationPrice"])

            #expect(try await trader.send(.POST, Self.dual, "dualSidePosition=false").code == -4068)
            let close = try await trader.order(Self.market("SELL", "LONG", "0.5"))
            #expect(try close.json()["reduceOnly"] == .bool(true))
            try await trader.order(Self.market("BUY", "SHORT", "0.2"))
            #expect(try await trader.send(.GET, "/fapi/v3/positionRisk").elements().isEmpty)
            let fills = try await trader.send(.GET, "/fapi/v1/userTrades", "symbol=ETHUSDT")
            #expect(
                try fills.elements().map { $0["positionSide"]?.scalarText }
                    == ["LONG", "SHORT", "LONG", "SHORT"]
            )
            let back = try await trader.send(.POST, Self.dual, "dualSidePosition=false")
            #expect(back.status == 200)
        }
    }

    @Test func `an open order keeps the mode`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            try await trader.order(
                "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=3900"
            )
            #expect(try await trader.send(.POST, Self.dual, "dualSidePosition=true").code == -4067)
        }
    }

    @Test func `isolated margin is moved for one side`() async throws {
        try await LoopbackVenue.run { venue in
            try await Self.liquidity(venue)
            let trader = try await venue.trader()
            try await Self.hedge(trader)
            let isolate = "symbol=ETHUSDT&marginType=ISOLATED"
            _ = try await trader.send(.POST, "/fapi/v1/marginType", isolate)
            try await trader.order(Self.market("BUY", "LONG", "0.5"))
            try await trader.order(Self.market("SELL", "SHORT", "0.5"))
            let add = "symbol=ETHUSDT&amount=50&type=1"
            let margin = "/fapi/v1/positionMargin"
            #expect(try await trader.send(.POST, margin, add).code == -4061)
            let moved = try await trader.send(.POST, margin, add + "&positionSide=SHORT")
            #expect(moved.status == 200)
            let risk = try await trader.send(.GET, "/fapi/v3/positionRisk").elements()
            let wallets = risk.compactMap { $0["isolatedWallet"]?.scalarText.flatMap(Double.init) }
            try #require(wallets.count == 2)
            #expect(wallets[1] - wallets[0] > 49)
        }
    }
}
