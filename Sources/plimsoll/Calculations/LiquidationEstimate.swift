import PlimsollEngine
import PlimsollModel
import PlimsollNode

/// What would liquidate a position, by the formulas that the engine itself uses.
struct LiquidationEstimate {
    let side: Side
    /// Not signed.
    let quantity: Quantity
    let entryPrice: Price
    let leverage: UInt16?
    /// What stands behind the position.
    let wallet: Amount
    let notional: Amount
    /// At the entry price.
    let maintenance: Amount
    /// `nil` where no price above zero liquidates the position.
    let liquidationPrice: Price?
    let bankruptcyPrice: Price
    /// The tier in which the position is liquidated; that of the entry where it never is.
    let tier: MarginTier
    /// Counted with the maintenance rate, where the rules say so.
    let closeFee: Rate

    /// - Throws: `CommandFailure` where the rules do not allow the position.
    init(
        side: Side,
        quantity: Quantity,
        entryPrice: Price,
        leverage: UInt16?,
        wallet: Amount,
        rules: InstrumentRules
    ) throws(CommandFailure) {
        guard rules.contract.kind == .linear else {
            throw CommandFailure(
                .failed,
                "\(rules.contract.symbol) is an inverse contract, settled in coin; only linear ones "
                    + "are reckoned here"
            )
        }
        let tiers = rules.tiers
        let closeFee = rules.liquidation.includesCloseFee ? rules.fees.taker : .zero
        let notional = Amount(entryPrice, times: quantity)
        guard let last = tiers.last, notional <= last.notionalCap else {
            throw CommandFailure(
                .failed,
                "a position of \(Figures.money(notional)) is larger than the rules allow"
            )
        }
        let entryTier = marginTier(for: notional, in: tiers.span)
        if let leverage, leverage > entryTier.leverageMax {
            throw CommandFailure(
                .failed,
                "\(leverage)x is not offered for a position of \(Figures.money(notional)): at most "
                    + "\(entryTier.leverageMax)x"
            )
        }
        let maintenance =
            maintenanceMargin(of: notional, in: tiers.span)
            + notional.times(closeFee, rounding: .up)
        guard wallet > maintenance else {
            throw CommandFailure(
                .failed,
                "\(Figures.money(wallet)) behind a position of \(Figures.money(notional)) does "
                    + "not exceed its maintenance margin of \(Figures.money(maintenance)): it "
                    + "would be liquidated as it opens"
            )
        }
        let isLong = side == .buy
        let signedQuantity = isLong ? quantity : -quantity
        let entryValue = Amount(entryPrice, times: signedQuantity)
        let price = PlimsollEngine.liquidationPrice(
            quantity: signedQuantity,
            entryValue: entryValue,
            walletBalance: wallet,
            closeFee: closeFee,
            tiers: tiers.span
        )
        self.closeFee = closeFee
        self.side = side
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.leverage = leverage
        self.wallet = wallet
        self.notional = notional
        self.maintenance = maintenance
        liquidationPrice = price
        bankruptcyPrice = PlimsollEngine.bankruptcyPrice(
            quantity: signedQuantity,
            entryValue: entryValue,
            walletBalance: wallet,
            rounding: isLong ? .up : .down
        )
        tier =
            price.map { marginTier(for: Amount($0, times: quantity), in: tiers.span) }
            ?? entryTier
    }

    /// What is lost when the mark price reaches the liquidation price.
    var lossAtLiquidation: Amount? {
        liquidationPrice.map { price in
            let signedQuantity = side == .buy ? quantity : -quantity
            return -unrealizedPnL(
                quantity: signedQuantity,
                entryValue: Amount(entryPrice, times: signedQuantity),
                at: price
            )
        }
    }

    /// How far a price is from the entry; negative against the position.
    func distance(to price: Price) -> Rate {
        returnOnEntry(side: side, entryPrice: entryPrice, markPrice: price)
    }

    /// The liquidation formula with its numbers put in.
    var explanation: [String] {
        let sign = side == .buy ? "−" : "+"
        let price = liquidationPrice?.description ?? "not above zero, so there is none"
        let isFree = closeFee == .zero
        let fee = isFree ? "" : " \(sign) closing fee"
        let feeRate = isFree ? "" : " \(sign) \(closeFee)"
        return [
            "liquidation price = (value \(sign) wallet \(sign) deduction) "
                + "÷ (quantity × (1 \(sign) maintenance rate\(fee)))",
            "                  = (\(notional) \(sign) \(wallet) \(sign) \(tier.deduction)) "
                + "÷ (\(quantity) × (1 \(sign) \(tier.maintenanceRate)\(feeRate)))",
            "                  = \(price)",
            "bankruptcy price  = (value \(sign) wallet) ÷ quantity = \(bankruptcyPrice)",
            "",
            "At the liquidation price what is left of the wallet equals the maintenance margin,",
            "at the bankruptcy price nothing is left. Rate and deduction are those of the tier in",
            "which the value at the liquidation price falls: from \(tier.notionalFloor) on.",
        ]
    }
}
