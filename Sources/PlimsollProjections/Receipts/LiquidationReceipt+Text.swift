import PlimsollModel

extension LiquidationReceipt {
    /// One terminal page of plain text, the loss before anything else.
    ///
    /// - Parameter width: Columns; fewer than 72 are taken for 72.
    /// - Returns: Lines of at most so many columns, without a newline at the end.
    public func text(width: Int = 78) -> String {
        let page = ReceiptPage(width: max(width, 72))
        let numbers = numbers(isPage: true)
        return [
            lossLines(page, numbers),
            [""],
            priceLines(page, numbers),
            [""],
            stepLines(page, numbers),
            [""],
            recomputeLines(page),
            [Self.note],
        ].joined().joined(separator: "\n")
    }

    private func lossLines(_ page: ReceiptPage, _ numbers: ReceiptNumbers) -> [String] {
        let position =
            "\(sideName) \(numbers.quantity(started.quantity.magnitude)) \(symbol), "
            + "\(started.leverage)x \(marginModeName)"
        var lines = [
            page.line("LOST \(numbers.money(lost)) \(settleAsset)", position),
            page.row("price", priceCause(numbers), numbers.money(lostToPrice)),
            page.row(
                "trading fees",
                "\(numbers.money(openingFees)) before, \(numbers.money(closingFees)) in the close",
                numbers.money(lostToTradingFees)
            ),
            page.row("funding", fundingCause, numbers.money(lostToFunding)),
            page.row(
                "liquidation fee",
                "\(numbers.rate(liquidationFeeRate)) of what the book took, at most the rest",
                numbers.money(liquidationFee)
            ),
        ]
        if !keptByFund.isZero {
            lines.append(
                page.row("insurance fund", "kept what was left", numbers.money(keptByFund))
            )
        }
        if !insurancePaid.isZero {
            lines.append(
                page.row(
                    "insurance fund",
                    "paid what the wallet was below zero",
                    numbers.money(-insurancePaid)
                )
            )
        }
        if started.scope == .isolated {
            lines.append(page.line("Came back to the cross wallet", numbers.money(returned)))
        }
        lines.append(page.line(restTitle, restNumbers(numbers)))
        return lines
    }

    private func priceCause(_ numbers: ReceiptNumbers) -> String {
        let entry = numbers.price(entryPrice)
        guard let average = averageFillPrice else {
            return "entered at \(entry), taken over at \(numbers.price(takenOverPrice))"
        }
        return "entered at \(entry), closed at \(numbers.price(average))"
            + (takenOverQuantity.isZero ? "" : " and \(numbers.price(takenOverPrice))")
    }

    private var fundingCause: String {
        switch fundingReceived.units.signum() {
        case 0: "none while the position was open"
        case 1: "received while the position was open"
        default: "paid while the position was open"
        }
    }

    private var restTitle: String {
        isRestUntouched ? "Rest of the account, untouched" : "Cross wallet"
    }

    private func restNumbers(_ numbers: ReceiptNumbers) -> String {
        isRestUntouched
            ? numbers.money(crossWalletBefore)
            : "\(numbers.money(crossWalletBefore)) before, \(numbers.money(crossWalletAfter)) after"
    }

    private func priceLines(_ page: ReceiptPage, _ numbers: ReceiptNumbers) -> [String] {
        [
            page.columns("Prices", ["liquidation", "average fill", "bankruptcy"]),
            page.columns(
                "",
                [
                    liquidationPrice.isZero ? "none" : numbers.price(liquidationPrice),
                    averageFillPrice.map(numbers.price) ?? "none",
                    numbers.price(bankruptcyPrice),
                ]
            ),
        ]
    }

    private func stepLines(_ page: ReceiptPage, _ numbers: ReceiptNumbers) -> [String] {
        let time = "\(CivilTime(milliseconds: startTime.milliseconds).text) UTC"
        return [page.line("What happened", time)]
            + steps(numbers).flatMap { page.row($0.title, $0.calculation, splitting: $0.result) }
    }

    private func recomputeLines(_ page: ReceiptPage) -> [String] {
        [
            page.line(
                "Receipt \(id), account \(account)",
                "replay after sequence \(startSequence.rawValue - 1), digest \(digestBefore)"
            ),
            page.line("", "to sequence \(finishSequence), digest \(digestAfter)"),
        ]
    }
}

/// Lays out the lines of a receipt in columns.
private struct ReceiptPage {
    private static let titleWidth = 22

    var width: Int

    /// One text at each edge.
    func line(_ left: String, _ right: String) -> String {
        let gap = width - left.count - right.count
        guard gap >= 1 else { return clipped(left.isEmpty ? right : "\(left) \(right)") }
        return left + String(repeating: " ", count: gap) + right
    }

    /// A title, words and a number at the right edge; the words give way.
    func row(_ title: String, _ words: String, _ number: String) -> String {
        let left = indented(title)
        let room = max(0, width - left.count - number.count - 1)
        return line(left + words.prefix(room), number)
    }

    /// The same in two lines where the words and the number have no room side by side.
    func row(_ title: String, _ words: String, splitting number: String) -> [String] {
        let left = indented(title)
        guard left.count + words.count + 1 + number.count > width else {
            return [line(left + words, number)]
        }
        return [clipped(left + words), line("", number)]
    }

    /// A title and numbers in columns of equal width.
    func columns(_ title: String, _ numbers: [String]) -> String {
        var text = indented(title, by: 0)
        let column = (width - Self.titleWidth) / numbers.count
        for number in numbers {
            text += String(repeating: " ", count: max(1, column - number.count)) + number
        }
        return clipped(text)
    }

    private func indented(_ title: String, by indent: Int = 2) -> String {
        let padding = max(1, Self.titleWidth - indent - title.count)
        return String(repeating: " ", count: indent) + title
            + String(repeating: " ", count: padding)
    }

    private func clipped(_ text: String) -> String {
        text.count <= width ? text : text.prefix(width - 1) + "…"
    }
}
