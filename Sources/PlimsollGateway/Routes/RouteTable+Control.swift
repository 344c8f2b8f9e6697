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
            "/v1/health",
            .none,
            .answer(Gateway.health),
            operation: ControlOperation(
                "Whether the venue does its work; 503 where a restart is what is left to try",
                answer: .object(["healthy": .flag, "behindMilliseconds": .integer])
            )
        ),
        Route(
            .get,
            "/v1/ready",
            .none,
            .answer(Gateway.ready),
            operation: ControlOperation(
                "Whether orders sent now can be executed; 503 with the reasons where not",
                answer: .object(["ready": .flag])
            )
        ),
        Route(
            .get,
            "/v1/metrics",
            .none,
            .answer(Gateway.stageMetrics),
            operation: ControlOperation(
                "How long each stage of a request took within the last minute, and who waits",
                answer: .object([
                    "windowMilliseconds": .integer,
                    "stages": .list(
                        of: .object([
                            "name": .choice(Stage.allCases.map(\.name)), "count": .integer,
                            "p50Microseconds": .integer, "p99Microseconds": .integer,
                            "maxMicroseconds": .integer,
                        ])
                    ),
                    "requestsUnderWay": .integer, "requestsWaiting": .integer,
                    "requestsShed": .integer, "commandsQueued": .integer,
                    "residentBytes": .optional(.integer),
                ])
            )
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
                    "home": JSONSchema.flag.about(
                        "Whether what plays is what the process was started with"
                    ),
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
                        "silent": .flag,
                    ])
                ),
            ])
        ),
    ])
}
