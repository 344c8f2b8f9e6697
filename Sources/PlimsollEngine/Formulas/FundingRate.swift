public import PlimsollModel

/// The funding rate that a premium leads to.
///
///     rate = premium + clamp(interest − premium, −clamp … +clamp), within −cap … +cap
///
/// While the premium is close to the interest the rate is the interest itself.
///
/// - Parameters:
///   - premium: Average premium of the interval.
///   - interest: Per interval.
///   - clamp: Half the width of the corridor; not negative.
///   - cap: Largest magnitude of the rate, where there is one.
/// - Returns: Per interval; exact.
///
/// Spec: FUND-010. Vectors: `funding.json` FUNDING_RATE_CLAMP.
public func fundingRate(premium: Rate, interest: Rate, clamp: Rate, cap: Rate? = nil) -> Rate {
    let rate = premium + max(-clamp, min(clamp, interest - premium))
    guard let cap else { return rate }
    return max(-cap, min(cap, rate))
}

/// The rate that a funding interval ends with.
///
///     rate = (premium + clamp(interest − premium, −clamp … +clamp)) × interval ÷ 8 hours,
///            within −cap … +cap
///
/// Premium and interest make a rate of eight hours, whatever the interval: settling twice as often does
/// not charge twice as much. Without a cap the rate is still less than the position itself.
///
/// - Parameters:
///   - premium: Average of the interval.
///   - terms: Of the instrument.
/// - Returns: Per interval, half-up.
///
/// Spec: FUND-006. Source: Binance FAQ 360033525031, [P + clamp(I − P)] ÷ (8 ÷ N); OKX and
/// Hyperliquid the same.
public func fundingRate(premium: Rate, terms: FundingTerms) -> Rate {
    let ofEightHours = fundingRate(
        premium: premium,
        interest: terms.interest,
        clamp: terms.clamp
    )
    let eightHours: Int128 = 28_800_000
    let scaled = divide(
        product(ofEightHours.units, terms.intervalMilliseconds),
        by: eightHours,
        rounding: .halfUp
    )
    let cap = terms.cap.isZero ? Rate.one - Rate(units: 1) : terms.cap
    return max(-cap, min(cap, Rate(units: Int64(scaled))))
}
