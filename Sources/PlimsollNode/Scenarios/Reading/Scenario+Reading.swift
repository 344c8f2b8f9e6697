internal import Foundation
internal import PlimsollAgents
internal import PlimsollEngine
internal import PlimsollModel
internal import PlimsollTapes

/// Reads a scenario from TOML; `Documentation/Scenarios.md` describes the format.
extension Scenario {
    /// A Monday midnight.
    private static let standardStart = Timestamp(milliseconds: 1_767_571_200_000)
    private static let durationMax: Int64 = 366 * 86_400_000

    /// - Parameters:
    ///   - text: The document.
    ///   - file: Where it was read: names the scenario, and relative paths begin there.
    /// - Throws: `ProfileError` with the line and the key that are wrong.
    public init(text: String, file: String) throws(ProfileError) {
        let document = try TOMLDocument(text, file: file)
        do {
            try self.init(
                DocumentReader(file: file, path: "", value: document.value),
                text: text
            )
        } catch {
            throw document.placed(error)
        }
    }

    private init(_ reader: DocumentReader, text: String) throws(ProfileError) {
        let members = try reader.members(
            required: ["title", "rules", "duration", "thresholds"],
            optional: [
                "about", "seed", "start", "market", "tape", "shocks", "bots", "changes", "faults",
                "bankruptcy", "peg",
            ]
        )
        self.text = text
        name = URL(filePath: reader.file).deletingPathExtension().lastPathComponent
        title = try Profile.member("title", of: members).text()
        about = try members["about"]?.text() ?? ""
        rules = try ProfileOverlay.rules(from: Profile.member("rules", of: members))
        seed = try members["seed"]?.whole(as: UInt64.self) ?? 1
        start = try members["start"]?.timestamp() ?? Self.standardStart
        let length = try Profile.member("duration", of: members)
        duration = try length.milliseconds()
        guard (1...Self.durationMax).contains(duration) else {
            throw length.fail("a scenario lasts a millisecond to a year")
        }
        let end = start.advanced(byMilliseconds: duration)
        if let given = members["start"], start < .zero || end > Engine.timeMax {
            throw given.fail("a scenario is played between the years 1970 and 9999")
        }
        market = try Self.market(members, name: name, rules: &rules, in: reader)
        script = ScenarioScript(
            name: name,
            bots: try Self.bots(members["bots"], rules),
            changes: try Self.changes(members["changes"], rules),
            faults: FaultPlan(seed: seed, faults: try Self.faults(members["faults"], rules))
        )
        bankruptcy = try members["bankruptcy"].map { reader throws(ProfileError) in
            try BankruptcyTerms(reader)
        }
        peg = try members["peg"]?.fixed(as: Rate.self)
        thresholds = []
        let known = RunMetrics.names(of: self)
        for (metric, entry) in try Profile.member("thresholds", of: members).entries() {
            guard known.contains(metric) else {
                let nearest = NearestName.of(metric, among: known)
                throw entry.fail(
                    "nothing of that name is measured"
                        + (nearest.map { ", did you mean \($0)?" } ?? "")
                        + " A run prints every name there is"
                )
            }
            if case .list = entry.value {
                for element in try entry.elements() {
                    thresholds.append(try Threshold(metric: metric, element))
                }
            } else {
                thresholds.append(try Threshold(metric: metric, entry))
            }
        }
    }

    // MARK: The market

    private static func market(
        _ members: [String: DocumentReader],
        name: String,
        rules: inout VenueRules,
        in reader: DocumentReader
    ) throws(ProfileError) -> MarketChoice {
        guard let tape = members["tape"] else {
            let composition = try CompositionReader.composition(
                members["market"],
                shocks: members["shocks"],
                name: name,
                rules: rules
            )
            return .simulated(composition)
        }
        if let other = members["market"] ?? members["shocks"] {
            throw other.fail("a recorded market moves as it was recorded")
        }
        return try recorded(tape, rules: &rules)
    }

    private static func recorded(
        _ reader: DocumentReader,
        rules: inout VenueRules
    ) throws(ProfileError) -> MarketChoice {
        let members = try reader.members(required: ["file", "symbol"], optional: ["funding"])
        let symbolReader = try Profile.member("symbol", of: members)
        let symbol = try symbolReader.symbol()
        rules.instruments.removeAll { $0.contract.symbol != symbol }
        guard !rules.instruments.isEmpty else {
            throw symbolReader.fail("the rules have no instrument \(symbol)")
        }
        var tape = try read(Profile.member("file", of: members)) { path throws(TapeError) in
            try MarketTape.read(path: path)
        }
        if let funding = members["funding"] {
            tape.companions.funding = try read(funding) { path throws(TapeError) in
                try FundingTape.read(path: path)
            }
        }
        return .tape(tape, symbol: symbol, shift: 0)
    }

    /// Reads a recording whose path is counted from the scenario's folder.
    private static func read<Recording>(
        _ reader: DocumentReader,
        _ read: (String) throws(TapeError) -> Recording
    ) throws(ProfileError) -> Recording {
        let folder = URL(filePath: reader.file).deletingLastPathComponent()
        let path = URL(filePath: try reader.text(), relativeTo: folder).standardizedFileURL.path
        guard FileManager.default.fileExists(atPath: path) else {
            throw ProfileError(
                kind: .notFound,
                file: reader.file,
                path: reader.path,
                reason: "the recording \(path) is not there"
            )
        }
        do {
            return try read(path)
        } catch {
            throw reader.fail(error.description)
        }
    }

    // MARK: What happens beside it

    private static func changes(
        _ reader: DocumentReader?,
        _ rules: VenueRules
    ) throws(ProfileError) -> [ScenarioScript.Change] {
        guard let reader else { return [] }
        var changes: [ScenarioScript.Change] = []
        for element in try reader.elements() {
            let members = try element.members(
                required: ["after", "instrument"],
                optional: ["fundingHours", "fundingCap", "liquidationFee"]
            )
            let after = try Profile.member("after", of: members).milliseconds()
            let id = try rules.instrument(Profile.member("instrument", of: members))
            let terms = rules.instruments[id.index]
            if members["fundingHours"] != nil || members["fundingCap"] != nil {
                var funding = terms.funding
                if let hours = members["fundingHours"] {
                    funding.intervalMilliseconds =
                        Int64(try hours.whole(as: UInt8.self)) * 3_600_000
                }
                if let cap = members["fundingCap"] { funding.cap = try cap.fixed(as: Rate.self) }
                changes.append(.init(after: after, change: .setFunding(id, funding)))
            }
            if let fee = members["liquidationFee"] {
                var fees = terms.fees
                fees.liquidation = try fee.fixed(as: Rate.self)
                changes.append(.init(after: after, change: .setFees(id, fees)))
            }
            guard members.count > 2 else { throw element.fail("nothing is changed") }
        }
        return changes
    }

    private static func faults(
        _ reader: DocumentReader?,
        _ rules: VenueRules
    ) throws(ProfileError) -> [Fault] {
        guard let reader else { return [] }
        var faults: [Fault] = []
        for element in try reader.elements() { faults.append(try fault(element, rules)) }
        return faults
    }

    private static func fault(
        _ reader: DocumentReader,
        _ rules: VenueRules
    ) throws(ProfileError) -> Fault {
        let members = try reader.members(
            required: ["kind"],
            optional: FaultFields.names.filter { $0 != "kind" }
        )
        var fields = FaultFields(kind: try Profile.member("kind", of: members).text())
        fields.milliseconds = try members["milliseconds"]?.whole(as: Int64.self)
        fields.carriedOut = try members["carriedOut"]?.fixed(as: Rate.self)
        fields.factor = try members["factor"]?.fixed(as: Rate.self)
        fields.source = try members["source"]?.whole(as: Int.self)
        fields.ways = try members["ways"]?.texts()
        fields.requests = try members["requests"]?.texts()
        fields.account = try members["account"]?.whole(as: UInt32.self)
            .asAccount
        fields.symbol = try members["symbol"]?.symbol()
        if let symbol = members["symbol"] { _ = try rules.instrument(symbol) }
        fields.after = try members["after"]?.milliseconds()
        fields.lasts = try members["lasts"]?.milliseconds()
        fields.chance = try members["chance"]?.fixed(as: Rate.self)
        fields.perVolatility = try members["perVolatility"]?.fixed(as: Rate.self)
        fields.perLiquidation = try members["perLiquidation"]?.fixed(as: Rate.self)
        fields.episode = try members["episode"]?.milliseconds()
        do {
            return try fields.fault()
        } catch {
            throw (members[error.member] ?? reader).fail(error.reason)
        }
    }
}

extension BankruptcyTerms {
    init(_ reader: DocumentReader) throws(ProfileError) {
        let members = try reader.members(
            required: ["hole", "years"],
            optional: ["costs", "discount", "appreciation"]
        )
        func share(_ name: String) throws(ProfileError) -> Rate {
            guard let member = members[name] else { return .zero }
            let share = try member.fixed(as: Rate.self)
            guard share <= .one else { throw member.fail("a share is between 0 and 1") }
            return share
        }
        let years = try Profile.member("years", of: members)
        self.init(
            hole: try share("hole"),
            costs: try share("costs"),
            years: try years.whole(as: Int.self),
            discount: try share("discount"),
            appreciation: try members["appreciation"]?.fixed(as: Rate.self) ?? .one
        )
        guard (0...100).contains(self.years) else {
            throw years.fail("claims are paid within a hundred years")
        }
        guard appreciation > .zero else {
            throw (members["appreciation"] ?? reader).fail("a coin costs more than nothing")
        }
    }
}

extension UInt32 {
    fileprivate var asAccount: AccountID { AccountID(rawValue: self) }
}

extension VenueRules {
    /// The instrument that a text names.
    func instrument(_ reader: DocumentReader) throws(ProfileError) -> InstrumentID {
        let symbol = try reader.symbol()
        guard let index = instruments.firstIndex(where: { $0.contract.symbol == symbol }) else {
            let names = instruments.map(\.contract.symbol.description).joined(separator: ", ")
            throw reader.fail("the rules have no instrument \(symbol), only \(names)")
        }
        return InstrumentID(rawValue: UInt16(index))
    }
}

extension DocumentReader {
    func texts() throws(ProfileError) -> [String] {
        var texts: [String] = []
        for element in try elements() { texts.append(try element.text()) }
        return texts
    }

    /// An instant, as in `2025-10-10T20:00:00Z`.
    func timestamp() throws(ProfileError) -> Timestamp {
        guard let date = try? Date(try text(), strategy: .iso8601) else {
            throw fail("an instant is written as in 2025-10-10T20:00:00Z")
        }
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    }
}
