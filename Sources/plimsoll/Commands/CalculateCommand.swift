import ArgumentParser
import PlimsollEngine
import PlimsollModel
import PlimsollNode

/// `plimsoll calc`: pure formulas, no server.
struct CalculateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calc",
        abstract: "Compute with the venue's own formulas, without a server.",
        subcommands: [CalculateLiquidationCommand.self]
    )
}

/// `plimsoll calc liq`: what would liquidate a position.
struct CalculateLiquidationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "liq",
        abstract: "Liquidation and bankruptcy price of a position.",
        discussion: """
            The size is --quantity, or what --margin carries at --leverage. Behind the position \
            stands --margin; or --wallet, as a cross position would have it; or value ÷ leverage.

            plimsoll calc liq --side long --entry 4000 --margin 200 --leverage 10 \
            --maintenance-rate 1%
            """
    )

    enum Direction: String, ExpressibleByArgument, CaseIterable {
        case long, short
    }

    @Option(help: "long or short.")
    var side = Direction.long

    @Option(help: "Entry price.", transform: NumberArgument.price)
    var entry: Price

    @Option(help: "Size in the base asset.", transform: NumberArgument.quantity)
    var quantity: Quantity?

    @Option(help: "Margin of the position.", transform: NumberArgument.amount)
    var margin: Amount?

    @Option(help: "Leverage, such as 10 or 10x.", transform: NumberArgument.leverage)
    var leverage: UInt16?

    @Option(
        help: "Everything that stands behind the position, as in cross margin.",
        transform: NumberArgument.amount
    )
    var wallet: Amount?

    @Option(help: "Take the tiers of this symbol.", transform: NumberArgument.symbol)
    var symbol: Symbol?

    @Option(help: "Name or file of the profile that --symbol is of.")
    var profile = "binance-usdm"

    @Option(
        help: "A flat maintenance rate instead of a symbol's tiers: 0.01 or 1%.",
        transform: NumberArgument.rate
    )
    var maintenanceRate: Rate?

    @Flag(help: "Print the formula with its numbers.")
    var explain = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard (symbol == nil) != (maintenanceRate == nil) else {
            throw ValidationError("Give either --symbol or --maintenance-rate.")
        }
        guard quantity != nil || (margin != nil && leverage != nil) else {
            throw ValidationError("Give --quantity, or --margin and --leverage.")
        }
        guard margin != nil || wallet != nil || leverage != nil else {
            throw ValidationError("Give --margin, --wallet or --leverage.")
        }
    }

    func run() throws {
        let rules = try self.rules()
        let size = try self.size(step: rules.contract.stepSize)
        let estimate = try LiquidationEstimate(
            side: side == .long ? .buy : .sell,
            quantity: size,
            entryPrice: entry,
            leverage: leverage,
            wallet: backing(size),
            rules: rules
        )
        if json {
            try Console.say(json: LiquidationDocument(estimate, rules: source, explain: explain))
        } else {
            list(estimate, decimals: symbol == nil ? 2 : Int(rules.contract.priceDecimals))
        }
    }

    /// The symbol's rules, or rules with one flat tier that offers the leverage asked for.
    private func rules() throws -> InstrumentRules {
        guard let symbol else { return try flatRules() }
        let venue: VenueRules
        do {
            venue = try ProfileLoader.load(profile)
        } catch {
            throw CommandFailure(error)
        }
        guard let rules = venue.instruments.first(where: { $0.contract.symbol == symbol }) else {
            throw CommandFailure(
                .notFound,
                "the profile \(venue.name) has no \(symbol)",
                suggestion: "It has "
                    + venue.instruments.map(\.contract.symbol.description)
                    .joined(separator: ", ")
            )
        }
        return rules
    }

    private func flatRules() throws -> InstrumentRules {
        let rules = InstrumentRules.flat(
            maintenanceRate: maintenanceRate ?? .zero,
            leverageMax: leverage ?? 1
        )
        do {
            try rules.validate()
        } catch {
            throw CommandFailure(.failed, error.sentence(about: rules))
        }
        return rules
    }

    private func size(step: Quantity) throws -> Quantity {
        if let quantity { return quantity }
        guard let margin, let leverage else { throw ValidationError("Give --quantity.") }
        guard let size = positionSize(margin: margin, leverage: leverage, price: entry) else {
            throw CommandFailure(.failed, "the position would be too large to count")
        }
        let cut = Quantity(units: size.units - size.units % step.units)
        guard cut > .zero else {
            throw CommandFailure(
                .failed,
                "\(Figures.money(margin)) at \(leverage)x is less than one step of \(step)"
            )
        }
        return cut
    }

    private func backing(_ size: Quantity) -> Amount {
        if let wallet { return wallet }
        if let margin, quantity != nil { return margin }
        return initialMargin(
            of: Amount(entry, times: size),
            rate: initialMarginRate(leverage: leverage ?? 1)
        )
    }

    private var source: String {
        symbol.map { "\($0) of \(profile)" }
            ?? "flat \((maintenanceRate ?? .zero).percent) maintenance"
    }

    private func list(_ estimate: LiquidationEstimate, decimals: Int) {
        let times = leverage.map { ", \($0)x" } ?? ""
        Console.say(
            "\(side.rawValue) \(Figures.quantity(estimate.quantity)) at "
                + "\(Figures.price(entry, decimals: decimals))\(times), \(source)"
        )
        line("value", Figures.money(estimate.notional))
        line("behind it", Figures.money(estimate.wallet))
        line("maintenance margin", Figures.money(estimate.maintenance), "at the entry")
        if let price = estimate.liquidationPrice, let loss = estimate.lossAtLiquidation {
            line(
                "liquidation price",
                Figures.price(price, decimals: decimals),
                Figures.percent(estimate.distance(to: price))
            )
            line(
                "loss at that price",
                Figures.money(loss),
                "\(Figures.money(estimate.wallet - loss)) is left, for fees and the fill"
            )
        } else {
            line("liquidation price", "none", "no price above zero liquidates this position")
        }
        line(
            "bankruptcy price",
            Figures.price(estimate.bankruptcyPrice, decimals: decimals),
            Figures.percent(estimate.distance(to: estimate.bankruptcyPrice))
        )
        guard explain else { return }
        Console.say()
        for sentence in estimate.explanation { Console.say(sentence) }
    }

    private func line(_ name: String, _ value: String, _ remark: String = "") {
        let label = name.padding(toLength: 20)
        let figure = String(repeating: " ", count: max(0, 14 - value.count)) + value
        Console.say("  \(label)\(figure)" + (remark.isEmpty ? "" : "   \(remark)"))
    }
}

/// The answer of `calc liq` as one document; numbers are texts with every decimal.
private struct LiquidationDocument: Encodable {
    let side: String
    let entryPrice, quantity, notional, wallet: String
    let leverage: UInt16?
    let rules: String
    let maintenanceRate, deduction, maintenanceMarginAtEntry: String
    let liquidationPrice, liquidationDistance, lossAtLiquidation, leftAtLiquidation: String?
    let bankruptcyPrice, bankruptcyDistance: String
    let explanation: [String]?

    init(_ estimate: LiquidationEstimate, rules: String, explain: Bool) {
        side = estimate.side == .buy ? "long" : "short"
        entryPrice = estimate.entryPrice.description
        quantity = estimate.quantity.description
        notional = estimate.notional.description
        wallet = estimate.wallet.description
        leverage = estimate.leverage
        self.rules = rules
        maintenanceRate = estimate.tier.maintenanceRate.description
        deduction = estimate.tier.deduction.description
        maintenanceMarginAtEntry = estimate.maintenance.description
        liquidationPrice = estimate.liquidationPrice?.description
        liquidationDistance = estimate.liquidationPrice.map {
            estimate.distance(to: $0).description
        }
        lossAtLiquidation = estimate.lossAtLiquidation?.description
        leftAtLiquidation = estimate.lossAtLiquidation.map { (estimate.wallet - $0).description }
        bankruptcyPrice = estimate.bankruptcyPrice.description
        bankruptcyDistance = estimate.distance(to: estimate.bankruptcyPrice).description
        explanation = explain ? estimate.explanation : nil
    }
}

extension String {
    fileprivate func padding(toLength length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
