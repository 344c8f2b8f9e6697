// What existing clients turned out to rely on. Tests name the number of the surprise that they hold.
extension APIReference {
    static let surprises: [(number: Int, text: String)] = [
        (
            1,
            "ccxt chooses its table of futures errors by the address: with "
                + "`https://demo-fapi@127.0.0.1` on the TLS port it is the right one, and the Basic "
                + "credentials that this produces are ignored"
        ),
        (
            2,
            "with a key set, ccxt also loads `/sapi/v1/capital/config/getall` and other lists outside "
                + "the futures, which are empty here"
        ),
        (3, "every stream is served on every route: bare, `/public`, `/market` and `/private`"),
        (4, "ccxt.pro appends a connection number to `/ws`, which is no stream and is ignored"),
        (5, "ccxt.pro tells markets apart by `/stream` in the address: its base ends in `/ws`"),
        (6, "conditional types on `/fapi/v1/order` are refused with -4120"),
        (7, "`exchangeInfo` lists the conditional types, or ccxt refuses them itself"),
        (8, "a triggered conditional order names the order that it became, `actualOrderId`"),
        (9, "`@depth@0ms` is a stream, and snapshots of 1,000 levels chain with it"),
        (10, "every field that nautilus_trader decodes strictly is there with its type"),
        (11, "answers of the WebSocket API carry `rateLimits` unless that is declined"),
        (12, "bodies of errors are `application/json`"),
        (13, "in one-way mode the user stream tells positions of side `BOTH` alone"),
        (14, "parameters of any method come in the query, in the body, or in both"),
        (15, "version 3 lists positions in use, version 2 every symbol"),
        (16, "cryptofeed wants `wss://`: streams are served over TLS as well"),
        (17, "server time is the wall clock, and so are candles and trades of a live market"),
    ]
}
