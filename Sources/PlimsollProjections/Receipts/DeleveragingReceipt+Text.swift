import PlimsollModel

extension DeleveragingReceipt {
    /// What happened, in order, with every decimal.
    public var steps: [ReceiptStep] { steps(numbers(isPage: false)) }

    /// The document: prices, quantities and money are strings, so that no reader rounds them.
    public func json() -> String {
        let numbers = numbers(isPage: false)
        return JSONText.object([
            ("id", .integer(id)),
            ("liquidation", .integer(liquidation.rawValue)),
            ("account", .integer(UInt64(account.rawValue))),
            ("bankruptAccount", .integer(UInt64(event.bankrupt.rawValue))),
            ("symbol", .text(symbol.description)),
            ("asset", .text(settleAsset.description)),
            ("contract", .text(contractKind == .linear ? "linear" : "inverse")),
            ("time", .signed(time.milliseconds)),
            ("side", .text(sideName)),
            ("positionSide", .text(event.counterpartySide.receiptName)),
            ("leverage", .integer(UInt64(leverage))),
            ("marginMode", .text(marginMode == .isolated ? "isolated" : "cross")),
            ("quantityBefore", .text(numbers.quantity(quantityBefore))),
            ("quantityClosed", .text(numbers.quantity(closedQuantity))),
            ("quantityLeft", .text(numbers.quantity(quantityLeft))),
            ("entryPrice", .text(numbers.price(entryPrice))),
            ("markPrice", .text(numbers.price(markPrice))),
            ("price", .text(numbers.price(event.price))),
            ("realizedPnL", .text(numbers.money(realizedPnL))),
            ("fee", .text(numbers.money(.zero))),
            ("score", .text(DecimalText.string(units: event.score, scale: Amount.scale))),
            ("place", .integer(UInt64(place))),
            ("insuranceFund", .text(numbers.money(fundBalance))),
            ("steps", .array(steps(numbers).map(\.json))),
            ("recompute", .recompute(sequence, digestBefore, to: sequence, digestAfter)),
            ("note", .text(LiquidationReceipt.note)),
        ]).text
    }

    /// One terminal page of plain text, the result before anything else.
    ///
    /// - Parameter width: Columns; fewer than 72 are taken for 72.
    /// - Returns: Lines of at most so many columns, without a newline at the end.
    public func text(width: Int = 78) -> String {
        let numbers = numbers(isPage: true)
        let rows = steps(numbers).map {
            ReceiptPage.Row(title: "  " + $0.title, words: $0.calculation, number: $0.result)
        }
        let page = ReceiptPage(width: max(width, 72), aligning: rows)
        let verb = realizedPnL < .zero ? "LOST" : "GAINED"
        let lines =
            [
                page.line(
                    "\(verb) \(numbers.money(realizedPnL.magnitude)) \(settleAsset)",
                    "\(sideName) \(numbers.quantity(closedQuantity.magnitude)) \(symbol), "
                        + "deleveraged"
                ),
                "",
                page.line(
                    "What happened",
                    "\(CivilTime(milliseconds: time.milliseconds).text) UTC"
                ),
            ] + rows.flatMap { page.lines($0, isTight: false) }
            + [
                "",
                page.line(
                    "Deleveraging \(id), account \(account)",
                    "replay after sequence \(sequence.rawValue - 1), digest \(digestBefore)"
                ),
                page.line("", "to sequence \(sequence), digest \(digestAfter)"),
                LiquidationReceipt.note,
            ]
        return lines.joined(separator: "\n")
    }

    private var sideName: String { quantityBefore.units < 0 ? "short" : "long" }

    private func numbers(isPage: Bool) -> ReceiptNumbers {
        ReceiptNumbers(
            isPage: isPage,
            priceDecimals: priceDecimals,
            quantityDecimals: quantityDecimals
        )
    }

    private func steps(_ numbers: ReceiptNumbers) -> [ReceiptStep] {
        [
            ReceiptStep(
                "Bankrupt position",
                "nobody in the book and not the insurance fund would take it over",
                "liquidation \(liquidation) of account \(event.bankrupt)",
                [
                    ("liquidation", "\(liquidation)"),
                    ("insuranceFund", numbers.money(fundBalance)),
                ],
                result: numbers.money(fundBalance)
            ),
            profitStep(numbers), scoreStep(numbers),
            ReceiptStep(
                "Place in the queue",
                "highest score first",
                "among the positions closed against it",
                [("place", "\(place)")],
                result: "\(place)"
            ),
            ReceiptStep(
                "Closed",
                priceRule == .bankruptcy
                    ? "at the bankruptcy price of the other position"
                    : "at its bankruptcy price, or at the mark price where that is 5 % away",
                "\(numbers.quantity(closedQuantity)) of \(numbers.quantity(quantityBefore))",
                [
                    ("quantity", numbers.quantity(closedQuantity)),
                    ("price", numbers.price(event.price)),
                ],
                result: numbers.price(event.price)
            ),
            realizedStep(numbers),
            ReceiptStep(
                "Trading fee",
                "none: nobody chose to trade",
                result: numbers.money(.zero)
            ),
            ReceiptStep(
                "Still open",
                "quantity before − quantity closed",
                "\(numbers.quantity(quantityBefore)) − "
                    + bracketed(numbers.quantity(closedQuantity)),
                [
                    ("before", numbers.quantity(quantityBefore)),
                    ("closed", numbers.quantity(closedQuantity)),
                ],
                result: numbers.quantity(quantityLeft)
            ),
        ]
    }

    private func profitStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(quantityBefore)
        let mark = numbers.price(markPrice)
        let entryValue = numbers.money(entryValueBefore)
        let sign = contractKind == .linear ? "" : "−"
        return ReceiptStep(
            "Unrealised PnL",
            sign + contract.valueRule() + " − entry value",
            sign + contract.valueCalculation(quantity, mark) + " − \(bracketed(entryValue))",
            [("quantity", quantity), ("markPrice", mark), ("entryValue", entryValue)],
            result: numbers.money(unrealizedPnL)
        )
    }

    private func scoreStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let formula =
            switch rank {
            case .leveragedProfit:
                "unrealised PnL ÷ margin balance behind the position; of a loss "
                    + "unrealised PnL ÷ notional × margin balance ÷ notional"
            case .leveragedProfitOnEntry:
                "unrealised PnL ÷ entry value × mark value ÷ (mark value − bankruptcy value); of a "
                    + "loss divided by that leverage"
            case .leveragedReturn: "unrealised PnL ÷ initial margin"
            case .account: "none: in the order of accounts"
            }
        let words =
            switch rank {
            case .leveragedProfit: "profit × leverage"
            case .leveragedProfitOnEntry: "profit × effective leverage"
            case .leveragedReturn: "profit ÷ initial margin"
            case .account: "order of accounts"
            }
        return ReceiptStep(
            "Score",
            formula,
            words,
            [
                ("unrealizedPnL", numbers.money(unrealizedPnL)), ("leverage", "\(leverage)"),
                ("marginMode", marginMode == .isolated ? "isolated" : "cross"),
            ],
            result: ReceiptNumbers.score(event.score)
        )
    }

    private func realizedStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(closedQuantity)
        let price = numbers.price(event.price)
        let value = contract.value(of: closedQuantity, at: event.price)
        let entryValue = numbers.money(value - realizedPnL)
        let sign = contractKind == .linear ? "" : "−"
        return ReceiptStep(
            "Realised",
            "value of what was closed − its entry value",
            sign + contract.valueCalculation(quantity, price) + " − \(bracketed(entryValue))",
            [("quantity", quantity), ("price", price), ("entryValue", entryValue)],
            result: numbers.money(realizedPnL)
        )
    }
}
