import PlimsollModel

// How the position was closed and what became of the money.
extension LiquidationReceipt {
    func cancellationStep() -> ReceiptStep {
        ReceiptStep(
            "Orders cancelled",
            "open orders of the scope come out of the book first",
            "",
            cancelledOrders.map { ("order", "\($0)") },
            result: cancelledOrderCount == 0 ? "none" : "\(cancelledOrderCount)"
        )
    }

    private static let orderCountOnPage = 3

    /// One for each order that the venue placed; the page has room for the first few.
    func orderSteps(_ numbers: ReceiptNumbers) -> [ReceiptStep] {
        let shown = numbers.isPage ? orders.prefix(Self.orderCountOnPage) : orders[...]
        var steps = shown.enumerated().map { orderStep($1, number: $0 + 1, numbers) }
        if orderCount > shown.count {
            steps.append(
                ReceiptStep(
                    "More orders",
                    "one for each further step",
                    result: "\(orderCount - shown.count)"
                )
            )
        }
        return steps
    }

    private func orderStep(
        _ order: OrderAccepted,
        number: Int,
        _ numbers: ReceiptNumbers
    ) -> ReceiptStep {
        let side = order.side == .buy ? "buy" : "sell"
        let quantity = numbers.quantity(order.quantity)
        let price = numbers.price(order.price)
        return ReceiptStep(
            orderCount == 1 ? "Order sent" : "Order \(number) sent",
            "\(stepRule), at the bankruptcy price or better, immediate or cancel",
            "\(side) \(quantity) at once, not \(order.side == .buy ? "above" : "below")",
            [
                ("order", "\(order.order)"), ("side", side), ("quantity", quantity),
                ("price", price),
            ],
            result: price
        )
    }

    /// How much of the position one order sells.
    private var stepRule: String {
        guard orderCount > 1 || orders.first?.quantity != started.quantity.magnitude else {
            return "the whole position"
        }
        return switch terms.step {
        case .lowerTier: "down to the cap of the next lower tier, in the first tier everything"
        case .twoTiers: "down by two tiers, in the first tier everything"
        case .share: "\(terms.stepShare) of the position, rounded up to a step of quantity"
        case .whole: "the whole position"
        }
    }

    func fillStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        guard let average = averageFillPrice else {
            return ReceiptStep("Filled", "average = value ÷ quantity", result: "nothing")
        }
        let value = numbers.money(filledValue)
        let quantity = numbers.quantity(filledQuantity)
        var inputs = [("value", value), ("quantity", quantity), ("trades", "\(tradeCount)")]
        for fill in fills {
            inputs.append(
                ("fill", "\(numbers.quantity(fill.quantity)) at \(numbers.price(fill.price))")
            )
        }
        return ReceiptStep(
            "Filled",
            "average = value ÷ quantity",
            "\(value) ÷ \(quantity), \(tradeCount) trade\(tradeCount == 1 ? "" : "s")",
            inputs,
            result: numbers.price(average)
        )
    }

    func realizedStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let realized = realizedPnL - takenOverPnL
        let isLong = started.quantity.units > 0
        // What a long linear position sells brings money in, what a long inverse one sells brings back
        // what it owes.
        let sign = isLong == (contractKind == .linear) ? filledValue : -filledValue
        let value = numbers.money(sign)
        let entryValue = numbers.money(sign - realized)
        return ReceiptStep(
            "Realised by fills",
            "value of the fills − entry value of what they closed",
            "\(value) − \(bracketed(entryValue))",
            [("value", value), ("entryValue", entryValue)],
            result: numbers.money(realized)
        )
    }

    func deleveragingStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(deleveragedQuantity)
        let price = numbers.price(averageDeleveragingPrice ?? .zero)
        let realized = numbers.money(deleveragedPnL)
        var inputs = [("quantity", quantity), ("price", price)]
        for closing in deleveragings {
            inputs.append(
                (
                    "account \(closing.counterparty)",
                    "\(numbers.quantity(closing.quantity)) at \(numbers.price(closing.price)), "
                        + "score \(ReceiptNumbers.score(closing.score))"
                )
            )
        }
        return ReceiptStep(
            "Closed against others",
            "the fund could not take it over: positions of the other side close against it, highest "
                + "score first",
            "\(quantity) at \(price), \(deleveragingCount) "
                + (deleveragingCount == 1 ? "account" : "accounts"),
            inputs,
            result: realized
        )
    }

    /// What stays with the account because the rest of its margin bears it again.
    func remainderStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        ReceiptStep(
            "Still open",
            "the margin balance is above the maintenance margin again, so the close ends here",
            "safe again",
            [("quantity", numbers.quantity(quantityLeft))],
            result: numbers.quantity(quantityLeft)
        )
    }

    func takeoverStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(takenOverQuantity)
        let price = numbers.price(takenOverPrice)
        let entryValue = numbers.money(
            contract.value(of: takenOverQuantity, at: takenOverPrice) - takenOverPnL
        )
        return ReceiptStep(
            "Taken by the fund",
            "the rest goes to the insurance fund: "
                + contract.valueRule("quantity", "bankruptcy price") + " − entry value",
            (contractKind == .linear ? "" : "−")
                + contract.valueCalculation(quantity, price)
                + " − \(bracketed(entryValue))",
            [("quantity", quantity), ("price", price), ("entryValue", entryValue)],
            result: numbers.money(takenOverPnL)
        )
    }

    func tradingFeeStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let value = numbers.money(filledValue)
        let rate = numbers.rate(takerFeeRate)
        return ReceiptStep(
            "Trading fee",
            "value of the fills × taker rate",
            "\(value) × \(rate)",
            [("value", value), ("rate", rate)],
            result: numbers.money(closingFees)
        )
    }

    func liquidationFeeStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let value = numbers.money(filledValue)
        let rate = numbers.rate(liquidationFeeRate)
        return ReceiptStep(
            "Liquidation fee",
            "value of the fills × liquidation rate, at most what is left",
            "\(value) × \(rate), at most what is left",
            [("value", value), ("rate", rate)],
            result: numbers.money(liquidationFee)
        )
    }

    func settlementSteps(_ numbers: ReceiptNumbers) -> [ReceiptStep] {
        let wallet = numbers.money(started.walletBalance)
        let realized = numbers.money(realizedPnL)
        let trading = numbers.money(closingFees)
        let fee = numbers.money(liquidationFee)
        let left = started.walletBalance + realizedPnL - closingFees - liquidationFee
        var steps = [
            ReceiptStep(
                "Left in the wallet",
                "wallet + realised PnL − trading fee − liquidation fee",
                "\(wallet) + \(bracketed(realized)) − \(trading) − \(fee)",
                [
                    ("wallet", wallet), ("realizedPnL", realized), ("tradingFee", trading),
                    ("liquidationFee", fee),
                ],
                result: numbers.money(left)
            )
        ]
        if !insurancePaid.isZero {
            let paid = numbers.money(insurancePaid)
            steps.append(
                ReceiptStep(
                    "Paid by the fund",
                    "what the wallet is below zero",
                    "brings the wallet back to zero",
                    [("wallet", numbers.money(left))],
                    result: paid
                )
            )
        }
        if !deficit.isZero {
            steps.append(
                ReceiptStep(
                    "Not covered",
                    "what not even the insurance fund had",
                    "recorded as a deficit",
                    result: numbers.money(deficit)
                )
            )
        }
        if !keptByFund.isZero {
            steps.append(
                ReceiptStep(
                    "Kept by the fund",
                    "what the position left, into the insurance fund",
                    result: numbers.money(keptByFund)
                )
            )
        }
        if started.scope == .isolated, quantityLeft.isZero {
            steps.append(
                ReceiptStep(
                    "Returned",
                    "what is left goes back to the cross wallet",
                    "to the cross wallet",
                    result: numbers.money(returned)
                )
            )
        }
        return steps
    }
}
