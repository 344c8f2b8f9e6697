// A page for whoever opens the venue in a browser: what this is and where its doors are.
extension Gateway {
    func frontPage() -> String {
        let base = "http://\(configuration.host):\(boundPort)"
        let name = Self.escaped(configuration.venueName)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>\(name)</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto;
              padding: 0 1rem; }
            code { font-family: ui-monospace, monospace; }
            dt { margin-top: .75rem; font-weight: 600; }
            footer { margin-top: 3rem; font-size: .85rem; }
            </style>
            </head>
            <body>
            <h1>\(name)</h1>
            <p>A leveraged-trading venue on this machine. It speaks the dialect of Binance USD-M
            futures, so that existing clients trade here unmodified.</p>
            <dl>
            <dt>REST</dt><dd><code>\(base)/fapi/v1</code></dd>
            <dt>Streams</dt><dd><code>ws://\(configuration.host):\(boundPort)/ws</code> and
            <code>/stream</code></dd>
            <dt>Control API</dt><dd><a href="/openapi.json">/openapi.json</a>,
            <a href="/v1/status">/v1/status</a>, <a href="/v1/clock">/v1/clock</a>,
            <a href="/v1/receipts">/v1/receipts</a></dd>
            <dt>Metrics</dt><dd><a href="/metrics">/metrics</a></dd>
            <dt>Markets</dt><dd><a href="/fapi/v1/exchangeInfo">/fapi/v1/exchangeInfo</a></dd>
            </dl>
            <p>Seed \(configuration.seed). A complete client configuration is printed by
            <code>plimsoll connect ccxt</code>.</p>
            <footer>A simulation; education, not financial advice.</footer>
            </body>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
