import PlimsollModel
import PlimsollProjections

/// A bare venue, driven step by step, with the names of a flow.
struct FlowVenue: ~Copyable {
    /// 2026-01-01T00:00:00Z, on a boundary of every usual funding interval.
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    /// The venue's own accounts that a flow may name.
    private static let ownAccounts: [(name: String, account: AccountID)] = [
        ("fund", .insuranceFund), ("fees", .feeRevenue), ("deficit", .uncoveredLoss),
    ]

    private var venue = BareVenue(at: start)
    let rules: VenueRules
    var accounts: [String: AccountID] = [:]
    var names: [AccountID: String] = [:]
    /// What happened in the last step.
    var events: [Event] = []
    /// What came in from outside and did not go out again, by asset; kept beside the ledger, from the
    /// commands themselves.
    private var paidIn: [AssetID: Amount] = [:]
    var projections: VenueProjections { venue.projections }
    /// Venue time of the step.
    var now: Timestamp { venue.time }

    /// Opens the venue and its accounts.
    init(_ flow: ConformanceFlow) throws(ProfileError) {
        rules = flow.rules
        for own in Self.ownAccounts { name(own.account, own.name) }
        for change in rules.changes { apply(.changeRules(change)) }
        for deposit in rules.insuranceFund { apply(.deposit(deposit)) }
        for account in flow.accounts { try open(account) }
    }

    /// Plays a step and compares what it left with what it says.
    mutating func perform(
        _ step: DocumentReader,
        within tolerance: Tolerance
    ) throws(ProfileError) -> VectorMismatch? {
        let members = try step.members(
            required: [],
            optional: ["wait", "note", "expect"] + FlowCommands.names
        )
        _ = try members["note"]?.text()
        if let wait = members["wait"] {
            venue.time = now.advanced(byMilliseconds: try wait.milliseconds())
        }
        let given = FlowCommands.names.filter { members[$0] != nil }
        guard given.count <= 1 else {
            throw step.fail("a step is one command, not " + given.joined(separator: " and "))
        }
        var command = Command.advanceTime
        if let name = given.first, let reader = members[name] {
            command = try FlowCommands.command(name, reader, in: self)
        } else if members["wait"] == nil {
            throw step.fail(
                "a step waits or is one of " + FlowCommands.names.joined(separator: ", ")
            )
        }
        apply(command)
        var expectations = FlowExpectations(tolerance: tolerance)
        try expectations.check(members["expect"], of: self)
        return expectations.mismatch ?? brokenLaw()
    }

    private mutating func open(_ reader: DocumentReader) throws(ProfileError) {
        let members = try reader.members(
            required: ["name"],
            optional: ["kind", "deposit", "asset", "leverage", "marginMode", "hedge", "note"]
        )
        let text = try Profile.member("name", of: members)
        let name = try text.text()
        guard accounts[name] == nil, !name.isEmpty, !name.contains(" ") else {
            throw text.fail("an account has a name of its own, in one word")
        }
        apply(.openAccount(try members["kind"]?.choice(of: AccountKind.self) ?? .trader))
        guard case .accountOpened(let account, _)? = events.first else {
            throw reader.fail("the account cannot be opened")
        }
        self.name(account, name)
        var commands: [Command] = []
        if let deposit = members["deposit"] {
            let asset = try asset(members["asset"], reader)
            let amount = try deposit.amount()
            commands.append(
                .deposit(BalanceChange(account: account, asset: asset, amount: amount))
            )
        }
        if let hedge = members["hedge"], try hedge.flag() {
            commands.append(.setPositionMode(account, isHedge: true))
        }
        for index in rules.instruments.indices {
            let instrument = InstrumentID(rawValue: UInt16(index))
            if let mode = members["marginMode"], try mode.choice(of: MarginMode.self) == .isolated {
                commands.append(.setMarginMode(account, instrument, .isolated))
            }
            if let leverage = members["leverage"] {
                commands.append(
                    .setLeverage(account, instrument, try leverage.whole(as: UInt16.self))
                )
            }
        }
        for command in commands {
            apply(command)
            if let refusal { throw reader.fail("the venue refuses: \(refusal)") }
        }
    }

    private mutating func name(_ account: AccountID, _ name: String) {
        accounts[name] = account
        names[account] = name
    }

    private mutating func apply(_ command: Command) {
        events = Array(venue.apply(command))
        guard refusal == nil else { return }
        switch command {
        case .deposit(let change): paidIn[change.asset, default: .zero] += change.amount
        case .withdraw(let change): paidIn[change.asset, default: .zero] -= change.amount
        default: break
        }
    }

    /// Why the venue refused the command of the step, where it did.
    var refusal: RejectReason? {
        for case .refused(let refusal) in events { return refusal.reason }
        return nil
    }

    /// The two laws that hold after every step, and the engine's own invariants.
    ///
    /// Money only moves: all wallets together hold what was paid in and not out. Nobody's position is
    /// without another's: the signed quantities of an instrument sum to zero.
    private func brokenLaw() -> VectorMismatch? {
        for index in rules.assets.indices {
            let asset = AssetID(rawValue: UInt16(index))
            var sum = Amount.zero
            for account in allAccounts where account != .externalWorld {
                sum += projections.walletBalance(of: account, in: asset)
            }
            let expected = paidIn[asset] ?? .zero
            if sum != expected {
                return VectorMismatch(
                    field: "law: all \(rules.assets[index]) together",
                    expected: "\(expected)",
                    got: "\(sum)"
                )
            }
        }
        for index in rules.instruments.indices {
            var sum = Quantity.zero
            for account in allAccounts {
                for position in projections.account(account)?.positions ?? []
                where position.instrument.index == index { sum += position.quantity }
            }
            if !sum.isZero {
                return VectorMismatch(
                    field: "law: all positions in \(symbol(InstrumentID(rawValue: UInt16(index))))",
                    expected: "0",
                    got: "\(sum)"
                )
            }
        }
        guard let broken = venue.brokenInvariants.first else { return nil }
        return VectorMismatch(field: "law: invariants", expected: "none broken", got: broken)
    }

    private var allAccounts: [AccountID] {
        (0..<AccountID.firstOpened.rawValue).map { AccountID(rawValue: $0) }
            + projections.accountIDs
    }
}

// Names of the file and what they stand for.
extension FlowVenue {
    func account(_ reader: DocumentReader) throws(ProfileError) -> AccountID {
        try account(named: reader.text(), reader)
    }

    func account(
        named name: String,
        _ reader: DocumentReader
    ) throws(ProfileError) -> AccountID {
        guard let account = accounts[name] else { throw reader.fail("nobody is called \(name)") }
        return account
    }

    /// The instrument named, or the first where none is.
    func instrument(_ reader: DocumentReader?) throws(ProfileError) -> InstrumentID {
        guard let reader else { return InstrumentID(rawValue: 0) }
        return try instrument(named: reader.text(), reader)
    }

    func instrument(
        named name: String,
        _ reader: DocumentReader
    ) throws(ProfileError) -> InstrumentID {
        guard let instrument = instrument(called: name) else {
            throw reader.fail("no instrument is called \(name)")
        }
        return instrument
    }

    func instrument(called name: String) -> InstrumentID? {
        rules.instruments.firstIndex { $0.contract.symbol.description == name }
            .map { InstrumentID(rawValue: UInt16($0)) }
    }

    func contract(of instrument: InstrumentID) -> ContractTerms {
        rules.instruments[instrument.index].contract
    }

    func symbol(_ instrument: InstrumentID) -> Symbol { contract(of: instrument).symbol }

    func settleAsset(_ instrument: InstrumentID = InstrumentID(rawValue: 0)) -> AssetID {
        rules.instruments[instrument.index].contract.settleAsset
    }

    /// The asset named, or the first that anything settles in.
    func asset(
        _ named: DocumentReader?,
        _ reader: DocumentReader
    ) throws(ProfileError) -> AssetID {
        guard let named else { return settleAsset() }
        let name = try named.text()
        guard let asset = asset(called: name) else {
            throw reader.fail("no asset is called \(name)")
        }
        return asset
    }

    func asset(called name: String) -> AssetID? {
        rules.assets.firstIndex { $0.description == name }
            .map { AssetID(rawValue: UInt16($0)) }
    }

    func name(_ account: AccountID) -> String { names[account] ?? "account \(account)" }
}
