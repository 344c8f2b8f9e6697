import PlimsollModel

extension LiquidationReceipt {
    /// What happened, in order, with every decimal.
    public var steps: [ReceiptStep] { steps(numbers(isPage: false)) }

    func numbers(isPage: Bool) -> ReceiptNumbers {
        ReceiptNumbers(
            isPage: isPage,
            priceDecimals: priceDecimals,
            quantityDecimals: quantityDecimals
        )
    }

    func steps(_ numbers: ReceiptNumbers) -> [ReceiptStep] {
        var steps = [
            markPriceStep(numbers), marginBalanceStep(numbers), maintenanceStep(numbers),
            ratioStep(numbers), liquidationPriceStep(numbers), bankruptcyPriceStep(numbers),
            cancellationStep(),
        ]
        steps.append(contentsOf: orderSteps(numbers))
        steps.append(fillStep(numbers))
        if !filledQuantity.isZero { steps.append(realizedStep(numbers)) }
        if deleveragingCount > 0 { steps.append(deleveragingStep(numbers)) }
        if !takenOverQuantity.isZero { steps.append(takeoverStep(numbers)) }
        if !filledQuantity.isZero {
            steps.append(tradingFeeStep(numbers))
            steps.append(liquidationFeeStep(numbers))
        }
        steps.append(contentsOf: settlementSteps(numbers))
        if !quantityLeft.isZero { steps.append(remainderStep(numbers)) }
        return steps
    }
}

// Why the close began.
extension LiquidationReceipt {
    private func markPriceStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let mark = numbers.price(started.markPrice)
        guard let prices else {
            return ReceiptStep("Mark price", "set by the venue", result: mark)
        }
        let carried = numbers.price(prices.fundingBasisPrice)
        let average = numbers.price(prices.averageBasisPrice)
        let last = numbers.price(prices.last)
        let (rule, calculation) =
            switch markMethod {
            case .median:
                (
                    "median(index carried to funding, index + average basis, last price)",
                    "median(\(carried), \(average), \(last))"
                )
            case .averageBasis: ("index + average basis", average)
            case .fundingBasis: ("index carried to the next funding", carried)
            case .lastTrade: ("last price", last)
            }
        return ReceiptStep(
            "Mark price",
            rule,
            calculation,
            [
                ("indexPrice", numbers.price(prices.index)),
                ("fundingBasisPrice", carried),
                ("averageBasisPrice", average),
                ("lastPrice", last),
            ],
            result: mark
        )
    }

    private func marginBalanceStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let wallet = numbers.money(started.walletBalance)
        let quantity = numbers.quantity(started.quantity)
        let mark = numbers.price(started.markPrice)
        let entryValue = numbers.money(started.entryValue)
        var step = ReceiptStep(
            "Margin balance",
            "wallet \(contract.sign) \(contract.valueRule()) − entry value",
            "\(wallet) \(contract.sign) "
                + contract.valueCalculation(bracketed(quantity), mark)
                + " − \(bracketed(entryValue))",
            [
                ("wallet", wallet), ("quantity", quantity), ("markPrice", mark),
                ("entryValue", entryValue),
            ],
            result: numbers.money(started.marginBalance)
        )
        if !otherUnrealizedPnL.isZero {
            step.add(
                "other unrealised PnL",
                "otherUnrealizedPnL",
                numbers.money(otherUnrealizedPnL)
            )
        }
        return step
    }

    private func maintenanceStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(started.quantity.magnitude)
        let mark = numbers.price(started.markPrice)
        let rate = numbers.rate(started.maintenanceRate)
        let deduction = numbers.money(started.deduction)
        var step = ReceiptStep(
            "Maintenance margin",
            contract.valueRule("|quantity|") + " × maintenance rate − deduction",
            contract.valueCalculation(quantity, mark) + " × \(rate)"
                + (started.deduction.isZero ? "" : " − \(deduction)"),
            [
                ("quantity", quantity), ("markPrice", mark), ("maintenanceRate", rate),
                ("deduction", deduction),
            ],
            result: numbers.money(started.maintenanceMargin)
        )
        if !otherMaintenance.isZero {
            step.add("other maintenance", "otherMaintenance", numbers.money(otherMaintenance))
        }
        return step
    }

    private func ratioStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let maintenance = numbers.money(started.maintenanceMargin)
        let balance = numbers.money(started.marginBalance)
        return ReceiptStep(
            "Margin ratio",
            "maintenance margin \(terms.includesCloseFee ? "with the fee of closing " : "")"
                + "÷ margin balance; "
                + (terms.boundary == .atMaintenance ? "from 100 % on" : "above 100 %")
                + " the venue closes the position",
            "\(maintenance) ÷ \(bracketed(balance))",
            [("maintenanceMargin", maintenance), ("marginBalance", balance)],
            result: started.marginBalance > .zero
                ? numbers.ratio(started.maintenanceMargin, of: started.marginBalance)
                : "no margin left"
        )
    }

    private func liquidationPriceStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let wallet = numbers.money(started.walletBalance)
        let entryValue = numbers.money(started.entryValue)
        let quantity = numbers.quantity(started.quantity)
        let size = numbers.quantity(started.quantity.magnitude)
        let rate = numbers.rate(started.maintenanceRate)
        let deduction = numbers.money(started.deduction)
        let other = otherUnrealizedPnL - otherMaintenance
        let result = liquidationPrice.isZero ? "none" : numbers.price(liquidationPrice)
        guard siblingQuantity.isZero || started.scope == .isolated else {
            return ReceiptStep(
                "Liquidation price",
                "the mark price at which the margin balance meets the maintenance margin, with the "
                    + "long and the short position of the instrument together",
                "long and short together",
                [("otherSide", numbers.quantity(siblingQuantity))],
                result: result
            )
        }
        let free =
            "(\(wallet)"
            + (other.isZero ? "" : " + \(bracketed(numbers.money(other)))")
            + (started.deduction.isZero ? "" : " + \(deduction)")
            + " − \(bracketed(entryValue)))"
        let isLong = started.quantity.units > 0
        let (rule, calculation) =
            switch contractKind {
            case .linear:
                (
                    "(wallet − other maintenance + other unrealised PnL + deduction − entry value)"
                        + " ÷ (|quantity| × maintenance rate − quantity)",
                    "\(free) ÷ (\(size) × \(rate) − \(bracketed(quantity)))"
                )
            case .inverse:
                (
                    "|quantity| × multiplier × (maintenance rate ± 1) ÷ (wallet − other maintenance"
                        + " + other unrealised PnL + deduction − entry value)",
                    "\(size) × \(multiplier) × (\(rate) \(isLong ? "+" : "−") 1) ÷ \(free)"
                )
            }
        return ReceiptStep(
            "Liquidation price",
            rule,
            calculation,
            [
                ("wallet", wallet),
                ("otherMaintenance", numbers.money(otherMaintenance)),
                ("otherUnrealizedPnL", numbers.money(otherUnrealizedPnL)),
                ("deduction", deduction), ("entryValue", entryValue), ("quantity", quantity),
                ("maintenanceRate", rate),
            ],
            result: result
        )
    }

    private func bankruptcyPriceStep(_ numbers: ReceiptNumbers) -> ReceiptStep {
        let quantity = numbers.quantity(started.quantity)
        let result = numbers.price(bankruptcyPrice)
        guard started.scope == .cross else {
            let wallet = numbers.money(started.walletBalance)
            let entryValue = numbers.money(started.entryValue)
            let isLinear = contractKind == .linear
            return ReceiptStep(
                "Bankruptcy price",
                isLinear
                    ? "(entry value − wallet) ÷ quantity"
                    : "quantity × multiplier ÷ (wallet − entry value)",
                isLinear
                    ? "(\(entryValue) − \(bracketed(wallet))) ÷ \(bracketed(quantity))"
                    : "\(bracketed(quantity)) × \(multiplier) ÷ "
                        + "(\(wallet) − \(bracketed(entryValue)))",
                [("entryValue", entryValue), ("wallet", wallet), ("quantity", quantity)],
                result: result
            )
        }
        let mark = numbers.price(started.markPrice)
        let balance = numbers.money(started.marginBalance)
        let own = numbers.money(ownMaintenance)
        let all = numbers.money(started.maintenanceMargin)
        let share = otherMaintenance.isZero ? "" : " × \(own) ÷ \(all)"
        let isLinear = contractKind == .linear
        let value = contract.valueCalculation(bracketed(quantity), mark)
        return ReceiptStep(
            "Bankruptcy price",
            isLinear
                ? "mark price − margin balance × own maintenance ÷ all maintenance ÷ quantity"
                : "quantity × multiplier ÷ (quantity × multiplier ÷ mark price + margin balance"
                    + " × own maintenance ÷ all maintenance)",
            isLinear
                ? "\(mark) − \(bracketed(balance))\(share) ÷ \(bracketed(quantity))"
                : "\(bracketed(quantity)) × \(multiplier) ÷ "
                    + "(\(value) + \(bracketed(balance))\(share))",
            [
                ("markPrice", mark), ("marginBalance", balance), ("ownMaintenance", own),
                ("allMaintenance", all), ("quantity", quantity),
            ],
            result: result
        )
    }

    /// Of this position, by the rate and deduction of its tier.
    private var ownMaintenance: Amount {
        contract.value(of: started.quantity, at: started.markPrice).magnitude
            .times(started.maintenanceRate, rounding: .up) - started.deduction
    }

    /// Of the other positions of a cross account.
    private var otherMaintenance: Amount {
        started.scope == .cross ? started.maintenanceMargin - ownMaintenance : .zero
    }

    private var otherUnrealizedPnL: Amount {
        guard started.scope == .cross else { return .zero }
        let value = contract.value(of: started.quantity, at: started.markPrice)
        let own = value - started.entryValue
        return started.marginBalance - started.walletBalance - own
    }
}

/// A negative number behind an operator stands in brackets.
func bracketed(_ number: String) -> String {
    number.hasPrefix("-") || number.hasPrefix("\u{2212}") ? "(\(number))" : number
}

extension ReceiptStep {
    init(
        _ title: String,
        _ formula: String,
        _ calculation: String = "",
        _ inputs: [(name: String, value: String)] = [],
        result: String
    ) {
        self.title = title
        self.formula = formula
        self.calculation = calculation
        self.inputs = inputs.map { Input(name: $0.name, value: $0.value) }
        self.result = result
    }

    /// Adds a summand that only some scopes have.
    mutating func add(_ words: String, _ name: String, _ value: String) {
        formula += " + \(words)"
        calculation += " + \(bracketed(value))"
        inputs.append(Input(name: name, value: value))
    }
}
