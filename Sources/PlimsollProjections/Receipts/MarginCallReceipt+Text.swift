import PlimsollModel

extension MarginCallReceipt {
    /// The document: prices, quantities and money are strings, so that no reader rounds them.
    public func json() -> String {
        JSONText.object([
            ("id", .integer(id)),
            ("account", .integer(UInt64(account.rawValue))),
            ("marginMode", .text(scope == .isolated ? "isolated" : "cross")),
            ("asset", .text(settleAsset.description)),
            ("time", .signed(time.milliseconds)),
            ("marginBalance", .text(marginBalance.text())),
            ("maintenanceMargin", .text(maintenanceMargin.text())),
            ("marginRatio", marginRatio.map { .text($0) } ?? .null),
            ("buffer", .text(buffer.text())),
            ("positions", .array(positions.map(\.json))),
            ("steps", .array(steps.map(\.json))),
            ("recompute", .recompute(sequence, digestBefore, to: sequence, digestAfter)),
            ("note", .text(LiquidationReceipt.note)),
        ]).text
    }

    /// What the call follows from, in order, with every decimal.
    public var steps: [ReceiptStep] {
        let pnl = positions.map { bracketed($0.unrealizedPnL.text()) }
        return positions.map(\.profitStep) + [
            ReceiptStep(
                "Margin balance",
                "\(scope == .isolated ? "isolated" : "cross") wallet + unrealised PnL",
                ([wallet.text()] + pnl).joined(separator: " + "),
                [("wallet", wallet.text())],
                result: marginBalance.text()
            ),
            ReceiptStep(
                "Margin ratio",
                "maintenance margin ÷ margin balance",
                "\(maintenanceMargin.text()) ÷ \(bracketed(marginBalance.text()))",
                [
                    ("maintenanceMargin", maintenanceMargin.text()),
                    ("marginBalance", marginBalance.text()),
                ],
                result: marginRatio ?? "nothing is left of the balance"
            ),
            ReceiptStep(
                "Margin call",
                "margin ratio at 80 % or above; at 100 % the position is closed",
                result: "called"
            ),
            ReceiptStep(
                "Left before liquidation",
                "margin balance − maintenance margin",
                "\(marginBalance.text()) − \(maintenanceMargin.text())",
                [
                    ("marginBalance", marginBalance.text()),
                    ("maintenanceMargin", maintenanceMargin.text()),
                ],
                result: buffer.text()
            ),
        ]
    }

    /// `nil` where nothing is left to divide by.
    private var marginRatio: String? {
        guard marginBalance > .zero else { return nil }
        return ReceiptNumbers(isPage: false, priceDecimals: 0, quantityDecimals: 0)
            .ratio(maintenanceMargin, of: marginBalance)
    }
}

extension MarginCallReceipt.Position {
    private var numbers: ReceiptNumbers {
        ReceiptNumbers(
            isPage: false,
            priceDecimals: priceDecimals,
            quantityDecimals: quantityDecimals
        )
    }

    fileprivate var json: JSONText {
        .object([
            ("symbol", .text(symbol.description)),
            ("side", .text(quantity.units < 0 ? "short" : "long")),
            ("positionSide", .text(side.receiptName)),
            ("quantity", .text(numbers.quantity(quantity))),
            ("leverage", .integer(UInt64(leverage))),
            (
                "entryPrice",
                .text(numbers.price(contract.averagePrice(of: quantity, worth: entryValue)))
            ),
            ("markPrice", .text(numbers.price(markPrice))),
            ("unrealizedPnL", .text(unrealizedPnL.text())),
        ])
    }

    fileprivate var profitStep: ReceiptStep {
        let (size, mark) = (numbers.quantity(quantity), numbers.price(markPrice))
        let entry = entryValue.text()
        let sign = contractKind == .linear ? "" : "−"
        return ReceiptStep(
            "Unrealised PnL of \(symbol)",
            sign + contract.valueRule() + " − entry value",
            sign + contract.valueCalculation(size, mark) + " − \(bracketed(entry))",
            [("quantity", size), ("markPrice", mark), ("entryValue", entry)],
            result: unrealizedPnL.text()
        )
    }
}
