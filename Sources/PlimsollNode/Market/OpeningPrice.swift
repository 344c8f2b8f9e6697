internal import PlimsollAgents
internal import PlimsollModel

/// Where a simulated market begins.
enum OpeningPrice {
    /// Instruments that a simulated market trades where none are named: the first of the profile.
    ///
    /// What each takes of commands a second is kept.
    static let instrumentCountMax = 6

    // Round numbers of the size that these had in 2025, so that sizes and ticks look familiar.
    private static let known: [(base: String, price: Price)] = [
        ("BTC", Price(100_000)), ("XBT", Price(100_000)), ("ETH", Price(4_000)),
        ("BNB", Price(800)), ("SOL", Price(200)), ("XRP", Price(3)),
        ("DOGE", Price(units: 25_000_000)), ("ADA", Price(1)), ("LINK", Price(20)),
        ("LTC", Price(100)), ("AVAX", Price(30)), ("AAVE", Price(300)),
    ]
    // A symbol is a base asset and one of these.
    private static let quotes = ["USDT", "USDC", "USD"]

    /// What the composition says, or what the instrument is known for.
    static func price(of rules: InstrumentRules, in composition: MarketComposition) -> Price {
        let named = composition.instruments.first { $0.symbol == rules.contract.symbol }
        return price(of: rules, wished: named?.startPrice)
    }

    /// A price that the instrument's rules allow.
    static func price(of rules: InstrumentRules, wished: Price? = nil) -> Price {
        let name = rules.contract.symbol.description
        let wished =
            wished ?? known.first { coin in quotes.contains { coin.base + $0 == name } }?.price
            ?? Price(100)
        let tick = rules.contract.tickSize
        // A thousand ticks leave room for a spread and a ladder.
        let least = max(rules.limits.priceMin, Price(units: tick.units.clampedProduct(1_000)))
        let bounded = min(max(wished, least), rules.limits.priceMax)
        return Price(units: bounded.units / tick.units * tick.units)
    }
}

extension Int64 {
    fileprivate func clampedProduct(_ factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
