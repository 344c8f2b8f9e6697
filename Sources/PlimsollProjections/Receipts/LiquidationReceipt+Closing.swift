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

    func orderStep(_ order: OrderAccepted, _ numbers: ReceiptNumbers) -> ReceiptStep {
        let side = order.side == .buy ? "buy" : "sell"
        let quantity = numbers.quantity(order.quantity)
        let price = numbers.price(order.price)
        return ReceiptStep(
            "Order sent",
            "the whole position, at the bankruptcy price or better, immediate or cancel",
            "\(side) \(quantity) at once, not \(order.side == .buy ? "above" : "below")",
            [
                ("order", "\(order.order)"), ("side", side), ("quantity", quantity),
                ("price", price),
            ],
            result: price
        )
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
        let sign = started.quantity.units < 0 ? -filledValue : filledValue
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

    func takeoverStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(takenOverQuantity)
        let price = numbers.price(takenOverPrice)
        let entryValue = numbers.money(
            Amount(takenOverPrice, times: takenOverQuantity) - takenOverPnL
        )
        return ReceiptStep(
            "Taken by the fund",
            "the rest goes to the insurance fund: quantity × bankruptcy price − entry value",
            "\(quantity) × \(price) − \(bracketed(entryValue))",
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
        if !keptByFund.isZero {
            steps.append(
                ReceiptStep(
                    "Kept by the fund",
                    "what the position left, into the insurance fund",
                    result: numbers.money(keptByFund)
                )
            )
        }
        if started.scope == .isolated {
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
