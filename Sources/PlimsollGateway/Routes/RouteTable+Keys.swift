import HTTPTypes

// Accounts, the play money in them, and the keys that open them.
extension RouteTable {
    static let moneyControl: [Route] = [
        Route(
            .post,
            "/v1/transfers",
            .none,
            .action(Gateway.transfer),
            operation: ControlOperation(
                "Move money from one account to another; a key may stand for its account",
                body: .object(
                    ["amount": .number],
                    optional: [
                        "from": RouteParameter.account.schema, "fromKey": .text,
                        "to": RouteParameter.account.schema, "toKey": .text, "asset": .text,
                    ]
                ),
                answer: .object(["from": .integer, "to": .integer, "amount": .decimal])
            )
        ),
        Route(
            .post,
            "/v1/accounts",
            .none,
            .action(Gateway.openAccount),
            operation: ControlOperation(
                "Open an account with a key; what is not given is made up",
                body: .object(
                    [:],
                    optional: ["deposit": .number, "key": .secret, "secret": .secret]
                ),
                answer: .object([
                    "account": .integer, "key": .text,
                    "secret": JSONSchema.text.about("Shown this once"),
                    "balances": .map(of: .decimal),
                ])
            )
        ),
        Route(
            .post,
            "/v1/faucet",
            .none,
            .action(Gateway.faucet),
            operation: ControlOperation(
                "Play money for an account; a key may stand for it",
                body: .object(
                    ["amount": .number],
                    optional: [
                        "account": RouteParameter.account.schema, "key": .text, "asset": .text,
                    ]
                ),
                answer: .object([
                    "account": .integer, "amount": .decimal, "balances": .map(of: .decimal),
                ])
            )
        ),
    ]

    static let keyControl: [Route] = [
        Route(
            .get,
            "/v1/keys",
            .none,
            parameters: [.account],
            .answer(Gateway.listKeys),
            operation: ControlOperation(
                "Every key and what it opens; never a secret",
                answer: .list(of: .named("Key"))
            )
        ),
        Route(
            .post,
            "/v1/keys",
            .none,
            .answer(Gateway.registerKey),
            operation: ControlOperation(
                "A further key for an account: with a secret, or for the owner of a public key",
                body: .object(
                    [:],
                    optional: [
                        "account": RouteParameter.account.schema,
                        "accountKey": JSONSchema.text.about(
                            "Another key of the account, in place of its number"
                        ),
                        "permissions": .list(
                            of: .choice(KeyPermissions.named.map(\.name)),
                            countMin: 1
                        ),
                        "publicKey": JSONSchema.text.about(
                            "PEM of an Ed25519 key or of an RSA key of 2048 to 4096 bits"
                        ),
                        "key": .secret,
                        "secret": .secret,
                        "expiry": JSONSchema.time.about("When it ends by itself"),
                        "addresses": JSONSchema.list(of: .text, countMin: 1).about(
                            "From where alone it may be used"
                        ),
                    ]
                ),
                answer: .named("Key")
            )
        ),
        Route(
            .delete,
            "/v1/keys/{key}",
            .none,
            parameters: [RouteParameter("key", .text).required],
            .answer(Gateway.revokeKey),
            operation: ControlOperation(
                "Revoke a key at once; answers what it opened",
                answer: .named("Key")
            )
        ),
    ]
}

extension JSONSchema {
    /// What a key and a secret may look like.
    fileprivate static let secret = JSONSchema.pattern("^[0-9A-Za-z]{16,128}$")
}
