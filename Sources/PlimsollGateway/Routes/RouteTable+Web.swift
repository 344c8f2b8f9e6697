import HTTPTypes

// What the web app asks beside what every client may ask.
extension RouteTable {
    static let web: [Route] = [
        Route(
            .get,
            "/v1/session",
            .none,
            .answer(Gateway.session),
            operation: ControlOperation(
                "Whether the browser that asks acts for the venue's own user",
                answer: .object(["open": .flag, "account": .optional(.integer), "port": .integer])
            )
        ),
        Route(
            .post,
            "/v1/session",
            .none,
            .session(Gateway.openSession),
            operation: ControlOperation(
                "Open a session for a browser: spends a link's token and sets a cookie",
                body: .object(["link": .text]),
                answer: .object(["open": .flag])
            )
        ),
        Route(
            .post,
            "/v1/session/links",
            .trade,
            .account(Gateway.makeLink),
            operation: ControlOperation(
                "A token that opens one session; for an admin key",
                answer: .object(["link": .text])
            )
        ),
        Route(
            .get,
            "/v1/requests",
            .none,
            parameters: [RouteParameter("key", .text), .limit],
            .answer(Gateway.requestLog),
            operation: ControlOperation(
                "The newest requests that came with a key, newest first",
                answer: .object([
                    "requests": .list(
                        of: .object([
                            "time": .integer, "key": .text, "method": .text, "path": .text,
                            "status": .integer, "weight": .integer, "code": .optional(.integer),
                            "reason": .optional(.text), "milliseconds": .integer,
                        ])
                    )
                ])
            )
        ),
        Route(
            .get,
            "/v1/connections",
            .none,
            .answer(Gateway.connections),
            operation: ControlOperation(
                "The clients that the venue writes configurations for",
                answer: .object(["clients": .list(of: .text)])
            )
        ),
        Route(
            .get,
            "/v1/connections/{client}",
            .userData,
            parameters: [RouteParameter("client", .text).required, RouteParameter("key", .text)],
            .account(Gateway.connection),
            operation: ControlOperation(
                "A complete configuration for a client, with key and secret; for an admin key",
                answer: .object(["client": .text, "text": .text, "remark": .optional(.text)])
            )
        ),
        Route(
            .get,
            "/v1/positions",
            .userData,
            .account(Gateway.positionRisks),
            operation: ControlOperation(
                "The account's open positions: distance from liquidation, funding, margin",
                answer: .open([
                    "account": .integer, "balances": .list(of: .any), "positions": .list(of: .any),
                ])
            )
        ),
        Route(
            .get,
            "/v1/preview",
            .userData,
            parameters: [
                .symbol.required, .side.required, .quantity, RouteParameter("notional", .decimal),
                RouteParameter("margin", .decimal), RouteParameter("loss", .decimal), .price,
                RouteParameter("stopPrice", .decimal), RouteParameter("targetPrice", .decimal),
                RouteParameter("leverage", .bounded(1...1000)),
                RouteParameter("marginType", .choice(["ISOLATED", "CROSSED"])), .positionSide,
            ],
            .account(Gateway.previewOrder),
            operation: ControlOperation(
                "What an order would do to the account, by size or by the loss at its stop",
                answer: .open([
                    "symbol": .text, "quantity": .decimal, "margin": .decimal,
                    "after": .any, "stop": .any, "fees": .any,
                ])
            )
        ),
    ]
}
