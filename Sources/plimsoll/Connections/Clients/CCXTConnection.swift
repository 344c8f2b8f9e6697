/// What ccxt needs in order to talk to a venue at another address.
///
/// Every entry of `urls.api` is redirected: with only the futures entries changed, loading the markets
/// with a key set would still call the real exchange, signed.
struct CCXTConnection {
    enum Form {
        case synchronous, asynchronous, streaming
    }

    let address: VenueAddress
    /// Whether REST goes to the TLS listener.
    let usesTLS: Bool

    /// The REST entries of ccxt 4.5.90's `binanceusdm` and the paths behind them.
    static let paths: [(name: String, path: String)] = [
        ("fapiPublic", "/fapi/v1"), ("fapiPublicV2", "/fapi/v2"), ("fapiPublicV3", "/fapi/v3"),
        ("fapiPrivate", "/fapi/v1"), ("fapiPrivateV2", "/fapi/v2"), ("fapiPrivateV3", "/fapi/v3"),
        ("fapiData", "/futures/data"),
        ("public", "/api/v3"), ("private", "/api/v3"), ("v1", "/api/v1"),
        ("sapi", "/sapi/v1"), ("sapiV2", "/sapi/v2"), ("sapiV3", "/sapi/v3"),
        ("sapiV4", "/sapi/v4"),
        ("dapiPublic", "/dapi/v1"), ("dapiPrivate", "/dapi/v1"), ("dapiPrivateV2", "/dapi/v2"),
        ("dapiData", "/futures/data"),
        ("eapiPublic", "/eapi/v1"), ("eapiPrivate", "/eapi/v1"),
        ("papi", "/papi/v1"), ("papiV2", "/papi/v2"),
    ]

    /// The WebSocket entries whose address is the root of the streams.
    static let streams = [
        "spot", "margin", "linear", "inverse", "stock", "option", "optionMarket", "optionPrivate",
        "papi",
    ]

    static let webSocketAPIs: [(name: String, path: String)] = [
        ("spot", "/ws-api/v3"), ("linear", "/ws-fapi/v1"), ("inverse", "/ws-dapi/v1"),
    ]

    private static let warning = [
        "Every address that ccxt 4.5.90 knows for Binance is redirected: an entry of urls.api that is",
        "left out would still point at the real exchange, and be sent signed requests.",
        "fetchCurrencies is off since it asks the spot side, which this venue does not have.",
    ]

    private static let tableWarning = [
        "ccxt picks its table of futures errors by the host name; this makes it use that table here,",
        "so that too little margin is InsufficientFunds and not a bare ExchangeError.",
    ]

    private var base: String { usesTLS ? address.ccxtHTTPS ?? address.http : address.http }

    /// `urls.api`, complete.
    var urls: Literal {
        let rest = Self.paths.map { (name: $0.name, value: Literal.text(base + $0.path)) }
        let streams = Self.streams.map {
            (name: $0, value: Literal.text(address.webSocket + "/ws"))
        }
        let apis = Self.webSocketAPIs.map {
            (name: $0.name, value: Literal.text(address.webSocket + $0.path))
        }
        let webSocket = streams + [(name: "ws-api", value: .object(apis))]
        return .object(rest + [(name: "ws", value: .object(webSocket))])
    }

    /// What freqtrade and others take as ccxt's configuration besides the key.
    var settings: [(name: String, value: Literal)] {
        let options: Literal = .object([
            ("fetchCurrencies", .flag(false)),
            ("fetchMarkets", .object([("types", .list([.text("linear")]))])),
        ])
        let shared: [(name: String, value: Literal)] = [
            ("enableRateLimit", .flag(false)), ("options", options),
            ("urls", .object([("api", urls)])),
        ]
        // The certificate is the venue's own; on the loopback there is nobody else to prove it.
        return usesTLS ? shared + [("verify", .flag(false))] : shared
    }

    private var configuration: Literal {
        .object(
            [
                ("apiKey", .credential(address.key, "PLIMSOLL_KEY")),
                ("secret", .credential(address.secret, "PLIMSOLL_SECRET")),
            ] + settings
        )
    }

    /// A program that is complete as it stands.
    func python(_ form: Form) -> ClientBlock {
        let module =
            switch form {
            case .synchronous: "ccxt"
            case .asynchronous: "ccxt.async_support"
            case .streaming: "ccxt.pro"
            }
        var lines = Self.warning.map { "# " + $0 }
        lines += form == .synchronous ? ["import os", ""] : ["import asyncio", "import os", ""]
        lines += ["import \(module)", ""]
        lines += [
            "exchange = \(module).binanceusdm("
                + configuration.rendered(in: .python) + ")"
        ]
        if !usesTLS {
            lines += Self.tableWarning.map { "# " + $0 }
            lines += [
                #"exchange.exceptions["exact"].update(exchange.exceptions["linear"]["exact"])"#
            ]
        }
        lines += [
            #"assert "binance.com" not in str(exchange.urls["api"]), "an entry is left out""#, "",
        ]
        switch form {
        case .synchronous: lines += [#"print(exchange.fetch_balance()["USDT"])"#]
        case .asynchronous: lines += Self.pythonMain(#"await exchange.fetch_balance()"#)
        case .streaming: lines += Self.pythonMain(#"await exchange.watch_ticker("BTC/USDT:USDT")"#)
        }
        return ClientBlock(text: lines.joined(separator: "\n"))
    }

    private static func pythonMain(_ call: String) -> [String] {
        [
            "async def main():",
            "    try:",
            "        print(\(call))",
            "    finally:",
            "        await exchange.close()",
            "", "",
            #"if __name__ == "__main__":"#,
            "    asyncio.run(main())",
        ]
    }

    /// The same for Node, where one class serves both REST and streams.
    func javaScript(_ form: Form) -> ClientBlock {
        let isStreaming = form == .streaming
        var lines = Self.warning.map { "// " + $0 }
        // Node takes its rules of TLS from the process.
        if usesTLS { lines += [#"process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";"#] }
        lines += [#"import ccxt from "ccxt";"#, ""]
        lines += [
            "const exchange = new ccxt\(isStreaming ? ".pro" : "").binanceusdm("
                + configuration.rendered(in: .javaScript) + ");"
        ]
        if !usesTLS {
            lines += Self.tableWarning.map { "// " + $0 }
            lines += ["Object.assign(exchange.exceptions.exact, exchange.exceptions.linear.exact);"]
        }
        lines += [
            #"if (JSON.stringify(exchange.urls.api).includes("binance.com")) {"#,
            #"    throw new Error("an entry is left out");"#, "}", "",
            isStreaming
                ? #"console.log(await exchange.watchTicker("BTC/USDT:USDT"));"#
                : #"console.log((await exchange.fetchBalance()).USDT);"#,
            "await exchange.close();",
        ]
        return ClientBlock(text: lines.joined(separator: "\n"))
    }
}
