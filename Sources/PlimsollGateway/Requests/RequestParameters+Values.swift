import PlimsollModel

// Parameters as values of the venue. Whatever is not exactly such a value is refused with the
// dialect's code, and never rounded to the nearest one.
extension RequestParameters {
    private static let decimalRange = "^([0-9]{1,20})(\\.[0-9]{1,20})?$"

    func symbol(_ name: StaticString = "symbol") throws(DialectError) -> Symbol {
        guard let symbol = Symbol(try required(name)) else { throw .symbolInvalid }
        return symbol
    }

    func optionalSymbol(_ name: StaticString = "symbol") throws(DialectError) -> Symbol? {
        self[name] == nil ? nil : try symbol(name)
    }

    /// An integer in decimal digits; anything else, or a number outside `range`, is -1130.
    func integer(
        _ name: StaticString,
        in range: ClosedRange<Int64> = 0...Int64.max
    ) throws(DialectError) -> Int64? {
        guard let bytes = self[name] else { return nil }
        guard let value = Self.integer(bytes), range.contains(value) else {
            throw .valueInvalid("\(name)")
        }
        return value
    }

    func requiredInteger(
        _ name: StaticString,
        in range: ClosedRange<Int64> = 0...Int64.max
    ) throws(DialectError) -> Int64 {
        guard let value = try integer(name, in: range) else { throw .parameterMissing("\(name)") }
        return value
    }

    /// A count of rows: larger than the most is the most, as it is at Binance.
    func limit(default defaultLimit: Int, max limitMax: Int) throws(DialectError) -> Int {
        guard let value = try integer("limit", in: 1...Int64.max) else { return defaultLimit }
        return Int(min(value, Int64(limitMax)))
    }

    func timestamp(_ name: StaticString) throws(DialectError) -> Timestamp? {
        try integer(name).map(Timestamp.init(milliseconds:))
    }

    func bool(_ name: StaticString) throws(DialectError) -> Bool? {
        guard let bytes = self[name] else { return nil }
        switch String(decoding: bytes, as: UTF8.self) {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: throw .valueInvalid("\(name)")
        }
    }

    /// A price with at most `decimals` places.
    func price(_ name: StaticString, decimals: UInt8) throws(DialectError) -> Price? {
        guard let bytes = self[name] else { return nil }
        let price: Price
        do {
            price = try Price(parsing: bytes)
        } catch {
            throw Self.refusal(
                of: bytes,
                name,
                error,
                ifNegative: .priceNotPositive,
                ifTooLarge: DialectError(Refusal(.priceAboveMax))
            )
        }
        guard price.isMultiple(of: Price(units: Self.unit(decimals))) else { throw .tooPrecise }
        return price
    }

    /// A quantity with at most `decimals` places.
    func quantity(_ name: StaticString, decimals: UInt8) throws(DialectError) -> Quantity? {
        guard let bytes = self[name] else { return nil }
        let quantity: Quantity
        do {
            quantity = try Quantity(parsing: bytes)
        } catch {
            throw Self.refusal(
                of: bytes,
                name,
                error,
                ifNegative: .quantityNotPositive,
                ifTooLarge: DialectError(Refusal(.quantityAboveMax))
            )
        }
        guard quantity.isMultiple(of: Quantity(units: Self.unit(decimals))) else {
            throw .tooPrecise
        }
        return quantity
    }

    /// Money with at most eight decimals, greater than zero.
    func amount(_ name: StaticString) throws(DialectError) -> Amount? {
        guard let bytes = self[name] else { return nil }
        let amount: Price
        do {
            // Parsed as a 64-bit number: nobody moves more than 92 billion at once.
            amount = try Price(parsing: bytes)
        } catch {
            throw Self.refusal(
                of: bytes,
                name,
                error,
                ifNegative: .amountNotPositive,
                ifTooLarge: .valueInvalid("\(name)")
            )
        }
        guard amount > .zero else { throw .amountNotPositive }
        return Amount(amount, times: Quantity(1))
    }

    func side() throws(DialectError) -> Side {
        switch String(decoding: try required("side"), as: UTF8.self) {
        case "BUY": return .buy
        case "SELL": return .sell
        default: throw .sideInvalid
        }
    }

    /// The client's name for an order.
    func clientOrderID(_ name: StaticString) throws(DialectError) -> ClientOrderID? {
        guard let bytes = self[name] else { return nil }
        guard bytes.count <= ClientOrderID.lengthMax else { throw .clientOrderIDTooLong }
        guard let id = ClientOrderID(bytes) else {
            throw .charactersIllegal("\(name)", range: "^[\\.A-Z\\:/a-z0-9_-]{1,36}$")
        }
        return id
    }

    /// The order that `orderId` or, failing that, `origClientOrderId` names; `nil` where neither is.
    func orderTarget() throws(DialectError) -> OrderTarget? {
        if let number = try integer("orderId") {
            return .number(OrderID(rawValue: UInt64(number)))
        }
        return try clientOrderID("origClientOrderId").map(OrderTarget.name)
    }

    func requiredOrderTarget() throws(DialectError) -> OrderTarget {
        guard let target = try orderTarget() else {
            throw .eitherParameterMissing("origClientOrderId", "orderId")
        }
        return target
    }

    /// Digits only, no sign, no blanks, within 64 bits.
    static func integer(_ bytes: some Collection<UInt8>) -> Int64? {
        guard !bytes.isEmpty, bytes.count <= 19 else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    private static func unit(_ decimals: UInt8) -> Int64 {
        var unit: Int64 = 1
        for _ in min(Int(decimals), Price.scale)..<Price.scale { unit *= 10 }
        return unit
    }

    private static func refusal(
        of bytes: ArraySlice<UInt8>,
        _ name: StaticString,
        _ error: DecimalError,
        ifNegative: DialectError,
        ifTooLarge: DialectError
    ) -> DialectError {
        switch error {
        case .empty: return .parameterMissing("\(name)")
        case .tooManyDecimals: return .tooPrecise
        case .outOfRange: return ifTooLarge
        case .missingDigit, .unexpectedCharacter:
            // A negative number is a number, only not one that is wanted.
            if bytes.first == UInt8(ascii: "-"),
                (try? Price(parsing: bytes, allowsSign: true)) != nil
            {
                return ifNegative
            }
            return .charactersIllegal("\(name)", range: decimalRange)
        }
    }
}

/// How a request names an order.
enum OrderTarget: Sendable, Equatable {
    case number(OrderID)
    case name(ClientOrderID)
}
