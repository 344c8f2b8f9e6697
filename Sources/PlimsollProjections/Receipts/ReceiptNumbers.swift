import PlimsollModel

/// How the numbers of a receipt are written.
struct ReceiptNumbers {
    /// The page groups thousands and cuts prices to the instrument's decimals; the document keeps
    /// every decimal of a price, since others compute with it.
    var isPage: Bool
    var priceDecimals: Int
    var quantityDecimals: Int

    /// Eight decimals, truncated, as the venue reports money.
    func money(_ amount: Amount) -> String {
        guard isPage else { return amount.text() }
        let kept = amount.rounded(toDecimals: 8, .down)
        return Self.grouped(
            DecimalText.string(units: kept.units, scale: Amount.scale, minimumDecimals: 2)
        )
    }

    func price(_ price: Price) -> String {
        guard isPage else {
            return DecimalText.string(
                units: Int128(price.units),
                scale: Price.scale,
                minimumDecimals: priceDecimals
            )
        }
        return Self.grouped(price.text(decimals: priceDecimals))
    }

    /// A score of the deleveraging queue, with four decimals, cut off.
    static func score(_ units: Int128) -> String {
        DecimalText.string(units: units, scale: Amount.scale, decimals: 4, rounding: .down)
    }

    func quantity(_ quantity: Quantity) -> String {
        guard isPage else { return quantity.text(decimals: quantityDecimals) }
        return Self.grouped(quantity.text(decimals: quantityDecimals))
    }

    /// `0.005` is `0.5 %` on the page.
    func rate(_ rate: Rate) -> String {
        guard isPage else { return rate.description }
        return DecimalText.string(units: Int128(rate.units) * 100, scale: Rate.scale) + " %"
    }

    /// With two decimals, rounded down: a ratio shown as 100 % has reached it.
    ///
    /// Next to nothing of margin makes a ratio without end; it stops at ten thousand million.
    func ratio(_ part: Amount, of whole: Amount) -> String {
        let largest: Int128 = 1_000_000_000_000_000_000
        let units = min(
            largest,
            multiplyDivide(
                part.units,
                by: Int128(Rate.unitsPerOne),
                over: whole.units,
                rounding: .down
            )
        )
        guard isPage else { return DecimalText.string(units: units, scale: Rate.scale) }
        let percent = DecimalText.string(
            units: units * 100,
            scale: Rate.scale,
            decimals: 2,
            rounding: .down
        )
        return Self.grouped(percent) + " %"
    }

    private static func grouped(_ number: String) -> String {
        let isNegative = number.hasPrefix("-")
        let parts = number.drop { $0 == "-" }
            .split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first else { return number }
        var text = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        if parts.count > 1 { text += "." + parts[1] }
        // The true minus is as wide as the plus and cannot be taken for a hyphen.
        return isNegative ? "\u{2212}" + text : text
    }
}
