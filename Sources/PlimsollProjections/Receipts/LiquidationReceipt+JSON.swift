public import PlimsollModel

extension LiquidationReceipt {
    /// The document: prices, quantities and money are strings, so that no reader rounds them.
    ///
    /// Money has eight decimals, cut off; prices have every decimal they were computed with.
    public func json() -> String {
        let numbers = numbers(isPage: false)
        return JSONText.object([
            ("id", .integer(id.rawValue)),
            ("account", .integer(UInt64(account.rawValue))),
            ("symbol", .text(symbol.description)),
            ("asset", .text(settleAsset.description)),
            ("contract", .text(contractKind == .linear ? "linear" : "inverse")),
            ("startTime", .signed(startTime.milliseconds)),
            ("finishTime", .signed(finishTime.milliseconds)),
            ("lost", lostJSON(numbers)),
            ("returned", .text(numbers.money(returned))),
            ("prices", pricesJSON(numbers)),
            ("position", positionJSON(numbers)),
            ("trigger", triggerJSON(numbers)),
            ("closing", closingJSON(numbers)),
            ("restOfAccount", restJSON(numbers)),
            ("steps", .array(steps(numbers).map(\.json))),
            (
                "recompute",
                .recompute(startSequence, digestBefore, to: finishSequence, digestAfter)
            ),
            ("note", .text(Self.note)),
        ]).text
    }

    static let note = "A simulation; education, not financial advice."

    private func lostJSON(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("total", .text(numbers.money(lost))),
            ("price", .text(numbers.money(lostToPrice))),
            ("tradingFees", .text(numbers.money(lostToTradingFees))),
            ("openingFees", .text(numbers.money(openingFees))),
            ("closingFees", .text(numbers.money(closingFees))),
            ("funding", .text(numbers.money(lostToFunding))),
            ("liquidationFee", .text(numbers.money(liquidationFee))),
            ("keptByInsuranceFund", .text(numbers.money(keptByFund))),
            ("paidByInsuranceFund", .text(numbers.money(insurancePaid))),
            ("deficit", .text(numbers.money(deficit))),
        ])
    }

    private func pricesJSON(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("entry", .text(numbers.price(entryPrice))),
            ("liquidation", .text(numbers.price(liquidationPrice))),
            ("averageFill", averageFillPrice.map { .text(numbers.price($0)) } ?? .null),
            ("bankruptcy", .text(numbers.price(bankruptcyPrice))),
        ])
    }

    private func positionJSON(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("side", .text(sideName)),
            ("positionSide", .text(started.side.receiptName)),
            ("quantity", .text(numbers.quantity(started.quantity))),
            ("entryValue", .text(numbers.money(started.entryValue))),
            ("leverage", .integer(UInt64(started.leverage))),
            ("marginMode", .text(marginModeName)),
            ("left", .text(numbers.quantity(quantityLeft))),
        ])
    }

    private func triggerJSON(_ numbers: ReceiptNumbers) -> JSONText {
        let parent = started.parent
        var members: [(String, JSONText)] = [
            ("cause", .text(started.cause.name)),
            ("generation", .integer(UInt64(started.generation))),
            ("parent", parent == .none ? .null : .integer(parent.rawValue)),
            ("markPrice", .text(numbers.price(started.markPrice))),
            ("undisturbedMarkPrice", .text(numbers.price(started.undisturbedMark))),
        ]
        if let prices {
            members += [
                ("indexPrice", .text(numbers.price(prices.index))),
                ("fundingBasisPrice", .text(numbers.price(prices.fundingBasisPrice))),
                ("averageBasisPrice", .text(numbers.price(prices.averageBasisPrice))),
                ("lastPrice", .text(numbers.price(prices.last))),
                ("fundingRate", .text(numbers.rate(prices.fundingRate))),
                ("estimatedFundingRate", .text(numbers.rate(prices.estimatedFundingRate))),
            ]
        }
        members += [
            ("walletBalance", .text(numbers.money(started.walletBalance))),
            ("marginBalance", .text(numbers.money(started.marginBalance))),
            ("maintenanceMargin", .text(numbers.money(started.maintenanceMargin))),
            ("maintenanceRate", .text(numbers.rate(started.maintenanceRate))),
            ("deduction", .text(numbers.money(started.deduction))),
        ]
        return .object(members)
    }

    private func closingJSON(_ numbers: ReceiptNumbers) -> JSONText {
        let takenOver: JSONText =
            takenOverQuantity.isZero
            ? .null
            : .object([
                ("quantity", .text(numbers.quantity(takenOverQuantity))),
                ("price", .text(numbers.price(takenOverPrice))),
                ("realizedPnL", .text(numbers.money(takenOverPnL))),
            ])
        return .object([
            ("orderId", orders.last.map { .integer($0.order.rawValue) } ?? .null),
            ("orders", .array(orders.map { $0.json(numbers) })),
            ("orderCount", .integer(UInt64(orderCount))),
            ("cancelledOrders", .array(cancelledOrders.map { .integer($0.rawValue) })),
            ("cancelledOrderCount", .integer(UInt64(cancelledOrderCount))),
            ("tradeCount", .integer(UInt64(tradeCount))),
            ("filledQuantity", .text(numbers.quantity(filledQuantity))),
            ("filledValue", .text(numbers.money(filledValue))),
            ("realizedPnL", .text(numbers.money(realizedPnL))),
            ("fills", .array(fills.map { $0.json(numbers) })),
            ("deleveraged", .array(deleveragings.map { $0.json(numbers) })),
            ("deleveragedCount", .integer(UInt64(deleveragingCount))),
            ("takenOver", takenOver),
        ])
    }

    private func restJSON(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("crossWalletBefore", .text(numbers.money(crossWalletBefore))),
            ("crossWalletAfter", .text(numbers.money(crossWalletAfter))),
            ("untouched", .boolean(isRestUntouched)),
            ("openPositions", .integer(UInt64(positionsKept))),
            ("openOrders", .integer(UInt64(ordersKept))),
        ])
    }
}

extension LiquidationReceipt {
    var sideName: String { started.quantity.units < 0 ? "short" : "long" }
    var marginModeName: String { started.scope == .isolated ? "isolated" : "cross" }

    /// Whether the close left the rest of the account alone, but for what it gave back.
    public var isRestUntouched: Bool {
        started.scope == .isolated && crossWalletAfter == crossWalletBefore + returned
    }
}

extension LiquidationCause {
    /// As documents call it.
    public var name: String {
        switch self {
        case .markPrice: "markPrice"
        case .funding: "funding"
        case .trade: "trade"
        case .deleveraging: "deleveraging"
        case .account: "account"
        }
    }
}

extension PositionSide {
    /// As the dialect calls it.
    var receiptName: String {
        switch self {
        case .both: "BOTH"
        case .long: "LONG"
        case .short: "SHORT"
        }
    }
}

extension OrderAccepted {
    fileprivate func json(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("orderId", .integer(order.rawValue)),
            ("side", .text(side == .buy ? "buy" : "sell")),
            ("quantity", .text(numbers.quantity(quantity))),
            ("price", .text(numbers.price(price))),
        ])
    }
}

extension ReceiptDeleveraging {
    fileprivate func json(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("deleveragingId", .integer(id)),
            ("account", .integer(UInt64(counterparty.rawValue))),
            ("positionSide", .text(counterpartySide.receiptName)),
            ("quantity", .text(numbers.quantity(quantity))),
            ("price", .text(numbers.price(price))),
            ("realizedPnL", .text(numbers.money(realizedPnL))),
            ("score", .text(DecimalText.string(units: score, scale: Amount.scale))),
        ])
    }
}

extension ReceiptFill {
    fileprivate func json(_ numbers: ReceiptNumbers) -> JSONText {
        .object([
            ("orderId", .integer(order.rawValue)),
            ("firstTrade", .integer(firstTrade.rawValue)),
            ("lastTrade", .integer(lastTrade.rawValue)),
            ("price", .text(numbers.price(price))),
            ("quantity", .text(numbers.quantity(quantity))),
            ("fee", .text(numbers.money(fee))),
            ("realizedPnL", .text(numbers.money(realizedPnL))),
        ])
    }
}

extension ReceiptStep {
    var json: JSONText {
        .object([
            ("title", .text(title)),
            ("formula", .text(formula)),
            ("calculation", .text(calculation)),
            (
                "inputs",
                .array(
                    inputs.map {
                        .object([("name", .text($0.name)), ("value", .text($0.value))])
                    }
                )
            ),
            ("result", .text(result)),
        ])
    }
}
