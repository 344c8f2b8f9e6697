import PlimsollModel

/// What is read as a number is written as the same number, and read again as the same.
func readDecimal(_ bytes: [UInt8]) {
    for scale in [0, 8, 16] {
        guard let units = try? DecimalText.units(of: bytes, scale: scale, allowsSign: true) else {
            continue
        }
        let text = DecimalText.string(units: units, scale: scale)
        hold(plain(bytes) == plain(Array(text.utf8)), "\(bytes) is not \(text)")
        let again = try? DecimalText.units(of: text.utf8, scale: scale, allowsSign: true)
        hold(again == units, "\(text) is read as another number")
        for decimals in [0, 4, 16] {
            _ = DecimalText.string(units: units, scale: scale, decimals: decimals, rounding: .up)
        }
    }
    if let price = try? Price(parsing: bytes, allowsSign: true) {
        hold((try? Price(parsing: price.description, allowsSign: true)) == price, "\(price)")
        _ = price.text(decimals: 2)
        hold(-(-price) == price, "the range is symmetric")
    }
    if let amount = try? Amount(parsing: bytes, allowsSign: true) {
        hold((try? Amount(parsing: amount.description, allowsSign: true)) == amount, "\(amount)")
        _ = amount.text()
    }
}

/// A number without the zeros that say nothing, nor a sign of zero.
private func plain(_ text: [UInt8]) -> [UInt8] {
    let isNegative = text.first == UInt8(ascii: "-")
    let parts = text.drop { $0 == UInt8(ascii: "-") }.split(
        separator: UInt8(ascii: "."),
        omittingEmptySubsequences: false
    )
    let whole = parts[0].drop { $0 == UInt8(ascii: "0") }
    var fraction = parts.count > 1 ? Array(parts[1]) : []
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    let digits = Array(whole) + [UInt8(ascii: ".")] + fraction
    return isNegative && digits.count > 1 ? [UInt8(ascii: "-")] + digits : digits
}
