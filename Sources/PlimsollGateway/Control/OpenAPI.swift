// The control API described in its own terms. Written by hand and small; a test holds it against the
// route table.
extension Gateway {
    func openAPI(_ call: Call, _ json: inout JSONWriter) {
        json.raw(Self.openAPIText.utf8)
    }

    static let openAPIText = #"""
        {"openapi":"3.1.0",
        "info":{"title":"Plimsoll control API","version":"0.1.0",
        "description":"Operates a simulated venue. Trading itself is under /fapi in the dialect of Binance USD-M futures. Every error is {\"code\":…,\"msg\":…}. Requests that change something take application/json only. They need no key unless the venue was started with --control-needs-key; with a key in X-MBX-APIKEY they are signed as trading requests are, over the query and the body, and need its admin permission."},
        "paths":{
        "/v1/clock":{
        "get":{"summary":"The venue's clock","responses":{"200":{"$ref":"#/components/responses/Clock"}}},
        "post":{"summary":"Change the clock; a run and a step answer once venue time is there",
        "requestBody":{"required":true,"content":{"application/json":{"schema":{"oneOf":[
        {"type":"object","additionalProperties":false,"required":["runUntil"],"properties":{"runUntil":{"type":"integer","description":"Venue time in milliseconds; as fast as possible until then, then paused"}}},
        {"type":"object","additionalProperties":false,"required":["step"],"properties":{"step":{"type":"integer","minimum":1,"description":"Milliseconds"}}},
        {"type":"object","additionalProperties":false,"minProperties":1,"properties":{"speed":{"description":"Venue time over wall time as a decimal, or \"max\"","type":["string","number"]},"paused":{"type":"boolean"}}}]}}}},
        "responses":{"200":{"$ref":"#/components/responses/Clock"},"400":{"$ref":"#/components/responses/Error"}}}},
        "/v1/digest":{"get":{"summary":"Sequence and digest of the last durable command",
        "responses":{"200":{"description":"The digest","content":{"application/json":{"schema":{"type":"object","properties":{"sequence":{"type":"integer"},"digest":{"type":"string","pattern":"^[0-9a-f]{16}$"}}}}}}}}},
        "/v1/status":{"get":{"summary":"The venue at a glance",
        "responses":{"200":{"description":"Name, version, seed, clock, sequence, digest, markets, and why no commands are taken, if so","content":{"application/json":{"schema":{"type":"object"}}}}}}},
        "/v1/receipts":{"get":{"summary":"Receipts of forced closes, newest last",
        "parameters":[{"name":"id","in":"query","schema":{"type":"integer"}},{"name":"account","in":"query","schema":{"type":"integer"}}],
        "responses":{"200":{"description":"Receipts; every amount is a text","content":{"application/json":{"schema":{"type":"array","items":{"type":"object"}}}}}}}},
        "/v1/receipts/{id}":{"get":{"summary":"One receipt",
        "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],
        "responses":{"200":{"description":"The receipt","content":{"application/json":{"schema":{"type":"object"}}}},"404":{"$ref":"#/components/responses/Error"}}}},
        "/v1/deleveragings":{"get":{"summary":"Receipts of positions closed against bankrupt ones, newest last",
        "parameters":[{"name":"account","in":"query","schema":{"type":"integer"}},{"name":"liquidation","in":"query","schema":{"type":"integer"}}],
        "responses":{"200":{"description":"Receipts; every amount is a text","content":{"application/json":{"schema":{"type":"array","items":{"type":"object"}}}}}}}},
        "/v1/deleveragings/{id}":{"get":{"summary":"One of them",
        "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],
        "responses":{"200":{"description":"The receipt","content":{"application/json":{"schema":{"type":"object"}}}},"404":{"$ref":"#/components/responses/Error"}}}},
        "/v1/insurance-fund":{"get":{"summary":"The insurance fund: balance, recorded deficit, inventory, and its balance minute by minute",
        "parameters":[{"name":"asset","in":"query","schema":{"type":"string"}},{"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":1440}}],
        "responses":{"200":{"description":"One fund for each settle asset; balances are pairs of time and text","content":{"application/json":{"schema":{"type":"object"}}}}}}},
        "/v1/transfers":{"post":{"summary":"Move money from one account to another",
        "requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","additionalProperties":false,"required":["amount"],"properties":{"from":{"type":"integer"},"fromKey":{"type":"string"},"to":{"type":"integer"},"toKey":{"type":"string"},"amount":{"type":["string","number"]},"asset":{"type":"string"}}}}}},
        "responses":{"200":{"description":"Accounts and amount","content":{"application/json":{"schema":{"type":"object"}}}},"400":{"$ref":"#/components/responses/Error"},"404":{"$ref":"#/components/responses/Error"}}}},
        "/v1/accounts":{"post":{"summary":"Open an account with a key",
        "requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","additionalProperties":false,"properties":{"deposit":{"type":["string","number"]},"key":{"type":"string","pattern":"^[0-9A-Za-z]{16,128}$"},"secret":{"type":"string","pattern":"^[0-9A-Za-z]{16,128}$"}}}}}},
        "responses":{"200":{"description":"Account, key, secret (shown once) and balances","content":{"application/json":{"schema":{"type":"object"}}}},"400":{"$ref":"#/components/responses/Error"}}}},
        "/v1/faucet":{"post":{"summary":"Play money for an account",
        "requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","additionalProperties":false,"required":["amount"],"properties":{"account":{"type":"integer"},"key":{"type":"string"},"amount":{"type":["string","number"]},"asset":{"type":"string"}}}}}},
        "responses":{"200":{"description":"Account, amount and balances","content":{"application/json":{"schema":{"type":"object"}}}},"400":{"$ref":"#/components/responses/Error"},"404":{"$ref":"#/components/responses/Error"}}}},
        "/v1/keys":{"get":{"summary":"Every key and what it opens; never a secret",
        "parameters":[{"name":"account","in":"query","schema":{"type":"integer"}}],
        "responses":{"200":{"description":"Keys","content":{"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/Key"}}}}}}},
        "post":{"summary":"A further key for an account: with a secret, or for the owner of a public key",
        "requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","additionalProperties":false,"properties":{"account":{"type":"integer"},"accountKey":{"type":"string","description":"Another key of the account, in place of its number"},"permissions":{"type":"array","minItems":1,"items":{"enum":["read","trade","transfer","admin"]}},"publicKey":{"type":"string","description":"PEM of an Ed25519 key or of an RSA key of 2048 to 4096 bits"},"key":{"type":"string","pattern":"^[0-9A-Za-z]{16,128}$"},"secret":{"type":"string","pattern":"^[0-9A-Za-z]{16,128}$"}}}}}},
        "responses":{"200":{"description":"The key, and its secret where it has one (shown once)","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Key"}}}},"400":{"$ref":"#/components/responses/Error"},"404":{"$ref":"#/components/responses/Error"}}}},
        "/v1/keys/{id}":{"delete":{"summary":"Revoke a key at once",
        "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
        "responses":{"200":{"description":"What the key opened","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Key"}}}},"404":{"$ref":"#/components/responses/Error"}}}}
        },
        "components":{"schemas":{"Key":{"type":"object","properties":{"key":{"type":"string"},"account":{"type":"integer"},"algorithm":{"enum":["HMAC-SHA256","Ed25519","RSA"]},"permissions":{"type":"array","items":{"type":"string"}},"secret":{"type":"string"}}}},
        "responses":{
        "Clock":{"description":"The clock","content":{"application/json":{"schema":{"type":"object","properties":{"venueTime":{"type":"integer"},"wallTime":{"type":"integer"},"speed":{"type":"string"},"paused":{"type":"boolean"},"runUntil":{"type":["integer","null"]}}}}}},
        "Error":{"description":"Refused","content":{"application/json":{"schema":{"type":"object","properties":{"code":{"type":"integer"},"msg":{"type":"string"}}}}}}
        }}}
        """#
}
