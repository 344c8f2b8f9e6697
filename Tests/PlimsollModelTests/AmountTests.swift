import BigInt
import PlimsollModel
import PlimsollTestSupport
import Testing

private let tenToThe16th = BigInt(10).power(16)
private let tenToThe8th = BigInt(10).power(8)

@Suite(.computesForLong) struct `Amounts and fixed-point numbers` {
    /// Spec: NUM-002.
    @Test(arguments: [11, 12] as [UInt64])
    func `a price times a quantity is exact`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let price = Price(units: generator.boundaryHeavyWord())
            let quantity = Quantity(units: generator.boundaryHeavyWord())
            let exact = BigInt(price.units) * BigInt(quantity.units)
            #expect(BigInt(Amount(price, times: quantity).units) == exact, "seed \(seed)")
        }
    }

    @Test(arguments: [13, 14] as [UInt64])
    func `a rate of an amount is rounded once`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let amount = Amount(units: generator.boundaryHeavy() / 1_000)
            let rate = Rate(units: generator.boundaryHeavyWord() % 10_000_000_000)
            let product = BigInt(amount.units) * BigInt(rate.units)
            let down = product / tenToThe8th
            #expect(BigInt(amount.times(rate, rounding: .down).units) == down, "seed \(seed)")
            let isExact = product % tenToThe8th == 0
            let up = isExact ? down : down + (product.sign == .minus ? -1 : 1)
            #expect(BigInt(amount.times(rate, rounding: .up).units) == up, "seed \(seed)")
        }
    }

    @Test(arguments: [15] as [UInt64])
    func `rounding to decimals never moves a number by a whole step`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let amount = Amount(units: generator.boundaryHeavy() / 100)
            for decimals in [0, 2, 8, 15, 16] {
                let step = BigInt(10).power(16 - decimals)
                let exact = BigInt(amount.units)
                let down = BigInt(amount.rounded(toDecimals: decimals, .down).units)
                let nearest = BigInt(amount.rounded(toDecimals: decimals, .halfUp).units)
                #expect(down % step == 0 && nearest % step == 0)
                #expect(
                    down.magnitude <= exact.magnitude && (exact - down).magnitude < step.magnitude
                )
                #expect((exact - nearest).magnitude * 2 <= step.magnitude)
            }
        }
    }

    @Test func `an average price has the sign of neither side`() {
        let long = Amount(Price(3), times: Quantity(2))
        #expect(long.price(per: Quantity(2), rounding: .down) == Price(3))
        #expect((-long).price(per: Quantity(-2), rounding: .down) == Price(3))
        #expect(Amount(10).price(per: Quantity(3), rounding: .down)?.units == 333_333_333)
        #expect(Amount(10).price(per: Quantity(3), rounding: .up)?.units == 333_333_334)
        #expect(Amount(units: .max).price(per: Quantity(units: 1), rounding: .down) == nil)
    }

    @Test(arguments: [16] as [UInt64])
    func `the shares of a whole never exceed it when rounded down`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let whole = Amount(units: abs(generator.boundaryHeavy() / 1_000))
            let parts = (0..<5).map { _ in
                Quantity(units: Int64.random(in: 1...1_000, using: &generator))
            }
            let sum = parts.reduce(Quantity.zero, +)
            let shares = parts.map { whole.share($0, of: sum, rounding: .down) }
            let given = shares.reduce(Amount.zero, +)
            #expect(given <= whole && (whole - given).units < 5, "seed \(seed)")
        }
    }

    @Test func `a band of a price rounds the way it is told`() throws {
        let mark = try Price(parsing: "3.33333333")
        let rate = try Rate(parsing: "1.05")
        #expect(mark.times(rate, rounding: .down).description == "3.49999999")
        #expect(mark.times(rate, rounding: .up).description == "3.5")
    }

    @Test(
        arguments: [
            ("1.2", "0.1", true), ("1.25", "0.1", false), ("0", "0.1", true), ("7", "0", true),
            ("0.00000003", "0.00000002", false),
        ]
    )
    func `a multiple of a step`(number: String, step: String, isMultiple: Bool) throws {
        let quantity = try Quantity(parsing: number)
        #expect(quantity.isMultiple(of: try Quantity(parsing: step)) == isMultiple)
    }

    @Test func `overflow stops the process instead of wrapping`() async {
        await #expect(processExitsWith: .failure) {
            print(Price(units: .max) + Price(units: 1))
        }
        await #expect(processExitsWith: .failure) {
            print(Amount(units: .max) + Amount(units: 1))
        }
    }
}
