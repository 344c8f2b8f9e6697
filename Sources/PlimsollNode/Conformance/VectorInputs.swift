import Foundation
import PlimsollEngine
import PlimsollModel

/// Why a vector cannot be computed.
enum ConformanceProblem: Error, Equatable {
    /// The formula refuses: what a vector with `"reject"` expects.
    case refused
    case missing(String)
    case unreadable(String)
    /// The input is larger than the venue's numbers.
    case outOfRange(String)

    var sentence: String {
        switch self {
        case .refused: "refused"
        case .missing(let name): "the input \(name) is missing"
        case .unreadable(let name): "the input \(name) is not of the kind that the formula reads"
        case .outOfRange(let name): "the input \(name) is beyond what the venue's numbers hold"
        }
    }
}

/// The named inputs of a vector, as the venue's own numbers.
///
/// An input with more decimals than its type keeps is rounded half-up; whether that is close enough is
/// for the tolerance to say.
struct VectorInputs {
    // A venue's numbers are bounded at its doors, and its formulas rely on it.
    fileprivate static let priceMax = 10_000_000_000
    static let quantityMax = 10_000_000_000
    private static let amountMax = Amount(100_000_000_000_000)
    private static let countMax: Int128 = 100_000_000_000_000_000

    let values: [String: JSONValue]

    /// Whether an input is there and not null.
    func has(_ name: String) -> Bool {
        guard let value = values[name] else { return false }
        return value != .null
    }

    func exact(_ name: String) throws(ConformanceProblem) -> ExactNumber {
        guard let value = values[name], value != .null else { throw .missing(name) }
        guard let number = value.exact else { throw .unreadable(name) }
        return number
    }

    func text(_ name: String) throws(ConformanceProblem) -> String {
        guard let value = values[name], value != .null else { throw .missing(name) }
        guard case .text(let text) = value else { throw .unreadable(name) }
        return text
    }

    /// `long` and `buy` alike are the buying side.
    func side(_ name: String = "side") throws(ConformanceProblem) -> Side {
        switch try text(name) {
        case "long", "buy": .buy
        case "short", "sell": .sell
        default: throw .unreadable(name)
        }
    }

    /// Refuses the short of a formula that exists for longs only; no side at all is a long.
    func requireLong() throws(ConformanceProblem) {
        guard has("side") else { return }
        guard try side() == .buy else { throw .refused }
    }

    func price(_ name: String) throws(ConformanceProblem) -> Price {
        Price(units: try narrow(exact(name), name, max: Self.priceMax))
    }

    func quantity(_ name: String) throws(ConformanceProblem) -> Quantity {
        Quantity(units: try narrow(exact(name), name, max: Self.quantityMax))
    }

    /// A factor of at most a hundred either way, or another limit.
    func rate(_ name: String, max limit: Int = 100) throws(ConformanceProblem) -> Rate {
        Rate(units: try narrow(exact(name), name, max: limit))
    }

    func amount(_ name: String) throws(ConformanceProblem) -> Amount {
        try amount(exact(name), name)
    }

    func amount(_ name: String, default value: Amount) throws(ConformanceProblem) -> Amount {
        has(name) ? try amount(name) : value
    }

    /// An exact number as money.
    func amount(_ number: ExactNumber, _ name: String) throws(ConformanceProblem) -> Amount {
        guard let units = number.units(scale: Amount.scale), abs(units) <= Self.amountMax.units
        else { throw .outOfRange(name) }
        return Amount(units: units)
    }

    func leverage(_ name: String = "leverage") throws(ConformanceProblem) -> UInt16 {
        let number = try exact(name)
        guard let units = number.units(scale: 0), let leverage = UInt16(exactly: units),
            leverage > 0, ExactNumber(units: units, scale: 0) == number
        else { throw .unreadable(name) }
        return leverage
    }

    func whole(_ name: String) throws(ConformanceProblem) -> Int64 {
        guard let units = try exact(name).units(scale: 0, rounding: .down),
            let whole = Int64(exactly: units)
        else { throw .outOfRange(name) }
        return whole
    }

    /// A whole number of 10⁻ˢᶜᵃˡᵉ, cut off, as venues count that know no fractions.
    func count(_ name: String, scale: Int = 0) throws(ConformanceProblem) -> Int64 {
        guard let units = try exact(name).units(scale: scale, rounding: .down),
            abs(units) <= Self.countMax, let count = Int64(exactly: units)
        else { throw .outOfRange(name) }
        return count
    }

    /// A count that something is divided by; zero and less are refused.
    func positiveCount(_ name: String) throws(ConformanceProblem) -> Int64 {
        let count = try count(name)
        guard count > 0 else { throw .refused }
        return count
    }

    func optionalRate(_ name: String) throws(ConformanceProblem) -> Rate? {
        has(name) ? try rate(name) : nil
    }

    /// A moment in UTC, as in `2021-09-01T00:00:14Z`.
    func time(_ name: String) throws(ConformanceProblem) -> Timestamp {
        guard let date = try? Date(text(name), strategy: .iso8601) else {
            throw .unreadable(name)
        }
        return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    func list(_ name: String) throws(ConformanceProblem) -> [JSONValue] {
        guard let value = values[name], value != .null else { throw .missing(name) }
        guard case .list(let list) = value else { throw .unreadable(name) }
        return list
    }

    /// A list of objects, each with inputs of its own.
    func rows(_ name: String) throws(ConformanceProblem) -> [VectorInputs] {
        var rows: [VectorInputs] = []
        for element in try list(name) {
            guard case .object(let values) = element else { throw .unreadable(name) }
            rows.append(VectorInputs(values: values))
        }
        return rows
    }

    /// A list of pairs, as inputs named `first` and `second`.
    func pairs(_ name: String) throws(ConformanceProblem) -> [VectorInputs] {
        var pairs: [VectorInputs] = []
        for element in try list(name) {
            guard case .list(let pair) = element, pair.count == 2 else { throw .unreadable(name) }
            pairs.append(VectorInputs(values: ["first": pair[0], "second": pair[1]]))
        }
        return pairs
    }

    fileprivate func narrow(
        _ number: ExactNumber,
        _ name: String,
        max limit: Int
    ) throws(ConformanceProblem) -> Int64 {
        guard let units = number.units(scale: Price.scale), let narrow = Int64(exactly: units),
            abs(units) <= Int128(limit) * Int128(Price.unitsPerOne)
        else { throw .outOfRange(name) }
        return narrow
    }
}

extension VectorInputs {
    /// A position of `qty` on `side` at `entry_price`, whose value is kept exactly.
    func position() throws(ConformanceProblem) -> (quantity: Quantity, entryValue: Amount) {
        let size = try quantity("qty")
        guard size > .zero else { throw .refused }
        let quantity = try side() == .buy ? size : -size
        let value = try ExactNumber(quantity) * exact("entry_price")
        return (quantity, try amount(value, "entry_price"))
    }

    /// A magnitude of money; a negative one is refused.
    func notional() throws(ConformanceProblem) -> Amount {
        let notional = try amount("notional")
        guard notional >= .zero else { throw .refused }
        return notional
    }

    /// A price that something is divided by; zero and less are refused.
    func positivePrice(_ name: String) throws(ConformanceProblem) -> Price {
        try positivePrice(exact(name), name)
    }

    /// An exact number as a price that something is divided by.
    func positivePrice(
        _ number: ExactNumber,
        _ name: String
    ) throws(ConformanceProblem) -> Price {
        let price = Price(units: try narrow(number, name, max: Self.priceMax))
        guard price > .zero else { throw .refused }
        return price
    }

    /// The tiers of the list `name`, where a missing deduction counts as zero.
    func tiers(_ name: String = "tiers") throws(ConformanceProblem) -> [MarginTier] {
        var tiers: [MarginTier] = []
        for row in try rows(name) {
            tiers.append(
                MarginTier(
                    notionalFloor: try row.amount("floor"),
                    notionalCap: try row.amount("cap", default: InstrumentRules.notionalMax),
                    leverageMax: row.has("max_leverage") ? try row.leverage("max_leverage") : 1,
                    maintenanceRate: try row.rate("mmr"),
                    deduction: try row.amount("maint_amount", default: .zero)
                )
            )
        }
        guard !tiers.isEmpty else { throw .missing(name) }
        return tiers
    }

    /// The one tier that `mmr` and `maint_amount` spell out.
    func singleTier() throws(ConformanceProblem) -> [MarginTier] {
        [
            MarginTier(
                notionalFloor: .zero,
                notionalCap: InstrumentRules.notionalMax,
                leverageMax: 1,
                maintenanceRate: try rate("mmr"),
                deduction: try amount("maint_amount", default: .zero)
            )
        ]
    }
}

extension JSONValue {
    /// The number that a text or a whole number stands for.
    var exact: ExactNumber? {
        switch self {
        case .text(let text): ExactNumber(decimal: text)
        case .integer(let integer): ExactNumber(units: Int128(integer), scale: 0)
        default: nil
        }
    }
}
