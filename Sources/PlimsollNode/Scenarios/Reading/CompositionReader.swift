internal import Foundation
internal import PlimsollAgents
internal import PlimsollModel

/// Reads who trades in a scenario: the standard market with the members that the file changes.
///
/// The members and their kinds are those of the standard market's own encoding, so that whatever an
/// agent can be told, a scenario can tell it.
enum CompositionReader {
    static func composition(
        _ reader: DocumentReader?,
        shocks: DocumentReader?,
        name: String,
        rules: VenueRules
    ) throws(ProfileError) -> MarketComposition {
        var composition = MarketComposition(name: name)
        var courses: [String: DocumentReader] = [:]
        if let reader {
            composition = try changed(composition, reader)
            if case .object(let members) = reader.value, let instruments = members["instruments"] {
                let entries = try DocumentReader(
                    file: reader.file,
                    path: "\(reader.path).instruments",
                    value: instruments
                ).entries()
                courses = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.entry) })
            }
        }
        for rules in rules.instruments {
            let symbol = rules.contract.symbol
            var instrument = InstrumentCourse(symbol: symbol)
            if let course = courses.removeValue(forKey: symbol.description) {
                let members = try course.members(
                    required: [],
                    optional: ["startPrice", "course"]
                )
                instrument.startPrice = try members["startPrice"]?.fixed(as: Price.self)
                instrument.course = try members["course"].map { reader throws(ProfileError) in
                    try changed(composition.course, reader)
                }
            }
            composition.instruments.append(instrument)
        }
        if let unknown = courses.sorted(by: { $0.key < $1.key }).first {
            throw unknown.value.fail("the rules have no instrument \(unknown.key)")
        }
        composition.shocks = try Self.shocks(shocks, rules)
        if let fault = composition.fault, let reader = reader ?? shocks { throw reader.fail(fault) }
        return composition
    }

    private static func shocks(
        _ reader: DocumentReader?,
        _ rules: VenueRules
    ) throws(ProfileError) -> [PriceShock] {
        guard let reader else { return [] }
        var shocks: [PriceShock] = []
        for element in try reader.elements() {
            let members = try element.members(
                required: ["after", "factor", "over"],
                optional: ["instrument", "recovery", "recoveryOver"]
            )
            if let symbol = members["instrument"] { _ = try rules.instrument(symbol) }
            shocks.append(
                PriceShock(
                    after: try Profile.member("after", of: members).milliseconds(),
                    instrument: try members["instrument"]?.symbol(),
                    factor: try Profile.member("factor", of: members).fixed(as: Rate.self),
                    over: try Profile.member("over", of: members).milliseconds(),
                    recovery: try members["recovery"]?.fixed(as: Rate.self) ?? .zero,
                    recoveryOver: try members["recoveryOver"]?.milliseconds() ?? 0
                )
            )
        }
        return shocks
    }

    // MARK: Laying members over a value

    /// The value with the members that the document gives.
    private static func changed<Value: Codable>(
        _ value: Value,
        _ reader: DocumentReader
    ) throws(ProfileError) -> Value {
        let merged: JSONValue
        do {
            merged = try overlaid(
                JSONValue(parsing: JSONEncoder().encode(value)),
                with: reader
            )
        } catch let error as ProfileError {
            throw error
        } catch {
            throw reader.fail("the standard market cannot be written")
        }
        do {
            return try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(merged))
        } catch {
            throw reader.fail("that is no market: \(error)")
        }
    }

    private static func overlaid(
        _ base: JSONValue,
        with reader: DocumentReader
    ) throws(ProfileError) -> JSONValue {
        switch (base, reader.value) {
        case (.object(let members), .list) where members.keys.elementsEqual(["choices"]):
            return .object(["choices": try choices(members["choices"], reader)])
        case (.object(var members), .object):
            let isMarket = members["leveragedCrowd"] != nil
            var names = members.keys.sorted().filter { !(isMarket && $0 == "shocks") }
            if isMarket { names.append("predator") }
            for (name, member) in try reader.members(required: [], optional: names) {
                switch name {
                // Read by their symbols.
                case "instruments" where isMarket: continue
                case "name" where isMarket:
                    throw member.fail("a scenario's market has the scenario's name")
                case "predator" where isMarket: members[name] = try predator(member)
                case "schedule" where isMarket: members[name] = try schedule(member)
                default:
                    members[name] = try overlaid(members[name] ?? .null, with: member)
                }
            }
            return .object(members)
        case (.text(let text), .text(let given)):
            // Numbers with decimals are texts.
            let isNumber = (try? Amount(parsing: text, allowsSign: true)) != nil
            if isNumber { _ = try reader.signedAmount() }
            return .text(given)
        case (.text, .integer(let given)): return .text("\(given)")
        case (.integer, .integer), (.flag, .flag), (.list, .list): return reader.value
        default: throw reader.fail("\(base.kind) was expected, not \(reader.value.kind)")
        }
    }

    /// A distribution: values alike likely, or each with its weight.
    private static func choices(
        _ base: JSONValue?,
        _ reader: DocumentReader
    ) throws(ProfileError) -> JSONValue {
        guard case .list(let standard)? = base, case .object(let first)? = standard.first,
            let sample = first["value"]
        else { throw reader.fail("a list was expected") }
        var choices: [JSONValue] = []
        for element in try reader.elements() {
            guard case .object = element.value else {
                choices.append(
                    .object(["value": try overlaid(sample, with: element), "weight": .integer(1)])
                )
                continue
            }
            let members = try element.members(required: ["value", "weight"])
            choices.append(
                .object([
                    "value": try overlaid(sample, with: Profile.member("value", of: members)),
                    "weight": .integer(
                        try Profile.member("weight", of: members).whole(as: Int64.self)
                    ),
                ])
            )
        }
        return .list(choices)
    }

    private static func predator(_ reader: DocumentReader) throws(ProfileError) -> JSONValue {
        let terms = try changed(PredatorTerms(), reader)
        return try encoded(terms, reader)
    }

    private static func schedule(_ reader: DocumentReader) throws(ProfileError) -> JSONValue {
        switch try reader.text() {
        case "standard": return try encoded(LiquiditySchedule.standard, reader)
        case "flat": return try encoded(LiquiditySchedule.flat, reader)
        default: throw reader.fail("a schedule is standard or flat")
        }
    }

    private static func encoded(
        _ value: some Encodable,
        _ reader: DocumentReader
    ) throws(ProfileError) -> JSONValue {
        guard let bytes = try? JSONEncoder().encode(value),
            let document = try? JSONValue(parsing: bytes)
        else { throw reader.fail("the standard market cannot be written") }
        return document
    }
}
