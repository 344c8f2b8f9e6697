/// Signed and unsigned requests with nothing but curl and openssl.
struct CurlConnection {
    let address: VenueAddress

    var block: ClientBlock { ClientBlock(text: shell) }

    private var shell: String {
        """
        # Public data takes no key; a private request is signed with HMAC-SHA256 over its parameters
        # exactly as they are sent, and carries the key in a header.
        BASE='\(address.http)'
        KEY=\(value(address.key, "PLIMSOLL_KEY"))
        SECRET=\(value(address.secret, "PLIMSOLL_SECRET"))

        curl -s "$BASE/fapi/v1/ticker/24hr?symbol=BTCUSDT"

        signed() {  # METHOD PATH PARAMETERS
          query="$3&timestamp=$(date +%s%3N)"
          signature=$(printf %s "$query" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
          curl -s -X "$1" -H "X-MBX-APIKEY: $KEY" "$BASE$2?$query&signature=$signature"
        }

        signed GET  /fapi/v3/balance 'recvWindow=5000'
        signed POST /fapi/v1/leverage 'symbol=BTCUSDT&leverage=10'
        signed POST /fapi/v1/order 'symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001'
        """
    }

    private func value(_ given: String?, _ name: String) -> String {
        given.map { "'\($0)'" } ?? "\"$\(name)\""
    }
}
