import PlimsollModel

/// Terms of an order that must go together before anything else is asked.
///
/// Spec: ORD-041, ORD-042.
extension Engine {
    /// A date closer than this is refused: an order for less has other times in force.
    private static let dateNoticeMin: Int64 = 600_000
    /// The year 2100 begins.
    private static let dateMax = Timestamp(milliseconds: 4_102_444_800_000)

    /// Whether an order has a date where it needs one, and far enough ahead.
    func checkDate(
        _ date: Timestamp,
        _ timeInForce: TimeInForce,
        isReleased: Bool = false
    ) throws(EngineRefusal) {
        guard (timeInForce == .goodTillDate) == (date != .zero), date <= Self.dateMax else {
            throw EngineRefusal(.goodTillDateContradictory)
        }
        guard timeInForce == .goodTillDate else { return }
        let notice = isReleased ? 0 : Self.dateNoticeMin
        guard date > time.advanced(byMilliseconds: notice) else {
            throw EngineRefusal(.goodTillDateTooSoon)
        }
    }

    /// Only a limit order without a price of its own takes one from the book.
    func checkPriceMatch(
        _ match: PriceMatch,
        _ price: Price,
        _ type: OrderType
    ) throws(EngineRefusal) {
        guard match == .none || (type == .limit && price.isZero) else {
            throw EngineRefusal(.priceMatchContradictory)
        }
    }

    /// The price of the level that a mode names; whose orders stand there does not matter.
    func matchedPrice(
        _ match: PriceMatch,
        _ side: Side,
        _ id: InstrumentID
    ) throws(EngineRefusal) -> Price {
        let ladder = match.isOpponent ? side.opposite : side
        var tick = books[id.index].best(ladder) ?? -1
        var level = 1
        while tick >= 0, level < match.level {
            tick = books[id.index].next(ladder, after: tick)
            level += 1
        }
        guard tick >= 0 else { throw EngineRefusal(.noPriceToMatch) }
        return instruments[id.index].price(at: tick)
    }
}
