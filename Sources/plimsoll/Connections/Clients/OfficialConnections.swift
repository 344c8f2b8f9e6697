/// The exchange's own libraries for Python: the old connector and the SDK that followed it.
struct OfficialConnections {
    let address: VenueAddress

    private var key: String {
        Literal.credential(address.key, "PLIMSOLL_KEY").rendered(in: .python)
    }
    private var secret: String {
        Literal.credential(address.secret, "PLIMSOLL_SECRET").rendered(in: .python)
    }

    /// binance-futures-connector 4.2.0.
    var connector: ClientBlock {
        ClientBlock(
            text: """
                # binance-futures-connector 4.2.0 has two addresses, one for each of these classes. A class
                # that is made without one, such as CMFutures(), still points at the real exchange.
                import os

                from binance.um_futures import UMFutures
                from binance.websocket.um_futures.websocket_client import UMFuturesWebsocketClient

                BASE, WS = "\(address.http)", "\(address.webSocket)"
                client = UMFutures(key=\(key), secret=\(secret), base_url=BASE)


                def streams(on_message):
                    return UMFuturesWebsocketClient(stream_url=WS, on_message=on_message)


                print([row for row in client.balance() if row["asset"] == "USDT"])
                """
        )
    }

    /// binance-sdk-derivatives-trading-usds-futures 18.
    var sdk: ClientBlock {
        ClientBlock(
            text: """
                # The SDK has three addresses and all three are here: a configuration that is left out
                # still points at the real exchange.
                import os

                from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
                    ConfigurationRestAPI,
                    ConfigurationWebSocketAPI,
                    ConfigurationWebSocketStreams,
                    DerivativesTradingUsdsFutures,
                )

                BASE, WS = "\(address.http)", "\(address.webSocket)"
                KEY, SECRET = \(key), \(secret)
                client = DerivativesTradingUsdsFutures(
                    config_rest_api=ConfigurationRestAPI(
                        api_key=KEY, api_secret=SECRET, base_path=BASE
                    ),
                    config_ws_api=ConfigurationWebSocketAPI(
                        api_key=KEY, api_secret=SECRET, stream_url=WS + "/ws-fapi/v1"
                    ),
                    config_ws_streams=ConfigurationWebSocketStreams(stream_url=WS),
                )

                print(client.rest_api.futures_account_balance_v3().data())
                """
        )
    }
}
