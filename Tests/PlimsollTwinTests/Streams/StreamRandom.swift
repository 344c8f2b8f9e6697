/// A small generator for streams: PCG-like, seeded, the same everywhere.
struct StreamRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        for _ in 0..<4 { _ = next() }
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var word = state ^ (state >> 33)
        word = word &* 0xFF51_AFD7_ED55_8CCD
        return word ^ (word >> 29)
    }

    /// From 0 to `bound` − 1.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True once in `count` times.
    mutating func one(in count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }
}
