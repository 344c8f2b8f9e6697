import BigInt
import PlimsollModel
import PlimsollTestSupport
import Testing

/// The slow twin: the exact quotient, then the rounding as its definition says it.
private func twin(_ value: BigInt, over divisor: BigInt, _ rounding: Rounding) -> BigInt {
    let (quotient, remainder) = value.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
    let carries =
        switch rounding {
        case .down: false
        case .up: remainder > 0
        case .halfUp: remainder * 2 >= divisor.magnitude
        }
    let magnitude = BigInt(quotient + (carries ? 1 : 0))
    return value.sign == .minus ? -magnitude : magnitude
}

private let roundings: [Rounding] = [.down, .up, .halfUp]

@Suite(.computesForLong) struct `Rounding of divisions` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `division agrees with arbitrary precision`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let value = generator.boundaryHeavy()
            let divisor = max(1, abs(generator.boundaryHeavy()))
            for rounding in roundings {
                let exact = twin(BigInt(value), over: BigInt(divisor), rounding)
                #expect(
                    BigInt(divide(value, by: divisor, rounding: rounding)) == exact,
                    "seed \(seed): \(value) ÷ \(divisor) \(rounding)"
                )
            }
        }
    }

    /// Spec: NUM-004.
    @Test(arguments: [4, 5, 6] as [UInt64])
    func `multiply and divide keeps the whole product`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var wideProducts = 0
        for _ in 0..<20_000 {
            let value = generator.boundaryHeavy()
            let factor = generator.boundaryHeavy()
            let divisor = max(1, abs(generator.boundaryHeavy()))
            let product = BigInt(value) * BigInt(factor)
            for rounding in roundings {
                let exact = twin(product, over: BigInt(divisor), rounding)
                guard exact.magnitude <= BigUInt(Int128.max.magnitude) else { continue }
                if product.magnitude > BigUInt(Int128.max.magnitude) { wideProducts += 1 }
                let result = multiplyDivide(value, by: factor, over: divisor, rounding: rounding)
                #expect(
                    BigInt(result) == exact,
                    "seed \(seed): \(value) × \(factor) ÷ \(divisor) \(rounding)"
                )
            }
        }
        #expect(wideProducts > 5_000, "the products beyond 128 bits are what this test is for")
    }

    @Test(
        arguments: [
            (value: 5, rounding: .down, result: 2), (value: 5, rounding: .up, result: 3),
            (value: 5, rounding: .halfUp, result: 3), (value: -5, rounding: .down, result: -2),
            (value: -5, rounding: .up, result: -3), (value: -5, rounding: .halfUp, result: -3),
            (value: 4, rounding: .up, result: 2), (value: -4, rounding: .halfUp, result: -2),
            (value: 1, rounding: .down, result: 0), (value: -1, rounding: .up, result: -1),
        ] as [(value: Int128, rounding: Rounding, result: Int128)]
    )
    func `negative values mirror positive ones`(value: Int128, rounding: Rounding, result: Int128) {
        #expect(divide(value, by: 2, rounding: rounding) == result)
        #expect(multiplyDivide(value, by: 1, over: 2, rounding: rounding) == result)
    }

    @Test func `a quotient beyond 128 bits stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let result = multiplyDivide(.max, by: .max, over: 1, rounding: .down)
            print(result)
        }
    }

    @Test func `a divisor of zero stops the process`() async {
        await #expect(processExitsWith: .failure) {
            print(multiplyDivide(1, by: 1, over: 0, rounding: .down))
        }
        await #expect(processExitsWith: .failure) {
            print(divide(1, by: 0, rounding: .down))
        }
    }
}
