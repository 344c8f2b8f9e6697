public import PlimsollModel

/// From which settlement on a position pays or receives, if the venue charges an entry that comes
/// slightly late.
///
/// A position opened less than `grace` after a full hour still takes part in a settlement of that
/// hour; otherwise the next full hour is the first. The engine itself settles exactly at the boundary;
/// this is for plans and reports about venues that do not.
///
/// - Parameters:
///   - openTime: When the position was entered.
///   - graceMilliseconds: Zero to one minute.
/// - Returns: A full hour.
///
/// Spec: FUND-011. Vectors: `funding.json` FUNDING_SUM.
public func firstFundingTime(openTime: Timestamp, graceMilliseconds: Int64) -> Timestamp {
    let hour: Int64 = 3_600_000
    let late = openTime.milliseconds % hour
    guard late >= max(graceMilliseconds, 1) else {
        return openTime.advanced(byMilliseconds: -late)
    }
    return openTime.advanced(byMilliseconds: hour - late)
}
