internal import Foundation

/// Statistics of a series of numbers.
struct Series: Sendable {
    let values: [Double]
    let mean: Double
    let variance: Double

    init(_ values: [Double]) {
        self.values = values
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        self.mean = mean
        variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    }

    /// Logarithmic returns over so many steps that do not overlap.
    static func returns(of prices: [Double], over steps: Int = 1) -> Series {
        let taken = stride(from: 0, to: prices.count, by: steps).map { prices[$0] }
        return Series(zip(taken.dropFirst(), taken).map { log($0 / $1) })
    }

    var deviation: Double { variance.squareRoot() }

    /// Three for a bell curve.
    var kurtosis: Double {
        guard variance > 0 else { return 0 }
        let fourth = values.reduce(0) { sum, value in
            let square = (value - mean) * (value - mean)
            return sum + square * square
        }
        return fourth / Double(values.count) / (variance * variance)
    }

    func autocorrelation(lag: Int) -> Double {
        guard values.count > lag, variance > 0 else { return 0 }
        var sum = 0.0
        for place in 0..<(values.count - lag) {
            sum += (values[place] - mean) * (values[place + lag] - mean)
        }
        return sum / (variance * Double(values.count))
    }

    var magnitudes: Series { Series(values.map(abs)) }

    func correlation(with other: Series) -> Double {
        guard variance > 0, other.variance > 0 else { return 0 }
        let sum = zip(values, other.values).reduce(0) {
            $0 + ($1.0 - mean) * ($1.1 - other.mean)
        }
        return sum / Double(values.count) / (deviation * other.deviation)
    }

    /// The value that this part of all is below.
    func quantile(_ part: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
    }
}
