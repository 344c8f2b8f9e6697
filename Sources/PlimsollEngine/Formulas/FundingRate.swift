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
