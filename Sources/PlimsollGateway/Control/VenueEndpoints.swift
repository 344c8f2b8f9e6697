import PlimsollModel
import PlimsollNode
import PlimsollProjections

// What the control API tells of the venue as a whole, and the play money that it hands out.
extension Gateway {
    /// The version of the control API and of what serves it.
    static let version = "0.1.0"

    func digest(_ call: Call, _ json: inout JSONWriter) {
        let (sequence, digest) = node.digest
        json.beginObject()
        json.field("sequence", sequence)
        json.field("digest", "\(digest)")
        json.endObject()
    }

    func status(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let clock = node.clock
        let statistics = node.statistics
        let failure = node.failure
        let streamStatus = streams.status
        let journalBytes = configuration.dataDirectory.map(JournalSize.bytes(in:))
        try read { (venue) throws(DialectError) in
            json.beginObject()
            json.field("name", configuration.venueName)
            json.field("version", Self.version)
            json.field("simulation", true)
            json.field("seed", "\(configuration.seed)")
            json.field("started", started)
            json.key("clock")
            json.clock(clock)
            json.field("sequence", venue.sequence)
            json.field("digest", "\(venue.digest)")
            json.field("takesCommands", failure == nil)
            json.key("failure")
            if let failure { json.string("\(failure)") } else { json.null() }
            json.field("commandsQueued", statistics.queued)
            json.field("accounts", venue.accountIDs.count)
            json.key("journalBytes")
            if let journalBytes { json.integer(journalBytes) } else { json.null() }
            json.field("streamConnections", streamStatus.connectionCount)
            json.beginArray("markets")
            for market in venue.markets {
                json.beginObject()
                json.field("symbol", market.symbol)
                json.field("trading", market.isTrading)
                let decimals = market.rules.contract.priceScale
                json.field("markPrice", market.prices?.mark ?? .zero, decimals: 8)
                json.field("lastPrice", market.lastPrice ?? .zero, decimals: decimals)
                json.field("indexStale", market.isIndexStale)
                json.beginArray("indexSources")
                for number in 0..<IndexTerms.sourceCountMax {
                    json.indexSource(number, of: market, at: venue.time)
                }
                json.endArray()
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    // MARK: Receipts

    func receipts(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let id = try call.parameters.integer("id").map { LiquidationID(rawValue: UInt64($0)) }
        let account = try call.parameters.integer("account", in: 0...Int64(UInt32.max))
            .map { AccountID(rawValue: UInt32($0)) }
        let page = try DocumentPage(call.parameters, of: VenueProjections.receiptCountMax)
        let receipts = try read { (venue) throws(DialectError) in
            page.newest(of: venue.receipts, numbered: \.id.rawValue) { receipt in
                (id == nil || receipt.id == id) && (account == nil || receipt.account == account)
            }
        }
        json.beginArray()
        for receipt in receipts { json.raw(receipt.json().utf8) }
        json.endArray()
    }

    func receipt(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        guard let number = RequestParameters.integer(call.pathArgument.utf8) else {
            throw .valueInvalid("id")
        }
        let receipt = try read { (venue) throws(DialectError) in
            venue.receipt(LiquidationID(rawValue: UInt64(number)))
        }
        guard let receipt else {
            throw DialectError(-1000, "there is no receipt \(number)", status: 404)
        }
        json.raw(receipt.json().utf8)
    }

    func marginCalls(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let account = try call.parameters.integer("account", in: 0...Int64(UInt32.max))
            .map { AccountID(rawValue: UInt32($0)) }
        let page = try DocumentPage(call.parameters, of: VenueProjections.marginCallCountMax)
        let calls = try read { (venue) throws(DialectError) in
            page.newest(of: venue.marginCalls, numbered: \.id) {
                account == nil || $0.account == account
            }
        }
        json.beginArray()
        for call in calls { json.raw(call.json().utf8) }
        json.endArray()
    }

    func marginCall(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        guard let number = RequestParameters.integer(call.pathArgument.utf8) else {
            throw .valueInvalid("id")
        }
        let found = try read { (venue) throws(DialectError) in venue.marginCall(UInt64(number)) }
        guard let found else {
            throw DialectError(-1000, "there is no margin call \(number)", status: 404)
        }
        json.raw(found.json().utf8)
    }

    // MARK: Accounts

    /// Opens an account: `{"deposit": "10000", "key": …, "secret": …}`, each of them optional.
    func openAccount(_ call: Call, _ json: inout JSONWriter) async throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: ["deposit", "key", "secret"]
        )
        let deposit = try request.amount("deposit", max: Amount(configuration.depositMax))
        let key = try request.text("key")
        let secret = try request.text("secret")
        // Before the account is opened, so that a refused key leaves nothing behind.
        guard key.map(KeyRing.isWellFormed) ?? true, secret.map(KeyRing.isWellFormed) ?? true else {
            throw DialectError(-1130, "\(KeyRingError.malformed)")
        }
        if let key, keys.credential(key: key) != nil {
            throw DialectError(-1130, "\(KeyRingError.alreadyGranted)")
        }
        let credential: Credential
        do {
            let account = try await node.openAccount(deposit: deposit)
            credential = try keys.grant(account: account, key: key, secret: secret)
        } catch let error as NodeError {
            throw unavailable(error)
        } catch {
            throw DialectError(-1000, "\(error)", status: 500)
        }
        json.beginObject()
        json.field("account", credential.account)
        json.field("key", credential.key)
        json.field("secret", credential.secret ?? "")
        try balances(of: credential.account, &json)
        json.endObject()
    }

    /// Play money: `{"account": 16, "amount": "1000", "asset": "USDT"}`; a key may stand for the
    /// account, and the asset is the first that anything settles in.
    func faucet(_ call: Call, _ json: inout JSONWriter) async throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: ["account", "key", "amount", "asset"]
        )
        guard
            let amount = try request.amount("amount", max: Amount(configuration.depositMax))
        else { throw .parameterMissing("amount") }
        let account = try account(request, number: "account", key: "key")
        try admit(call, toMoneyOf: account)
        let asset = try asset(request)
        try await submit(
            .deposit(BalanceChange(account: account, asset: asset, amount: amount)),
            for: call
        )
        json.beginObject()
        json.field("account", account)
        json.field("amount", amount)
        try balances(of: account, &json)
        json.endObject()
    }

    /// The account that one member names by its number, or another by its key.
    func account(
        _ request: ControlRequest,
        number numberName: String,
        key keyName: String
    ) throws(DialectError) -> AccountID {
        if let key = try request.text(keyName) {
            guard let credential = keys.credential(key: key) else { throw .keyUnknown }
            return credential.account
        }
        guard let number = try request.integer(numberName) else {
            throw .eitherParameterMissing(numberName, keyName)
        }
        guard let raw = UInt32(exactly: number) else { throw .valueInvalid(numberName) }
        let account = AccountID(rawValue: raw)
        // The venue's own accounts get no presents: their money would have no source in the market.
        guard !account.isSystem else { throw .valueInvalid(numberName) }
        let exists = try read { (venue) throws(DialectError) in venue.account(account) != nil }
        guard exists else {
            throw DialectError(-1000, "there is no account \(account)", status: 404)
        }
        return account
    }

    func asset(_ request: ControlRequest) throws(DialectError) -> AssetID {
        let name = try request.text("asset")
        return try read { (venue) throws(DialectError) in
            if let name {
                guard let symbol = Symbol(name),
                    let index = venue.assets.firstIndex(of: symbol)
                else { throw DialectError.valueInvalid("asset") }
                return AssetID(rawValue: UInt16(index))
            }
            guard let first = Self.settleAssets(of: venue).first else {
                throw DialectError.valueInvalid("asset")
            }
            return first
        }
    }

    private func balances(
        of account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try report(account) { (report, _) throws(DialectError) in
            json.beginObject("balances")
            for balance in report.balances where !balance.wallet.isZero {
                json.key("\(balance.name)")
                json.money(balance.wallet)
            }
            json.endObject()
        }
    }
}

extension JSONWriter {
    /// Nothing where the index has no such source.
    fileprivate mutating func indexSource(
        _ number: Int,
        of market: MarketProjection,
        at now: Timestamp
    ) {
        let weight = market.rules.index.weight(of: number)
        guard weight > 0 else { return }
        let told = market.indexSource(number)
        beginObject()
        field("source", number)
        field("weight", weight)
        field("price", told?.price ?? .zero, decimals: 8)
        field("time", told?.time ?? .zero)
        field("silent", market.isIndexSourceSilent(number, at: now))
        endObject()
    }
}
