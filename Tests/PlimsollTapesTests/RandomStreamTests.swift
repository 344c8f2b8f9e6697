import Testing

@testable import PlimsollAgents

@Suite struct `The random stream` {
    // The expected words were computed with another program, from the authors' description.
    @Test func `is xoshiro256**`() {
        var stream = RandomStream(state: [1, 2, 3, 4])
        let words = (0..<6).map { _ in stream.next() }
        #expect(
            words == [
                11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
                607_988_272_756_665_600,
            ]
        )
    }

    @Test func `is started by splitmix64`() {
        var state: UInt64 = 1_234_567
        let words = (0..<3).map { _ in RandomStream.splitmix(&state) }
        #expect(
            words == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ]
        )
        var stream = RandomStream(seed: 7)
        #expect(stream.next() == 12_923_355_070_828_475_994)
        #expect(stream.next() == 5_142_052_590_334_782_674)
    }

    @Test func `chooses evenly`() {
        var stream = RandomStream(seed: 1)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.below(7)] += 1 }
        #expect(counts.allSatisfy { (9_600...10_400).contains($0) }, "\(counts)")
        #expect(stream.below(1) == 0)
    }

    @Test func `the bell is centred and as wide as it says`() {
        var stream = RandomStream(seed: 2)
        let count: Int64 = 100_000
        let values = (0..<count).map { _ in stream.bell() }
        let mean = values.reduce(0, +) / count
        #expect(abs(mean) < 500)
        let variance = values.reduce(0) { $0 + $1 * $1 / count }
        let expected = RandomStream.bellDeviation * RandomStream.bellDeviation
        #expect(abs(variance - expected) < expected / 50)
    }
}
