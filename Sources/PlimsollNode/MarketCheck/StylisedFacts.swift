/// What returns of one-minute prices look like in every liquid market.
public struct StylisedFacts: Sendable {
    /// Standard deviation of a minute's return.
    public var minuteDeviation: Double
    /// Three for a bell curve; more is a fat tail.
    public var minuteKurtosis: Double
    /// Of returns: near zero where the past says nothing about the direction.
    public var autocorrelation: Double
    /// Of their magnitudes, one, ten and sixty minutes apart: wild times come in clusters.
    public var clustering: [Double]

    public static let clusteringLags = [1, 10, 60]

    /// - Parameter closes: A price for each minute.
    public init(closes: [Double]) {
        let returns = Series.returns(of: closes)
        minuteDeviation = returns.deviation
        minuteKurtosis = returns.kurtosis
        autocorrelation = returns.autocorrelation(lag: 1)
        let magnitudes = returns.magnitudes
        clustering = Self.clusteringLags.map { magnitudes.autocorrelation(lag: $0) }
    }

    /// Each with what is expected of it.
    var compared: [(property: String, measured: Double, expected: ClosedRange<Double>)] {
        var rows = [
            ("deviation of a minute's return", minuteDeviation, RecordedFacts.minuteDeviation),
            ("kurtosis of a minute's return", minuteKurtosis, RecordedFacts.minuteKurtosis),
            ("autocorrelation of returns", autocorrelation, RecordedFacts.autocorrelation),
        ]
        for (place, lag) in Self.clusteringLags.enumerated() {
            rows.append(
                (
                    "autocorrelation of magnitudes over \(lag) min", clustering[place],
                    RecordedFacts.clustering[place]
                )
            )
        }
        return rows
    }
}
