public import PlimsollModel

/// Why a profile cannot be a venue's rules.
public struct ProfileError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// There is no such profile.
        case notFound
        /// The file cannot be read or is not a profile.
        case malformed
        /// The file is a profile whose rules no venue could follow.
        case impossible(RulesError)
    }

    public var kind: Kind
    /// The file or name that was asked for.
    public var file: String
    /// Inside the file, as in `instruments[2].tiers`; empty where it is the file itself.
    public var path: String
    /// A sentence without its full stop.
    public var reason: String

    public init(kind: Kind, file: String, path: String = "", reason: String) {
        self.kind = kind
        self.file = file
        self.path = path
        self.reason = reason
    }

    public var description: String {
        path.isEmpty ? "\(file): \(reason)" : "\(file): \(path): \(reason)"
    }
}

extension RulesError {
    /// What is impossible about `rules`, in words.
    public func sentence(about rules: InstrumentRules) -> String {
        let contract = rules.contract
        return switch self {
        case .tickOrStepNotPositive:
            "tick size and step size are greater than zero"
        case .limitsOutOfOrder:
            "a smallest price or quantity is greater than zero and below its largest, and the "
                + "largest market order lies between the smallest and the largest order"
        case .limitsOffGrid:
            "price limits are multiples of the tick \(contract.tickSize), quantity limits of the "
                + "step \(contract.stepSize)"
        case .tooManyTicks:
            "\(rules.limits.priceMax) is more than 2^28 ticks of \(contract.tickSize): a price "
                + "ladder has no room for it"
        case .orderTooLarge:
            "the largest order at the largest price is worth more than "
                + "\(InstrumentRules.notionalMax)"
        case .negativeFee:
            "a fee is a rate from 0 up to but not including 1"
        case .intervalNotPositive:
            "an interval is longer than zero, that of funding at least a minute"
        case .sampleCountOutOfRange:
            "a mark price averages 1 to 60 samples"
        case .noTiers:
            "an instrument has at least one margin tier"
        case .tooManyTiers:
            "an instrument has at most \(InstrumentRules.tierCountMax) margin tiers"
        case .firstFloorNotZero:
            "the first margin tier starts at zero"
        case .gapBetweenTiers:
            "each margin tier starts where the one before it ends"
        case .tierNotRising:
            "from tier to tier the notional and the maintenance rate rise and the leverage does "
                + "not, within 0 to 1 and a notional of \(InstrumentRules.notionalMax)"
        case .wrongDeduction:
            "the deduction of a tier is that of the one before it plus floor × (rate − rate "
                + "before), and zero for the first: otherwise maintenance margin would jump; or no "
                + "tier has one"
        case .leverageOutOfRange:
            "a tier offers a leverage of 1 or more"
        case .initialMarginTooSmall:
            Self.bornLiquidatable(rules)
        case .defaultLeverageNotOffered:
            "the initial leverage of \(rules.leverageDefault)x is not offered by the first tier"
        case .fundingOutOfRange:
            "interest, clamp and cap of the funding are rates below 1, clamp, cap and impact notional "
                + "are not negative, and an interval is at most a leap year"
        case .indexOutOfRange:
            "the deviation allowed to an index source is a rate from 0 up to but not including 1, its "
                + "silence 0 or more milliseconds and at most a leap year"
        case .noIndexSource:
            "an index has at least one source with a weight"
        case .bandOutOfRange:
            "a price band is a rate between 0 and 1"
        case .liquidationOutOfRange:
            "a step of a liquidation is a share from 0.01 to 1, and the takeover ratio a rate from -1 "
                + "to 1,000"
        case .multiplierOutOfRange:
            "a contract is worth more than nothing and at most 1,000,000 quote units"
        }
    }

    private static func bornLiquidatable(_ rules: InstrumentRules) -> String {
        let fees = rules.fees.taker + rules.fees.taker
        let offender = rules.tiers.first { tier in
            let burden = tier.maintenanceRate + fees
            return burden.units * Int64(tier.leverageMax) >= Rate.unitsPerOne
        }
        guard let tier = offender else { return "the initial margin is too small" }
        let leverage = tier.leverageMax
        let burden = tier.maintenanceRate + fees
        let initial = Rate(
            units: Int64(
                divide(Int128(Rate.unitsPerOne), by: Int128(leverage), rounding: .halfUp)
            )
        )
        return "\(leverage)x asks for an initial margin of \(initial.percent), but maintenance "
            + "(\(tier.maintenanceRate.percent)) and the taker fee in and out "
            + "(\(fees.percent)) already take \(burden.percent): a position would be liquidated "
            + "as it opens"
    }
}

extension Rate {
    /// The rate in percent, as in `0.05 %`.
    public var percent: String {
        DecimalText.string(units: Int128(units) * 100, scale: Self.scale) + " %"
    }
}
