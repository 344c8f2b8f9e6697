/// What ccxt needs in order to talk to a venue at another address.
///
/// Every entry of `urls.api` is redirected: with only the futures entries changed, loading the markets
/// with a key set would still call the real exchange, signed.
struct CCXTConnection {
    /// Without a slash at the end.
    let url: String
    let webSocketURL: String
    let key: String?
    let secret: String?

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

    /// A program that is complete as it stands.
    var python: String {
        let rest = Self.paths
            .map { "            \"\($0.name)\": BASE + \"\($0.path)\"," }
            .joined(separator: "\n")
        let streams = Self.streams
            .map { "                \"\($0)\": WS + \"/ws\"," }
            .joined(separator: "\n")
        return """
            # Every address that ccxt 4.5.90 knows for Binance is redirected, because with only the
            # futures ones changed it would still send signed requests to the real exchange.
            # fetchCurrencies is off since it asks the spot side, which this venue does not have.
            import os

            import ccxt

            BASE, WS = "\(url)", "\(webSocketURL)"
            exchange = ccxt.binanceusdm({
                "apiKey": \(value(key, "PLIMSOLL_KEY")),
                "secret": \(value(secret, "PLIMSOLL_SECRET")),
                "enableRateLimit": False,
                "options": {"fetchCurrencies": False, "fetchMarkets": {"types": ["linear"]}},
                "urls": {
                    "api": {
            \(rest)
                        "ws": {
            \(streams)
                            "ws-api": {
                                "spot": WS + "/ws-api/v3",
                                "linear": WS + "/ws-fapi/v1",
                                "inverse": WS + "/ws-dapi/v1",
                            },
                        },
                    },
                },
            })
            # ccxt picks the futures error table by the host name; this makes it use that table here,
            # so that too little margin is InsufficientFunds and not a bare ExchangeError.
            exchange.exceptions["exact"].update(exchange.exceptions["linear"]["exact"])

            print(exchange.fetch_balance()["USDT"])
            """
    }

    private func value(_ given: String?, _ name: String) -> String {
        given.map { "\"\($0)\"" } ?? "os.environ[\"\(name)\"]"
    }
}
