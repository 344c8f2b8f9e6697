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
/// The interest of the terms is one of eight hours and is scaled to the interval, half-up. Without a
/// cap the rate is still less than the position itself.
///
/// - Parameters:
///   - premium: Average of the interval.
///   - terms: Of the instrument.
/// - Returns: Per interval.
///
/// Spec: FUND-006.
public func fundingRate(premium: Rate, terms: FundingTerms) -> Rate {
    let eightHours: Int128 = 28_800_000
    let interest = divide(
        Int128(terms.interest.units) * Int128(terms.intervalMilliseconds),
        by: eightHours,
        rounding: .halfUp
    )
    let largest = Rate.one - Rate(units: 1)
    return fundingRate(
        premium: premium,
        interest: Rate(units: Int64(interest)),
        clamp: terms.clamp,
        cap: terms.cap.isZero ? largest : terms.cap
    )
}
