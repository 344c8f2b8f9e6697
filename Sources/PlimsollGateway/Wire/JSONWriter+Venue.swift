public import PlimsollModel

// The venue's own values. On the wire prices, quantities and money are texts with a stated number of
// decimals; identifiers, times and counts are integers.
extension JSONWriter {
    /// Decimals of reported money.
    public static let moneyDecimals = 8

    /// A number with exactly `decimals` places, cut off towards zero.
    public mutating func number(_ value: some FixedPoint, decimals: Int, isQuoted: Bool = true) {
        decimal(
            units: Int128(value.units),
            scale: Price.scale,
            decimalsMin: decimals,
            decimalsMax: decimals,
            isQuoted: isQuoted
        )
    }

    /// A derived number, such as an average price: at least `decimalsMin` places, and as many more
    /// of the eight kept as are not zero.
    public mutating func average(_ value: some FixedPoint, decimalsMin: Int) {
        decimal(
            units: Int128(value.units),
            scale: Price.scale,
            decimalsMin: decimalsMin,
            decimalsMax: Price.scale
        )
    }

    /// Money as it is reported: eight decimals, truncated towards zero.
    ///
    /// Spec: NUM-006.
    public mutating func money(_ value: Amount, isQuoted: Bool = true) {
        decimal(
            units: value.units,
            scale: Amount.scale,
            decimalsMin: Self.moneyDecimals,
            decimalsMax: Self.moneyDecimals,
            isQuoted: isQuoted
        )
    }

    /// A number without trailing zeros and without quotes, as the few JSON numbers of the dialect are.
    public mutating func plainNumber(_ value: some FixedPoint) {
        decimal(
            units: Int128(value.units),
            scale: Price.scale,
            decimalsMin: 0,
            decimalsMax: Price.scale,
            isQuoted: false
        )
    }

    public mutating func string(_ text: FixedText) { string(bytes: text.bytes) }
    public mutating func string(_ symbol: Symbol) { string(symbol.text) }

    // MARK: Fields

    public mutating func field(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    public mutating func field(_ name: StaticString, _ value: Symbol) {
        key(name)
        string(value)
    }

    public mutating func field(_ name: StaticString, _ value: ClientOrderID) {
        key(name)
        string(value.text)
    }

    public mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    public mutating func field(_ name: StaticString, _ value: some BinaryInteger) {
        key(name)
        integer(value)
    }

    public mutating func field(_ name: StaticString, _ value: some DenseIdentifier) {
        key(name)
        integer(value.rawValue)
    }

    public mutating func field(_ name: StaticString, _ value: Timestamp) {
        key(name)
        integer(value.milliseconds)
    }

    /// A price, quantity or rate with exactly `decimals` places.
    public mutating func field(_ name: StaticString, _ value: some FixedPoint, decimals: Int) {
        key(name)
        number(value, decimals: decimals)
    }

    /// An average price; see `average(_:decimalsMin:)`.
    public mutating func field(
        _ name: StaticString,
        average value: some FixedPoint,
        decimalsMin: Int
    ) {
        key(name)
        average(value, decimalsMin: decimalsMin)
    }

    /// Money as it is reported; see `money(_:)`.
    public mutating func field(_ name: StaticString, _ value: Amount) {
        key(name)
        money(value)
    }
}
