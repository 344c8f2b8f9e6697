import HTTPTypes
import PlimsollNode

// The fault board under the control API's hand.
extension RouteTable {
    static let faultControl: [Route] = [
        Route(
            .get,
            "/v1/faults",
            .none,
            .answer(Gateway.listFaults),
            operation: ControlOperation(
                "The fault board, and the market's stress of the last minute",
                answer: .faultBoard
            )
        ),
        Route(
            .post,
            "/v1/faults",
            .none,
            .answer(Gateway.postFault),
            operation: ControlOperation(
                "Make the venue fail; what is not said is everything, at once, until it is cleared",
                body: .object(
                    [
                        "kind": .choice(
                            DoorFault.Name.allCases.map(\.rawValue)
                                + WorldFault.Name.allCases.map(\.rawValue)
                        )
                    ],
                    optional: [
                        "milliseconds": .integer, "carriedOut": .number, "factor": .number,
                        "source": .integer, "ways": .names(of: DoorWay.self),
                        "requests": .names(of: RequestKind.self),
                        "account": RouteParameter.account.schema, "key": .text, "symbol": .text,
                        "after": JSONSchema.time.about("Venue milliseconds from now"),
                        "lasts": JSONSchema.bounded(1...Int64.max).about("Venue milliseconds"),
                        "chance": JSONSchema.number.about("From 0 to 1"),
                        "perVolatility": JSONSchema.number.about(
                            "Added for every per cent of the widest mark price range of a minute"
                        ),
                        "perLiquidation": JSONSchema.number.about(
                            "Added for every liquidation of the last minute"
                        ),
                        "episode": JSONSchema.bounded(1...Int64.max).about(
                            "Venue milliseconds that one draw decides for"
                        ),
                    ]
                ),
                answer: .fault
            )
        ),
        Route(
            .delete,
            "/v1/faults",
            .none,
            .answer(Gateway.clearFaults),
            operation: ControlOperation(
                "Clear the fault board; answers what was on it",
                answer: .faultBoard
            )
        ),
        Route(
            .delete,
            "/v1/faults/{id}",
            .none,
            parameters: [.id.required],
            .answer(Gateway.clearFault),
            operation: ControlOperation("Clear one fault", answer: .fault)
        ),
        Route(
            .post,
            "/v1/shocks",
            .none,
            .answer(Gateway.setOffShock),
            operation: ControlOperation(
                "Move the real price of a simulated market, and everybody in it, from its next step on",
                body: .object(
                    [
                        "symbol": .text,
                        "factor": JSONSchema.number.about("Of the price: 0.9 is a fall by a tenth"),
                    ],
                    optional: [
                        "over": JSONSchema.shockTime.about("Venue milliseconds that it takes"),
                        "recovery": JSONSchema.number.about(
                            "The share of it that is taken back afterwards, from 0 to 1"
                        ),
                        "recoveryOver": JSONSchema.shockTime.about(
                            "Venue milliseconds that the way back takes"
                        ),
                    ]
                ),
                answer: .object([
                    "symbol": .text, "factor": .decimal, "over": .time, "recovery": .decimal,
                    "recoveryOver": .time,
                ])
            )
        ),
    ]
}

extension JSONSchema {
    fileprivate static let shockTime = JSONSchema.bounded(0...Gateway.shockMillisecondsMax)

    fileprivate static let fault = JSONSchema.open([
        "id": .integer, "kind": .text, "state": .choice(["waits", "holds", "over"]),
        "start": .integer, "end": .optional(.integer), "strikes": .integer,
    ])

    fileprivate static let faultBoard = JSONSchema.object([
        "seed": .text, "venueTime": .integer, "range": .decimal, "liquidations": .integer,
        "faults": .list(of: .fault),
    ])

    /// One name, or several in a list.
    fileprivate static func names<Choice: RawRepresentable & CaseIterable>(
        of choices: Choice.Type
    ) -> JSONSchema where Choice.RawValue == String {
        let names = choices.allCases.map(\.rawValue)
        return .either([.choice(names), .list(of: .choice(names), countMin: 1)])
    }
}
