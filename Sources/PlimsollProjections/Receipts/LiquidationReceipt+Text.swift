import PlimsollModel

extension LiquidationReceipt {
    /// One terminal page of plain text, the loss before anything else.
    ///
    /// - Parameter width: Columns; fewer than 72 are taken for 72.
    /// - Returns: Lines of at most so many columns, without a newline at the end.
    public func text(width: Int = 78) -> String {
        let numbers = numbers(isPage: true)
        let losses = lossRows(numbers)
        let steps = steps(numbers).map {
            ReceiptPage.Row(title: "  " + $0.title, words: $0.calculation, number: $0.result)
        }
        let page = ReceiptPage(width: max(width, 72), aligning: losses + steps)
        let top = losses.flatMap { page.lines($0, isTight: false) }
        // Long calculations take a second line as long as all fits the page.
        let roomy = steps.flatMap { page.lines($0, isTight: false) }
        let isTight = top.count + roomy.count + Self.frameLineCount > Self.lineCountMax
        let bottom = isTight ? steps.flatMap { page.lines($0, isTight: true) } : roomy
        let lines =
            [headline(page, numbers)] + top
            + [""] + priceLines(page, numbers)
            + ["", stepsTitle(page)] + bottom
            + [""] + recomputeLines(page) + [Self.note]
        return lines.joined(separator: "\n")
    }

    private static let lineCountMax = 40
    // The headline, the prices, the title of the steps, the frame of digests, the note, and the
    // blank lines between them.
    private static let frameLineCount = 10

    private func headline(_ page: ReceiptPage, _ numbers: ReceiptNumbers) -> String {
        // A close can leave a gain: that of a position in an account which others emptied.
        let verb = lost < .zero ? "GAINED" : "LOST"
        return page.line(
            "\(verb) \(numbers.money(lost.magnitude)) \(settleAsset)",
            "\(sideName) \(closedText(numbers)) \(symbol), "
                + "\(started.leverage)x \(marginModeName)"
        )
    }

    /// What was closed, and of how much where some of it is still open.
    private func closedText(_ numbers: ReceiptNumbers) -> String {
        let whole = numbers.quantity(started.quantity.magnitude)
        guard !quantityLeft.isZero else { return whole }
        let closed = started.quantity.magnitude - quantityLeft.magnitude
        return "\(numbers.quantity(closed)) of \(whole)"
    }

    private func stepsTitle(_ page: ReceiptPage) -> String {
        page.line(
            "What happened",
            "\(CivilTime(milliseconds: startTime.milliseconds).text) UTC"
        )
    }

    /// What was lost by cause, what came back, and what the account still holds.
    private func lossRows(_ numbers: ReceiptNumbers) -> [ReceiptPage.Row] {
        var rows = [
            ReceiptPage.Row(
                title: "  price",
                words: priceCause(numbers),
                number: numbers.money(lostToPrice)
            ),
            ReceiptPage.Row(
                title: "  trading fees",
                words: "\(numbers.money(openingFees)) before, "
                    + "\(numbers.money(closingFees)) in the close",
                number: numbers.money(lostToTradingFees)
            ),
            ReceiptPage.Row(
                title: "  funding",
                words: fundingCause,
                number: numbers.money(lostToFunding)
            ),
            ReceiptPage.Row(
                title: "  liquidation fee",
                words: "to the insurance fund",
                number: numbers.money(liquidationFee)
            ),
        ]
        if !keptByFund.isZero {
            rows.append(
                ReceiptPage.Row(
                    title: "  insurance fund",
                    words: "kept what was left",
                    number: numbers.money(keptByFund)
                )
            )
        }
        if !insurancePaid.isZero {
            rows.append(
                ReceiptPage.Row(
                    title: "  insurance fund",
                    words: "paid what was missing",
                    number: numbers.money(-insurancePaid)
                )
            )
        }
        if !deficit.isZero {
            rows.append(
                ReceiptPage.Row(
                    title: "  not covered",
                    words: "not even by the insurance fund",
                    number: numbers.money(deficit)
                )
            )
        }
        if started.scope == .isolated, quantityLeft.isZero {
            rows.append(
                ReceiptPage.Row(
                    title: "Came back",
                    words: "to the cross wallet",
                    number: numbers.money(returned)
                )
            )
        }
        rows.append(
            ReceiptPage.Row(
                title: "Cross wallet",
                words: "before the close",
                number: numbers.money(crossWalletBefore)
            )
        )
        rows.append(
            ReceiptPage.Row(
                title: "",
                words: isRestUntouched
                    ? "after it: untouched but for what came back" : "after it",
                number: numbers.money(crossWalletAfter)
            )
        )
        return rows
    }

    private func priceCause(_ numbers: ReceiptNumbers) -> String {
        var ends = [averageFillPrice].compactMap { $0 }
        let outside = [averageDeleveragingPrice, takenOverQuantity.isZero ? nil : takenOverPrice]
        for price in outside.compactMap({ $0 }) where !ends.contains(price) { ends.append(price) }
        return "\(numbers.price(entryPrice)) → "
            + ends.map(numbers.price).joined(separator: " and ")
    }

    private var fundingCause: String {
        switch fundingReceived.units.signum() {
        case 0: "none while the position was open"
        case 1: "received while the position was open"
        default: "paid while the position was open"
        }
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
