import ArgumentParser
import PlimsollModel
import PlimsollNode

/// Reads the numbers of the command line; none of them passes through floating point.
enum NumberArgument {
    @Sendable
    static func price(_ text: String) throws -> Price {
        let price: Price = try fixed(text)
        guard price > .zero else { throw ValidationError("A price is greater than zero.") }
        return price
    }

    @Sendable
    static func quantity(_ text: String) throws -> Quantity {
        let quantity: Quantity = try fixed(text)
        guard quantity > .zero else { throw ValidationError("A quantity is greater than zero.") }
        return quantity
    }

    /// A rate, either as a fraction or in percent: `0.01` and `1%` are the same.
    @Sendable
    static func rate(_ text: String) throws -> Rate {
        guard text.hasSuffix("%") else { return try fixed(text) }
        let percent: Rate = try fixed(
            String(text.dropLast()).trimmingSuffix(while: { $0 == " " })
        )
        return Rate(units: Int64(divide(Int128(percent.units), by: 100, rounding: .halfUp)))
    }

    @Sendable
    static func amount(_ text: String) throws -> Amount {
        do {
            let amount = try Amount(parsing: text)
            guard amount > .zero else {
                throw ValidationError("An amount is greater than zero.")
            }
            guard amount <= InstrumentRules.notionalMax else {
                throw ValidationError("\(text) is larger than any venue's money.")
            }
            return amount
        } catch let error as DecimalError {
            throw ValidationError("\(text): \(error.sentence).")
        }
    }

    @Sendable
    static func leverage(_ text: String) throws -> UInt16 {
        let digits = text.hasSuffix("x") ? String(text.dropLast()) : text
        guard let leverage = UInt16(digits), leverage >= 1 else {
            throw ValidationError("A leverage is a whole number from 1 on, such as 10 or 10x.")
        }
        return leverage
    }

    /// Bytes: `500MB` or `4GB`, with steps of a thousand; `all` is without a limit.
    @Sendable
    static func size(_ text: String) throws -> Int {
        if text == "all" { return .max }
        let units = [("MB", 1_000_000), ("GB", 1_000_000_000)]
        guard let (suffix, unit) = units.first(where: { text.hasSuffix($0.0) }),
            let number = Int(text.dropLast(suffix.count)), number > 0,
            case (let size, false) = number.multipliedReportingOverflow(by: unit)
        else { throw ValidationError("\(text) is no size; write 500MB, 4GB or all.") }
        return size
    }

    @Sendable
    static func symbol(_ text: String) throws -> Symbol {
        guard let symbol = Symbol(text) else {
            throw ValidationError("A symbol is capital letters and digits, such as BTCUSDT.")
        }
        return symbol
    }

    private static func fixed<Number: FixedPoint>(_ text: String) throws -> Number {
        do {
            return try Number(parsing: text)
        } catch {
            throw ValidationError("\(text): \(error.sentence).")
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
