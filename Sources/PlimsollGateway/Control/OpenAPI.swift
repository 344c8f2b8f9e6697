import HTTPTypes

// The control API described in its own terms, from the table that serves it.
extension Gateway {
    func openAPI(_ call: Call, _ json: inout JSONWriter) {
        Self.writeDescription(of: RouteTable.venue, into: &json)
    }

    static func writeDescription(of table: RouteTable, into json: inout JSONWriter) {
        let routes = table.routes.filter(\.isControl)
        json.beginObject()
        json.field("openapi", "3.1.0")
        json.beginObject("info")
        json.field("title", "Plimsoll control API")
        json.field("version", version)
        json.field("description", about)
        json.endObject()
        json.beginObject("paths")
        var described: Set<String> = []
        for route in routes where described.insert(route.path).inserted {
            json.key(route.path)
            json.beginObject()
            for method in routes where method.path == route.path { json.operation(method) }
            json.endObject()
        }
        json.endObject()
        json.beginObject("components")
        json.beginObject("schemas")
        for (name, schema) in namedSchemas.pairs {
            json.key(name)
            schema.write(into: &json)
        }
        json.endObject()
        json.endObject()
        json.endObject()
    }

    private static let about = """
        Operates a simulated venue. Trading itself is under /fapi in the dialect of Binance USD-M \
        futures. Every error is {"code":…,"msg":…}. Requests that change something take \
        application/json only. They need no key unless the venue was started with \
        --control-needs-key; with a key in X-MBX-APIKEY they are signed as trading requests are, \
        over the query and the body, and need its permission admin; faucet and transfers of the \
        key's own account need transfer.
        """

    private static let namedSchemas: JSONSchema.Members = [
        "Error": .open(["code": .integer, "msg": .text]),
        "Key": .object(
            [
                "key": .text, "account": .integer,
                "algorithm": .choice(["HMAC-SHA256", "Ed25519", "RSA"]),
                "permissions": .list(of: .choice(KeyPermissions.named.map(\.name))),
            ],
            optional: [
                "secret": JSONSchema.text.about("Where the venue made it, this once"),
                "expiry": .integer, "addresses": .list(of: .text),
            ]
        ),
        "Receipt": JSONSchema.open([
            "id": .integer, "account": .integer, "symbol": .text, "asset": .text,
            "contract": .choice(["linear", "inverse"]), "startTime": .integer,
            "finishTime": .integer, "lost": .open([:]), "returned": .decimal, "prices": .open([:]),
            "position": .open([:]), "trigger": .open([:]), "closing": .open([:]),
            "restOfAccount": .open([:]), "steps": .list(of: .open([:])), "recompute": .open([:]),
            "note": .text,
        ]).about("Every price, quantity and amount is a text"),
        "Cascade": JSONSchema.open([
            "id": .integer, "symbol": .text, "asset": .text, "startTime": .integer,
            "lastTime": .integer, "startSequence": .integer, "lastSequence": .integer,
            "roots": .integer, "accounts": .integer, "generations": .integer,
            "closeCount": .integer,
            "notional": .decimal, "filledValue": .decimal, "realizedPnL": .decimal,
            "liquidationFee": .decimal, "paidByInsuranceFund": .decimal, "deficit": .decimal,
            "lowestPrice": .decimal, "highestPrice": .decimal,
        ]).about("With the closes, their generations and the path of the price where one is asked"),
        "MarginCall": JSONSchema.open([
            "id": .integer, "account": .integer, "time": .integer, "marginMode": .text,
            "asset": .text, "marginBalance": .decimal, "maintenanceMargin": .decimal,
            "buffer": .decimal, "positions": .list(of: .any), "steps": .list(of: .any),
        ]),
        "Deleveraging": JSONSchema.open([
            "id": .integer, "liquidation": .integer, "account": .integer,
            "bankruptAccount": .integer, "symbol": .text, "asset": .text, "time": .integer,
            "side": .text, "positionSide": .text, "leverage": .integer, "marginMode": .text,
            "quantityClosed": .text, "price": .text, "steps": .list(of: .open([:])),
            "recompute": .open([:]), "note": .text,
        ]).about("Every price, quantity and amount is a text"),
    ]
}

extension JSONWriter {
    fileprivate mutating func operation(_ route: Route) {
        key(route.method.rawValue.lowercased())
        beginObject()
        field("operationId", Self.operationID(route))
        field("summary", route.operation?.summary ?? route.path)
        if !route.parameters.isEmpty {
            beginArray("parameters")
            for parameter in route.parameters { self.parameter(parameter, of: route) }
            endArray()
        }
        if let body = route.operation?.body {
            beginObject("requestBody")
            field("required", true)
            content(body)
            endObject()
        }
        beginObject("responses")
        answer("200", "Done", route.operation?.answer ?? .any)
        answer("default", "Refused", .named("Error"))
        endObject()
        endObject()
    }

    /// `GET /v1/receipts/{id}` is `getReceiptsId`.
    private static func operationID(_ route: Route) -> String {
        let words = route.path.split { !$0.isLetter && !$0.isNumber }.dropFirst()
        return route.method.rawValue.lowercased()
            + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private mutating func parameter(_ parameter: RouteParameter, of route: Route) {
        beginObject()
        field("name", parameter.name)
        field("in", parameter.isPart(of: route.path) ? "path" : "query")
        field("required", parameter.isRequired)
        schema("schema", parameter.schema)
        endObject()
    }

    private mutating func answer(_ status: String, _ text: String, _ schema: JSONSchema) {
        key(status)
        beginObject()
        field("description", text)
        content(schema)
        endObject()
    }

    private mutating func content(_ schema: JSONSchema) {
        beginObject("content")
        beginObject("application/json")
        self.schema("schema", schema)
        endObject()
        endObject()
    }
}
