import PlimsollEngine
import PlimsollModel

extension FormulaChecks {
    @Sendable
    static func positionFold(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var quantity = Quantity.zero
        var entryValue = Amount.zero
        var realized = Amount.zero
        var after: [String: VectorOutcome] = [:]
        for (index, fill) in try inputs.rows("fills").enumerated() {
            let size = try fill.quantity("qty")
            let price = try fill.price("price")
            let fold = foldFill(
                quantity: quantity,
                entryValue: entryValue,
                fillQuantity: try fill.side() == .buy ? size : -size,
                price: price
            )
            quantity = fold.quantity
            entryValue = fold.entryValue
            guard quantity.magnitude <= Quantity(VectorInputs.quantityMax) else {
                throw .outOfRange("fills")
            }
            let fee =
                fill.has("fee")
                ? try fill.amount("fee")
                : tradingFee(on: Amount(price, times: size), rate: try fill.rate("fee_rate"))
            realized += fold.realizedPnL - fee
            after[String(index + 1)] = .object([
                "qty": .fixed(quantity),
                "avg_entry": average(quantity: quantity, entryValue: entryValue),
                "realized": .amount(realized),
            ])
        }
        return ["after": .object(after)]
    }

    /// Increases alone are linear in their prices, so prices with more decimals than a `Price` keeps
    /// are folded in pieces; see `pieces(of:)`.
    @Sendable
    static func averageIncrease(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var increases: [(quantity: Quantity, pieces: [Price])] = []
        for row in try inputs.rows("increase") {
            let quantity = try row.quantity("qty")
            increases.append((quantity, try pieces(of: row.exact("price"))))
        }
        var total = ExactNumber.zero
        var quantity = Quantity.zero
        var weight = ExactNumber(units: 1, scale: 0)
        for place in 0..<(increases.map(\.pieces.count).max() ?? 0) {
            quantity = .zero
            var entryValue = Amount.zero
            for increase in increases {
                let fold = foldFill(
                    quantity: quantity,
                    entryValue: entryValue,
                    fillQuantity: increase.quantity,
                    price: place < increase.pieces.count ? increase.pieces[place] : .zero
                )
                guard fold.closed.isZero else { throw .refused }
                quantity = fold.quantity
                entryValue = fold.entryValue
                guard quantity.magnitude <= Quantity(VectorInputs.quantityMax) else {
                    throw .outOfRange("increase")
                }
            }
            total = total + ExactNumber(entryValue) * weight
            weight = weight / ExactNumber(Quantity(Int(Price.unitsPerOne)))
        }
        guard !quantity.isZero else { return ["avg_entry": .undefined] }
        return ["avg_entry": .number(total / ExactNumber(quantity))]
    }

    /// The average that the two stored sums imply; a shown entry price is this, rounded.
    private static func average(quantity: Quantity, entryValue: Amount) -> VectorOutcome {
        guard !quantity.isZero else { return .undefined }
        return .number(ExactNumber(entryValue) / ExactNumber(quantity))
    }

    @Sendable
    static func unrealized(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let position = try inputs.position()
        let profit = try exactly(at: inputs.exact("mark_price")) { price in
            unrealizedPnL(
                quantity: position.quantity,
                entryValue: position.entryValue,
                at: price
            )
        }
        return ["unrealized": .number(profit)]
    }

    @Sendable
    static func unrealizedReported(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let position = try inputs.position()
        let profit = unrealizedPnL(
            quantity: position.quantity,
            entryValue: position.entryValue,
            at: try inputs.price("mark_price")
        )
        return ["unrealized": .reported(profit)]
    }

    /// A formula that is linear in a price, at a price with more decimals than a `Price` keeps.
    ///
    /// What the formula adds for a piece of the price is moved back to where the piece came from. The
    /// formula itself computes every digit.
    private static func exactly(
        at price: ExactNumber,
        _ formula: (Price) -> Amount
    ) throws(ConformanceProblem) -> ExactNumber {
        let atZero = ExactNumber(formula(.zero))
        var result = atZero
        var weight = ExactNumber(units: 1, scale: 0)
        for piece in try pieces(of: price) {
            result = result + (ExactNumber(formula(piece)) - atZero) * weight
            weight = weight / ExactNumber(Quantity(Int(Price.unitsPerOne)))
        }
        return result
    }

    /// A price cut into pieces of eight decimals, each moved to where a price has its own.
    private static func pieces(
        of price: ExactNumber
    ) throws(ConformanceProblem) -> [Price] {
        let shift = ExactNumber(Quantity(Int(Price.unitsPerOne)))
        var pieces: [Price] = []
        var rest = price
        repeat {
            guard let units = rest.units(scale: Price.scale, rounding: .down),
                let narrow = Int64(exactly: units)
            else { throw .outOfRange("price") }
            pieces.append(Price(units: narrow))
            rest = (rest - ExactNumber(Price(units: narrow))) * shift
        } while !rest.isZero
        return pieces
    }

    @Sendable
    static func notional(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["notional": .amount(try signedNotional(inputs))]
    }

    @Sendable
    static func notionalReported(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["notional": .reported(try signedNotional(inputs))]
    }

    private static func signedNotional(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> Amount {
        let size = try inputs.quantity("qty")
        let quantity = try inputs.side() == .buy ? size : -size
        return Amount(try inputs.price("mark_price"), times: quantity)
    }

    @Sendable
    static func initialMarginOfNotional(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["initial_margin": .amount(try margin(of: inputs.amount("notional"), inputs))]
    }

    @Sendable
    static func initialMarginReported(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["initial_margin": .reported(try margin(of: inputs.amount("notional"), inputs))]
    }

    @Sendable
    static func marginFromSize(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let value = Amount(try inputs.price("price"), times: try inputs.quantity("size"))
        return ["margin": .amount(try margin(of: value, inputs))]
    }

    static func margin(
        of notional: Amount,
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> Amount {
        initialMargin(
            of: notional.magnitude,
            rate: initialMarginRate(leverage: try inputs.leverage())
        )
    }

    @Sendable
    static func sizeFromMargin(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let size = positionSize(
            margin: try inputs.amount("margin"),
            leverage: try inputs.leverage(),
            price: try inputs.positivePrice("price")
        )
        guard let size else { throw .outOfRange("margin") }
        return ["size": .fixed(size)]
    }

    @Sendable
    static func percentOnEntry(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let share = returnOnEntry(
            side: try inputs.side(),
            entryPrice: try inputs.positivePrice("entry_price"),
            markPrice: try inputs.price("mark_price")
        )
        return ["pnl_pct": .number(ExactNumber(share) * ExactNumber(units: 100, scale: 0))]
    }

    /// One coin that has just been opened and paid its fee.
    ///
    /// It is priced in ten-thousandths of the quote, so that four more decimals of the answer are
    /// kept; the formula does not depend on the unit of money.
    @Sendable
    static func breakEven(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let unit = ExactNumber(units: 10_000, scale: 0)
        let one = Quantity(1)
        let isLong = try inputs.side() == .buy
        let value = try inputs.amount(inputs.exact("entry_price") * unit, "entry_price")
        let price = breakEvenPrice(
            quantity: isLong ? one : -one,
            entryValue: isLong ? value : -value,
            feesPaid: tradingFee(on: value, rate: try inputs.rate("fee_rate")),
            fundingReceived: .zero
        )
        return ["break_even": .number(ExactNumber(price) / unit)]
    }

    @Sendable
    static func fee(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let value = Amount(try inputs.price("price"), times: try inputs.quantity("qty"))
        return ["fee": .amount(tradingFee(on: value, rate: try inputs.rate("fee_rate")))]
    }

    @Sendable
    static func isolatedMarginOfWallet(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let margin = isolatedMargin(
            isolatedWallet: try inputs.amount("isolated_wallet"),
            unrealizedPnL: try inputs.amount("unrealized")
        )
        return ["isolated_margin": .amount(margin)]
    }

    @Sendable
    static func crossWallet(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var isolated = Amount.zero
        for wallet in try inputs.list("isolated_wallets") {
            isolated += try VectorInputs(values: ["isolated_wallets": wallet])
                .amount("isolated_wallets")
        }
        let wallet = crossWalletBalance(
            walletBalance: try inputs.amount("wallet_balance"),
            isolatedWallets: isolated
        )
        return ["cross_wallet": .amount(wallet)]
    }
}
