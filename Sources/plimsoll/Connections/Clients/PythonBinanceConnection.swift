/// python-binance keeps its addresses in attributes of two classes; no argument reaches them.
struct PythonBinanceConnection {
    let address: VenueAddress

    /// The addresses of python-binance 1.0.37's clients by the path behind them: those of the exchange,
    /// of its test sites and of its demo sites.
    private static let clientAddresses: [(path: String, names: [String])] = [
        ("/api", ["API_URL", "API_TESTNET_URL", "API_DEMO_URL"]),
        ("/sapi", ["MARGIN_API_URL"]),
        ("", ["WEBSITE_URL"]),
        ("/fapi", ["FUTURES_URL", "FUTURES_TESTNET_URL", "FUTURES_DEMO_URL"]),
        ("/futures/data", ["FUTURES_DATA_URL", "FUTURES_DATA_TESTNET_URL"]),
        ("/dapi", ["FUTURES_COIN_URL", "FUTURES_COIN_TESTNET_URL", "FUTURES_COIN_DEMO_URL"]),
        ("/futures/data", ["FUTURES_COIN_DATA_URL", "FUTURES_COIN_DATA_TESTNET_URL"]),
        ("/eapi", ["OPTIONS_URL", "OPTIONS_TESTNET_URL"]),
        ("/papi", ["PAPI_URL"]),
    ]

    private static let clientWebSocketAddresses: [(path: String, names: [String])] = [
        ("/ws-api/v3", ["WS_API_URL", "WS_API_TESTNET_URL", "WS_API_DEMO_URL"]),
        ("/ws-fapi/v1", ["WS_FUTURES_URL", "WS_FUTURES_TESTNET_URL", "WS_FUTURES_DEMO_URL"]),
    ]

    private static let streamAddresses = ["STREAM", "FSTREAM", "DSTREAM"].flatMap { name in
        ["URL", "TESTNET_URL", "DEMO_URL"].map { "\(name)_\($0)" }
    }

    var block: ClientBlock {
        var lines = [
            "# Every address of python-binance 1.0.37 is redirected: one that is left out would still",
            "# point at the real exchange, and be sent signed requests.",
            "import os", "",
            "from binance import BinanceSocketManager, Client",
            "from binance.base_client import BaseClient", "",
            "BASE, WS = \"\(address.http)\", \"\(address.webSocket)\"",
        ]
        for (base, groups) in [
            ("BASE", Self.clientAddresses), ("WS", Self.clientWebSocketAddresses),
        ] {
            for (path, names) in groups {
                lines += names.map { "BaseClient.\($0) = \(base) + \"\(path)\"" }
            }
        }
        lines += Self.streamAddresses.map { "BinanceSocketManager.\($0) = WS + \"/\"" }
        let key = Literal.credential(address.key, "PLIMSOLL_KEY").rendered(in: .python)
        let secret = Literal.credential(address.secret, "PLIMSOLL_SECRET").rendered(in: .python)
        lines += [
            "for owner in (BaseClient, BinanceSocketManager):",
            "    for name, value in vars(owner).items():",
            "        assert not name.endswith(\"_URL\") or \"binance.\" not in value, name", "",
            "client = Client(\(key), \(secret))",
            "print([row for row in client.futures_account_balance() if row[\"asset\"] == \"USDT\"])",
        ]
        return ClientBlock(text: lines.joined(separator: "\n"))
    }
}
