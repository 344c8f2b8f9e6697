import HTTPTypes
import PlimsollNode

// The venue's own API, with what its description at `/openapi.json` says of each route.
extension RouteTable {
    static let control: [Route] =
        venueControl + riskControl + faultControl + moneyControl + keyControl + web + pages

    private static let venueControl: [Route] = [
        Route(
            .get,
            "/v1/clock",
            .none,
            .answer(Gateway.clock),
            operation: ControlOperation("The venue's clock", answer: .clock)
        ),
        Route(
            .post,
            "/v1/clock",
            .none,
            .action(Gateway.setClock),
            operation: ControlOperation(
                "Change the clock; a run and a step answer once venue time is there",
                body: .either([
                    .object([
                        "runUntil": JSONSchema.time.about(
                            "Venue time in milliseconds; as fast as possible until then, "
                                + "then paused"
                        )
                    ]),
                    .object([
                        "step": JSONSchema.bounded(1...Int64.max).about("Milliseconds")
                    ]),
                    .object(
                        [:],
                        optional: [
                            "speed": JSONSchema.number.about(
                                "Venue time over wall time as a decimal, or \"max\""
                            ),
                            "paused": .flag,
                        ],
                        countMin: 1
                    ),
                ]),
                answer: .clock
            )
        ),
        Route(
            .get,
            "/v1/digest",
            .none,
            .answer(Gateway.digest),
            operation: ControlOperation(
                "Sequence and digest of the last durable command",
                answer: .object([
                    "sequence": .integer, "digest": .pattern("^[0-9a-f]{16}$"),
                ])
            )
        ),
        Route(
            .get,
            "/v1/status",
            .none,
            .answer(Gateway.status),
            operation: ControlOperation("The venue at a glance", answer: .venueStatus)
        ),
        Route(
            .get,
            "/v1/receipts",
            .none,
            parameters: [.id, .account],
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
            parameters: [.account, RouteParameter("liquidation", .bounded(0...Int64.max))],
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
            parameters: [.account],
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
            "/v1/scenarios",
            .none,
            .answer(Gateway.scenarios),
            operation: ControlOperation(
                "The scenarios that ship, and how the one stands that the venue plays",
                answer: .object([
                    "scenarios": .list(
                        of: .object([
                            "name": .text, "title": .text, "about": .text, "duration": .time,
                        ])
                    ),
                    "running": .optional(.runningScenario),
                ])
            )
        ),
        Route(
            .post,
            "/v1/scenarios",
            .trade,
            .account(Gateway.play),
            operation: ControlOperation(
                "Play a scenario in a fresh venue at the same address, or null to come back; for an "
                    + "admin key",
                body: .object(["play": .optional(.text)]),
                answer: .object(["playing": .optional(.text)])
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

    private static let riskControl: [Route] = [
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
    ]

    private static let moneyControl: [Route] = [
        Route(
            .post,
            "/v1/transfers",
            .none,
            .action(Gateway.transfer),
            operation: ControlOperation(
                "Move money from one account to another; a key may stand for its account",
                body: .object(
                    ["amount": .number],
                    optional: [
                        "from": RouteParameter.account.schema, "fromKey": .text,
                        "to": RouteParameter.account.schema, "toKey": .text, "asset": .text,
                    ]
                ),
                answer: .object(["from": .integer, "to": .integer, "amount": .decimal])
            )
        ),
        Route(
            .post,
            "/v1/accounts",
            .none,
            .action(Gateway.openAccount),
            operation: ControlOperation(
                "Open an account with a key; what is not given is made up",
                body: .object(
                    [:],
                    optional: ["deposit": .number, "key": .secret, "secret": .secret]
                ),
                answer: .object([
                    "account": .integer, "key": .text,
                    "secret": JSONSchema.text.about("Shown this once"),
                    "balances": .map(of: .decimal),
                ])
            )
        ),
        Route(
            .post,
            "/v1/faucet",
            .none,
            .action(Gateway.faucet),
            operation: ControlOperation(
                "Play money for an account; a key may stand for it",
                body: .object(
                    ["amount": .number],
                    optional: [
                        "account": RouteParameter.account.schema, "key": .text, "asset": .text,
                    ]
                ),
                answer: .object([
                    "account": .integer, "amount": .decimal, "balances": .map(of: .decimal),
                ])
            )
        ),
    ]

    private static let keyControl: [Route] = [
        Route(
            .get,
            "/v1/keys",
            .none,
            parameters: [.account],
            .answer(Gateway.listKeys),
            operation: ControlOperation(
                "Every key and what it opens; never a secret",
                answer: .list(of: .named("Key"))
            )
        ),
        Route(
            .post,
            "/v1/keys",
            .none,
            .answer(Gateway.registerKey),
            operation: ControlOperation(
                "A further key for an account: with a secret, or for the owner of a public key",
                body: .object(
                    [:],
                    optional: [
                        "account": RouteParameter.account.schema,
                        "accountKey": JSONSchema.text.about(
                            "Another key of the account, in place of its number"
                        ),
                        "permissions": .list(
                            of: .choice(KeyPermissions.named.map(\.name)),
                            countMin: 1
                        ),
                        "publicKey": JSONSchema.text.about(
                            "PEM of an Ed25519 key or of an RSA key of 2048 to 4096 bits"
                        ),
                        "key": .secret,
                        "secret": .secret,
                    ]
                ),
                answer: .named("Key")
            )
        ),
        Route(
            .delete,
            "/v1/keys/{key}",
            .none,
            parameters: [RouteParameter("key", .text).required],
            .answer(Gateway.revokeKey),
            operation: ControlOperation(
                "Revoke a key at once; answers what it opened",
                answer: .named("Key")
            )
        ),
    ]

    /// What stands beside the API: its description, and pages.
    private static let pages: [Route] = [
        Route(
            .get,
            "/openapi.json",
            .none,
            .answer(Gateway.openAPI),
            operation: ControlOperation("The description of `/v1`, OpenAPI 3.1", answer: .open([:]))
        ),
        Route(
            .get,
            "/metrics",
            .none,
            .page(Gateway.metrics, type: "text/plain; version=0.0.4; charset=utf-8"),
            operation: ControlOperation("Gauges and counters in Prometheus' text", answer: .text)
        ),
        Route(
            .get,
            "/",
            .none,
            .page(Gateway.frontPage, type: "text/html; charset=utf-8"),
            operation: ControlOperation("What this is, for a browser", answer: .text)
        ),
    ]
}

extension JSONSchema {
    /// What a key and a secret may look like.
    fileprivate static let secret = JSONSchema.pattern("^[0-9A-Za-z]{16,128}$")

    fileprivate static let runningScenario = JSONSchema.object([
        "name": .text, "title": .text, "about": .text, "startTime": .time, "endTime": .time,
        "countedSince": .time,
        "thresholds": .list(
            of: .object([
                "metric": .text,
                "comparison": .choice(Threshold.Comparison.allCases.map(\.rawValue)),
                "bound": .decimal, "value": .optional(.decimal), "met": .optional(.flag),
            ])
        ),
        "metrics": .list(
            of: .object([
                "name": .text, "unit": .choice(Metric.Unit.allCases.map(\.rawValue)),
                "value": .decimal,
            ])
        ),
    ])

    fileprivate static let clock = JSONSchema.object([
        "venueTime": .integer, "wallTime": .integer,
        "speed": JSONSchema.text.about("Venue time over wall time as a decimal, or \"max\""),
        "paused": .flag, "runUntil": .optional(.integer),
    ])

    fileprivate static let venueStatus = JSONSchema.open([
        "name": .text, "version": .text, "simulation": .flag, "seed": .text, "started": .integer,
        "clock": .clock, "sequence": .integer, "digest": .text, "takesCommands": .flag,
        "failure": .optional(.text), "commandsQueued": .integer, "accounts": .integer,
        "journalBytes": .optional(.integer), "streamConnections": .integer,
        "markets": .list(
            of: .open([
                "symbol": .text, "trading": .flag, "markPrice": .decimal, "lastPrice": .decimal,
                "indexStale": .flag,
                "indexSources": .list(
                    of: .object([
                        "source": .integer, "weight": .integer, "price": .decimal, "time": .integer,
                    ])
                ),
            ])
        ),
    ])

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
