/// Trading systems that bring their own connector: nautilus_trader and hummingbot.
struct TradingSystemConnections {
    let address: VenueAddress

    private var key: String {
        Literal.credential(address.key, "PLIMSOLL_KEY").rendered(in: .python)
    }
    private var secret: String {
        Literal.credential(address.secret, "PLIMSOLL_SECRET").rendered(in: .python)
    }

    /// nautilus_trader 1.231.0, which needs Python 3.12.
    var nautilus: ClientBlock {
        ClientBlock(
            text: """
                # nautilus_trader 1.231.0 has three addresses and all three are here: one that is left out
                # still points at the real exchange. futures_margin_types stays out: naming a type that
                # is already active is refused, which ends the connection.
                import os

                from nautilus_trader.adapters.binance import (
                    BINANCE,
                    BinanceAccountType,
                    BinanceDataClientConfig,
                    BinanceExecClientConfig,
                    BinanceInstrumentProviderConfig,
                    BinanceLiveDataClientFactory,
                    BinanceLiveExecClientFactory,
                )
                from nautilus_trader.config import TradingNodeConfig
                from nautilus_trader.live.node import TradingNode

                BASE, WS = "\(address.http)", "\(address.webSocket)"
                common = {
                    "api_key": \(key),
                    "api_secret": \(secret),
                    "account_type": BinanceAccountType.USDT_FUTURES,
                    "base_url_http": BASE,
                    "base_url_ws": WS,
                    "instrument_provider": BinanceInstrumentProviderConfig(load_all=True),
                }
                config = TradingNodeConfig(
                    trader_id="PLIMSOLL-001",
                    data_clients={BINANCE: BinanceDataClientConfig(**common)},
                    exec_clients={BINANCE: BinanceExecClientConfig(**common, base_url_ws_stream=WS)},
                )
                node = TradingNode(config=config)
                node.add_data_client_factory(BINANCE, BinanceLiveDataClientFactory)
                node.add_exec_client_factory(BINANCE, BinanceLiveExecClientFactory)
                node.build()
                # Add a strategy with node.trader.add_strategy(…), then node.run().
                """
        )
    }

    /// hummingbot 20260922, which has no setting for its addresses.
    var hummingbot: ClientBlock {
        ClientBlock(
            text: """
                # hummingbot 20260922 keeps the addresses of binance_perpetual in a module. Save this as
                # sitecustomize.py in a folder and start hummingbot with that folder in PYTHONPATH. The
                # test site's addresses are redirected as well: one that is left out would still point
                # at the real exchange. Connect binance_perpetual with the key and secret of the venue.
                from hummingbot.connector.derivative.binance_perpetual import (
                    binance_perpetual_constants as constants,
                )

                BASE, WS = "\(address.http)", "\(address.webSocket)"
                constants.PERPETUAL_BASE_URL = constants.TESTNET_BASE_URL = BASE + "/fapi/"
                constants.PERPETUAL_WS_URL = constants.TESTNET_WS_URL = WS + "/"
                for name, value in vars(constants).items():
                    assert not name.endswith("_URL") or "binance" not in str(value), name
                """
        )
    }
}
