import PlimsollModel

/// Numbers as people read them: thousands separated, cut to the decimals that matter.
enum Figures {
    static func price(_ price: Price, decimals: Int = 2) -> String {
        grouped(price.text(decimals: decimals, rounding: .down))
    }

    static func money(_ amount: Amount, decimals: Int = 2) -> String {
        grouped(amount.text(decimals: decimals, rounding: .halfUp))
    }

    /// Money that was won or lost, always with its sign.
    static func change(_ amount: Amount, decimals: Int = 2) -> String {
        let text = money(amount, decimals: decimals)
        return amount > .zero ? "+\(text)" : text
    }

    static func quantity(_ quantity: Quantity) -> String { grouped(quantity.description) }

    /// A rate in percent, two decimals; a change carries its sign.
    static func percent(_ rate: Rate, signed: Bool = true) -> String {
        let text = DecimalText.string(
            units: Int128(rate.units) * 100,
            scale: Rate.scale,
            decimals: 2,
            rounding: .halfUp
        )
        return (signed && rate > .zero ? "+" : "") + text + " %"
    }

    /// `1234567.89` as `1,234,567.89`.
    static func grouped(_ text: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return text }
        var digits = ""
        for (offset, digit) in whole.reversed().enumerated() {
            if offset > 0, offset % 3 == 0 { digits.append(",") }
            digits.append(digit)
        }
        let fraction = parts.count > 1 ? ".\(parts[1])" : ""
        return sign + String(digits.reversed()) + fraction
    }
}
