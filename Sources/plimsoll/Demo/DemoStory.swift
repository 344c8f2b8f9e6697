import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// The classic leveraged trade, from its opening to its receipt.
///
/// The story chooses the trade and the path of the price. Every figure that it prints comes out of the
/// engine, its events or its formulas.
struct DemoStory: ~Copyable {
    private static let deposit = Amount(1_000)
    private static let margin = Amount(200)
    private static let leverage: UInt16 = 10
    private static let entry = Price(4_000)
    /// One twentieth up and down.
    private static let swing = Rate(units: 5_000_000)

    private var venue: DemoVenue
    private let profile: String
    private let paint: Paint
    private let width: Int

    init(rules: VenueRules, paint: Paint, width: Int) throws(CommandFailure) {
        let index = rules.instruments.firstIndex { $0.contract.symbol == Symbol("ETHUSDT") }
        guard let index else {
            throw CommandFailure(.configuration, "the profile \(rules.name) has no ETHUSDT")
        }
        venue = try DemoVenue(
            rules: rules,
            instrument: InstrumentID(rawValue: UInt16(index)),
            deposit: Self.deposit
        )
        profile = rules.name
        self.paint = paint
        self.width = width
    }

    // MARK: The acts, each at most a terminal page

    /// Buys and says what was bought.
    mutating func open() throws(CommandFailure) -> [String] {
        try venue.move(to: Self.entry, buyersWait: false)
        try venue.apply(.setMarginMode(venue.trader, venue.instrument, .isolated))
        try venue.apply(.setLeverage(venue.trader, venue.instrument, Self.leverage))
        guard
            let quantity = positionSize(
                margin: Self.margin,
                leverage: Self.leverage,
                price: Self.entry
            )
        else { throw CommandFailure(.failed, "the position is too large to count") }
        try venue.apply(
            .placeOrder(
                NewOrder(
                    account: venue.trader,
                    instrument: venue.instrument,
                    side: .buy,
                    type: .market,
                    quantity: quantity
                )
            )
        )
        let position = try openPosition()
        let value = Amount(position.entryPrice, times: position.quantity)
        let prices = try thresholds(of: position)
        return [
            paint.bold("A \(position.leverage)x long")
                + paint.dim("   rules \(profile), isolated margin, no server"),
            "",
            row("deposit", Figures.money(Self.deposit), "USDT"),
            row("margin of the position", Figures.money(position.isolatedWallet), "USDT"),
            row("left in the wallet", Figures.money(venue.wallet), "not at risk: isolated"),
            row(
                "bought",
                Figures.quantity(position.quantity),
                "ETH at \(Figures.price(position.entryPrice)): \(Figures.money(value)) USDT"
            ),
            row(
                "liquidation price",
                Figures.price(prices.liquidation),
                percent(to: prices.liquidation, from: position)
            ),
            row(
                "bankruptcy price",
                Figures.price(prices.bankruptcy),
                percent(to: prices.bankruptcy, from: position)
            ),
        ]
    }

    /// A twentieth down and a twentieth up.
    mutating func swing() throws(CommandFailure) -> [String] {
        let step = Self.entry.times(Self.swing, rounding: .halfUp)
        var lines = [
            paint.bold("Leverage multiplies both ways"), "",
            paint.dim(heading),
        ]
        for price in [Self.entry - step, Self.entry + step] {
            try venue.move(to: price, buyersWait: true)
            lines.append(try state())
        }
        return lines
    }

    /// The way down, to the tick at which the venue takes over.
    mutating func fall() throws(CommandFailure) -> [String] {
        let liquidation = try thresholds(of: openPosition()).liquidation
        let tick = venue.rules.contract.tickSize
        let last = Price(units: liquidation.units - liquidation.units % tick.units)
        var lines = [paint.bold("The way down"), "", paint.dim(heading)]
        for price in [Price(3_900), Price(3_750), Price(3_650), Price(3_640)] {
            try venue.move(to: price, buyersWait: true)
            lines.append(try state())
        }
        let left = try openPosition().isolatedWallet
        try venue.move(to: last, buyersWait: true)
        lines.append(
            column(Figures.price(venue.markPrice), 12)
                + paint.red("   LIQUIDATED, with \(Figures.money(left)) of margin at stake")
        )
        return lines
    }

    /// The receipt, and what the rest of the account did not feel.
    func receipt() throws(CommandFailure) -> [String] {
        guard let receipt = venue.projections.receipts.last else {
            throw CommandFailure(.invariantBroken, "the position was not liquidated")
        }
        if let broken = venue.brokenInvariants.first {
            throw CommandFailure(.invariantBroken, broken)
        }
        return [receipt.text(width: width)]
    }

    /// The receipt as a document.
    var receiptDocument: String? { venue.projections.receipts.last?.json() }

    /// What would have been otherwise, and the digest of it all.
    func ending() -> [String] {
        var lines: [String] = []
        if let receipt = venue.projections.receipts.last {
            let cross = venue.rules.tiers.withSpanOfTiers { tiers in
                liquidationPrice(
                    quantity: receipt.started.quantity,
                    entryValue: receipt.started.entryValue,
                    walletBalance: Self.deposit,
                    tiers: tiers
                )
            }
            if let cross {
                let loss = -unrealizedPnL(
                    quantity: receipt.started.quantity,
                    entryValue: receipt.started.entryValue,
                    at: cross
                )
                lines.append(
                    "With the whole \(Figures.money(Self.deposit)) behind it (cross margin) the "
                        + "same long is liquidated at \(Figures.price(cross)):"
                )
                lines.append("less often, and with \(Figures.money(loss)) lost by then.")
            }
        }
        return lines + [paint.dim("Digest \(venue.projections.digest)")]
    }

    // MARK: Figures

    private var heading: String {
        column("mark price", 12) + column("move", 11) + column("profit/loss", 14)
            + column("on margin", 12) + column("margin ratio", 15)
    }

    /// The position at the mark price, on one line.
    private func state() throws(CommandFailure) -> String {
        let position = try openPosition()
        let mark = venue.markPrice
        let profit = unrealizedPnL(
            quantity: position.quantity,
            entryValue: position.entryValue,
            at: mark
        )
        let maintenance = venue.rules.tiers.withSpanOfTiers { tiers in
            maintenanceMargin(of: Amount(mark, times: position.quantity.magnitude), in: tiers)
        }
        let balance = isolatedMargin(
            isolatedWallet: position.isolatedWallet,
            unrealizedPnL: profit
        )
        let change = column(Figures.change(profit), 14)
        return column(Figures.price(mark), 12)
            + column(percent(to: mark, from: position), 11)
            + (profit < .zero ? paint.red(change) : paint.green(change))
            + column(Figures.percent(share(profit, of: position.isolatedWallet)), 12)
            + column(Figures.percent(share(maintenance, of: balance), signed: false), 15)
            + (position.isMarginCalled ? "   MARGIN CALL" : "")
    }

    private func share(_ part: Amount, of whole: Amount) -> Rate {
        Rate(
            units: Int64(
                multiplyDivide(
                    part.units,
                    by: Int128(Rate.unitsPerOne),
                    over: whole.units,
                    rounding: .halfUp
                )
            )
        )
    }

    private func percent(to price: Price, from position: PositionProjection) -> String {
        Figures.percent(
            returnOnEntry(side: .buy, entryPrice: position.entryPrice, markPrice: price)
        )
    }

    private func thresholds(
        of position: PositionProjection
    ) throws(CommandFailure) -> (liquidation: Price, bankruptcy: Price) {
        let liquidation = venue.rules.tiers.withSpanOfTiers { tiers in
            liquidationPrice(
                quantity: position.quantity,
                entryValue: position.entryValue,
                walletBalance: position.isolatedWallet,
                tiers: tiers
            )
        }
        guard let liquidation else {
            throw CommandFailure(.failed, "no price liquidates this position")
        }
        let bankruptcy = bankruptcyPrice(
            quantity: position.quantity,
            entryValue: position.entryValue,
            walletBalance: position.isolatedWallet,
            rounding: .up
        )
        return (liquidation, bankruptcy)
    }

    private func openPosition() throws(CommandFailure) -> PositionProjection {
        guard let position = venue.position, !position.isFlat else {
            throw CommandFailure(.failed, "the position of the story is not open")
        }
        return position
    }

    private func row(_ name: String, _ figure: String, _ remark: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 24 - name.count))
            + column(figure, 12) + "  " + paint.dim(remark)
    }

    private func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension [MarginTier] {
    /// Lends the tiers in the form that formulas read them.
    fileprivate func withSpanOfTiers<Result>(
        _ body: (borrowing Span<MarginTier>) -> Result
    ) -> Result {
        body(span)
    }
}
