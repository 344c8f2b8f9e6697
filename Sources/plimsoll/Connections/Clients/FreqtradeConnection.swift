/// A configuration with which freqtrade trades live futures here.
///
/// It stands for itself and can also be laid over another one with a second `-c`. freqtrade has ccxt
/// behind it, and tells the reasons of a refusal apart only by ccxt's error classes: hence TLS.
struct FreqtradeConnection {
    let address: VenueAddress
    let usesTLS: Bool

    var block: ClientBlock {
        let settings = CCXTConnection(address: address, usesTLS: usesTLS).settings
        var exchange: [(name: String, value: Literal)] = [("name", .text("binance"))]
        if let key = address.key, let secret = address.secret {
            exchange += [("key", .text(key)), ("secret", .text(secret))]
        }
        exchange += [
            ("ccxt_config", .object(settings)),
            ("pair_whitelist", .list([.text("BTC/USDT:USDT"), .text("ETH/USDT:USDT")])),
            ("pair_blacklist", .list([])),
        ]
        let pricing: Literal = .object([
            ("price_side", .text("other")), ("use_order_book", .flag(true)),
            ("order_book_top", .number(1)),
        ])
        let configuration: Literal = .object([
            ("dry_run", .flag(false)), ("trading_mode", .text("futures")),
            ("margin_mode", .text("isolated")), ("stake_currency", .text("USDT")),
            ("stake_amount", .number(500)), ("max_open_trades", .number(2)),
            ("entry_pricing", pricing), ("exit_pricing", pricing),
            ("exchange", .object(exchange)),
            ("pairlists", .list([.object([("method", .text("StaticPairList"))])])),
        ])
        return ClientBlock(
            text: configuration.rendered(in: .json),
            remark: remark
        )
    }

    private var remark: String {
        var lines = [
            "Save this as plimsoll.json and give it last: freqtrade trade -c config.json -c "
                + "plimsoll.json. Every entry of urls.api is in it: one that is left out would still "
                + "point at the real exchange."
        ]
        if address.key == nil || address.secret == nil {
            lines.append(
                "The key is not in it: set FREQTRADE__EXCHANGE__KEY and FREQTRADE__EXCHANGE__SECRET."
            )
        }
        lines.append(
            usesTLS
                ? "verify is off since the certificate is the venue's own and the address is this "
                    + "machine's. To verify all the same, set verify, requests_trust_env and cafile in "
                    + "ccxt_config, and REQUESTS_CA_BUNDLE, to tls-certificate.pem of the data directory."
                : "Without TLS ccxt does not tell refusals apart as it does on the exchange; --tls "
                    + "mends that."
        )
        return lines.joined(separator: "\n")
    }
}
