import HTTPTypes

// Risk: what was closed by force and what would be, who bears it, and what each market carries.
extension RouteTable {
    static let riskControl: [Route] = [
        Route(
            .get,
            "/v1/receipts",
            .none,
            parameters: [.id, .account, .before, .limit],
            .answer(Gateway.receipts),
            operation: ControlOperation(
                "Receipts of forced closes, newest last",
                answer: .list(of: .named("Receipt"))
            )
        ),
        Route(
            .get,
            "/v1/receipts/{id}",
            .none,
            parameters: [.id.required],
            .answer(Gateway.receipt),
            operation: ControlOperation("One receipt", answer: .named("Receipt"))
        ),
        Route(
            .get,
            "/v1/deleveragings",
            .none,
            parameters: [
                .account, RouteParameter("liquidation", .bounded(0...Int64.max)), .before, .limit,
            ],
            .answer(Gateway.deleveragings),
            operation: ControlOperation(
                "Receipts of positions closed against bankrupt ones, newest last",
                answer: .list(of: .named("Deleveraging"))
            )
        ),
        Route(
            .get,
            "/v1/deleveragings/{id}",
            .none,
            parameters: [.id.required],
            .answer(Gateway.deleveraging),
            operation: ControlOperation(
                "Receipt of one position closed against a bankrupt one",
                answer: .named("Deleveraging")
            )
        ),
        Route(
            .get,
            "/v1/margin-calls",
            .none,
            parameters: [.account, .before, .limit],
            .answer(Gateway.marginCalls),
            operation: ControlOperation(
                "Documents of margin calls, newest last",
                answer: .list(of: .named("MarginCall"))
            )
        ),
        Route(
            .get,
            "/v1/margin-calls/{id}",
            .none,
            parameters: [.id.required],
            .answer(Gateway.marginCall),
            operation: ControlOperation("One margin call", answer: .named("MarginCall"))
        ),
        Route(
            .get,
            "/v1/cascades",
            .none,
            parameters: [
                .symbol, RouteParameter("closesMin", .bounded(1...Int64.max)), .limit,
            ],
            .answer(Gateway.cascades),
            operation: ControlOperation(
                "Forced closes that belong together, newest last",
                answer: .object(["cascades": .list(of: .named("Cascade"))])
            )
        ),
        Route(
            .get,
            "/v1/cascades/{id}",
            .none,
            parameters: [.id.required],
            .answer(Gateway.cascade),
            operation: ControlOperation(
                "The cascade that a forced close belongs to: its tree and the path of the price",
                answer: .named("Cascade")
            )
        ),
        Route(
            .get,
            "/v1/counterfactuals/{id}",
            .none,
            parameters: [.id.required],
            .action(Gateway.counterfactual),
            operation: ControlOperation(
                "Without which command a cascade would not have happened, by replays of the journal",
                answer: .object([
                    "cascade": .integer, "liquidation": .integer, "account": .integer,
                    "symbol": .text, "closeCount": .integer,
                    "without": .list(
                        of: .object([
                            "sequence": .integer, "time": .integer, "command": .text,
                            "account": .optional(.integer), "takenQuantity": .decimal,
                            "closeCount": .integer, "preventsFirst": .flag,
                        ])
                    ),
                ])
            )
        ),
        Route(
            .get,
            "/v1/liquidation-map",
            .none,
            parameters: [
                .symbol.required,
                RouteParameter(
                    "levels",
                    .bounded(1...Int64(Gateway.mapLevelCountMax))
                ),
                RouteParameter(
                    "range",
                    JSONSchema.bounded(1...100).about("Of the mark price to each side, in per cent")
                ),
                RouteParameter("positions", .flag),
            ],
            .answer(Gateway.liquidationMap),
            operation: ControlOperation(
                "At which mark prices how much would be liquidated, exactly",
                answer: .object(
                    [
                        "symbol": .text, "sequence": .integer, "time": .integer,
                        "markPrice": .decimal, "lastPrice": .decimal, "levelWidth": .decimal,
                        "levels": JSONSchema.list(
                            of: .object([
                                "price": .decimal, "longs": .mapSum, "shorts": .mapSum,
                            ])
                        ).about("By their lower edge, rising; those that hold something"),
                        "below": .mapSides, "above": .mapSides,
                        "never": JSONSchema.mapSides.about("What no price liquidates"),
                    ],
                    optional: ["positions": .list(of: .open(["account": .integer]))]
                )
            )
        ),
        Route(
            .get,
            "/v1/market/{symbol}",
            .none,
            parameters: [.symbol.required, .limit],
            .answer(Gateway.marketReport),
            operation: ControlOperation(
                "Open interest, longs and shorts, forced closes, funding and premium",
                answer: .open([
                    "symbol": .text, "sequence": .integer, "time": .integer, "trading": .flag,
                    "markPrice": .decimal, "indexPrice": .decimal, "lastPrice": .decimal,
                    "premium": .decimal, "fundingRate": .decimal,
                    "estimatedFundingRate": .decimal, "nextFundingTime": .integer,
                    "openInterest": .decimal, "openInterestValue": .decimal,
                    "longs": .object(["accounts": .integer, "quantity": .decimal]),
                    "shorts": .object(["accounts": .integer, "quantity": .decimal]),
                    "liquidations": .open([
                        "hour": .open([:]), "day": .open([:]), "minutes": .list(of: .open([:])),
                    ]),
                    "funding": .list(
                        of: .object([
                            "time": .integer, "rate": .decimal, "markPrice": .decimal,
                        ])
                    ),
                ])
            )
        ),
        Route(
            .get,
            "/v1/insurance-fund",
            .none,
            parameters: [RouteParameter("asset", .text), .limit],
            .answer(Gateway.insuranceFund),
            operation: ControlOperation(
                "Insurance funds: balance, deficit, inventory, and the balance by the minute",
                answer: .object(["funds": .list(of: .insuranceFund)])
            )
        ),
    ]
}

extension JSONSchema {
    fileprivate static let mapSum = JSONSchema.object([
        "positions": .integer, "quantity": .decimal, "notional": .decimal,
    ])

    fileprivate static let mapSides = JSONSchema.object(["longs": .mapSum, "shorts": .mapSum])

    fileprivate static let insuranceFund = JSONSchema.object([
        "asset": .text, "balance": .decimal, "deficit": .decimal, "updateTime": .integer,
        "inventory": .list(
            of: .object([
                "symbol": .text, "quantity": .decimal, "entryPrice": .decimal,
                "markPrice": .decimal, "unrealizedPnL": .decimal,
            ])
        ),
        "balances": JSONSchema.list(of: .list(of: .any)).about("Pairs of time and amount"),
    ])
}
