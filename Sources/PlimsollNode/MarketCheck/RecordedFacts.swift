/// What the recordings of `../shared/data` say, as ranges that a market should fall into.
///
/// Measured once, by hand; the figures beside each range are what was found. The ranges are chosen and
/// wider than that, since a day is no month and small coins trade wider than the largest.
public enum RecordedFacts {
    public static let candles = "minutes of BTC, ETH, SOL and LAYER, May 2025"
    public static let book = "best prices of BTC, six minutes of August 2024"
    public static let funding = "funding and hours of AVAX, 2020 to 2026"

    /// Recorded: 0.00053 to 0.0021.
    public static let minuteDeviation = 0.00035...0.0032
    /// Recorded: 9.6 to 36.7.
    public static let minuteKurtosis = 5.0...55.0
    /// Recorded: 4.8 to 14.8.
    public static let hourKurtosis = 3.0...25.0
    /// Recorded: −0.017 to 0.008.
    public static let autocorrelation = -0.04...0.04
    /// Recorded: 0.22 to 0.38, 0.15 to 0.31, 0.10 to 0.27.
    public static let clustering = [0.15...0.50, 0.08...0.45, 0.03...0.40]
    /// Recorded: one tick, 0.0000016; small coins trade wider.
    public static let spread = 0.000_001...0.000_2
    /// Recorded: 0.000049.
    public static let wideSpread = 0.000_002...0.000_6
    /// Recorded: 0.09 with the move of the eight hours before.
    public static let fundingCorrelation = 0.05...1.0
}
