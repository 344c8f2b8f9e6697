import PlimsollModel

/// Within which numbers a market can be made: far beyond any, and far from overflow.
enum TermBounds {
    static let countMax = 100_000
    static let perMinuteMax = 60_000
    static let horizonSecondsMax = 7 * 86_400
    static let minutesMax = 366 * 1_440
    static let amountMax = Amount(1_000_000_000_000)
    /// Others of the same trader are a few hundred times as large, and a price counts to 92 thousand
    /// million.
    static let orderMax = Amount(100_000_000)

    static func fault(_ name: String, _ amount: Amount) -> String? {
        guard amount <= .zero || amount > amountMax else { return nil }
        return "\(name) is not above 0 and at most a trillion"
    }

    static func fault(_ name: String, _ share: Rate) -> String? {
        guard share < .zero || share > .one else { return nil }
        return "\(name) is not between 0 and 1"
    }

    static func fault(ofOrder size: Amount, of whom: String) -> String? {
        guard size <= .zero || size > orderMax else { return nil }
        return "the order size of \(whom) is not above 0 and at most 100 million"
    }

    /// Who has nothing watches.
    static func fault(ofDeposit deposit: Amount, of whom: String) -> String? {
        guard deposit < .zero || deposit > amountMax else { return nil }
        return "the deposit of \(whom) is not between 0 and a trillion"
    }

    /// Of who trades by a moving average.
    static func fault(
        of whom: String,
        _ deposit: Amount,
        _ orderSize: Amount,
        _ horizonSeconds: Choices<Int>,
        _ threshold: Rate
    ) -> String? {
        guard horizonSeconds.isDrawable else { return "a distribution of \(whom) has no weight" }
        let horizons = horizonSeconds.choices.map(\.value)
        if horizons.contains(where: { !(1...horizonSecondsMax).contains($0) }) {
            return "a horizon of \(whom) is not between a second and a week"
        }
        return fault(ofDeposit: deposit, of: whom) ?? fault(ofOrder: orderSize, of: whom)
            ?? fault("the threshold of \(whom)", threshold)
    }
}
