import Foundation
import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

/// A liquidation price that someone else published, and what the position was made of.
private struct PublishedPrice: Sendable, CustomTestStringConvertible {
    let id: String
    let profile: String
    let side: Side
    let entryPrice: Price
    let quantity: Quantity
    let wallet: Amount
    let tiers: [MarginTier]
    let takerFee: Rate
    let price: ExactNumber
    let tolerance: Tolerance

    var testDescription: String { id }
}

/// Which profile follows the rule of a formula.
///
/// Bybit reckons maintenance at the entry value; no profile does, and its vectors hold for the formula
/// alone. The inverse examples take a leverage at which RULE-006 lets nobody trade.
private let profiles = [
    "LIQ_BINANCE_ONEWAY": "binance-usdm", "LIQ_BINANCE_TIERED": "binance-usdm",
    "LIQ_HYPERLIQUID_ISOLATED": "hyperliquid", "LIQ_ISOLATED_TAKER_FEE": "okx",
]

/// The published prices of positions that can be opened.
private let published: [PublishedPrice] = {
    guard let folder = SharedVectors.folder,
        let bytes = FileManager.default.contents(atPath: "\(folder)/liquidation_price.json"),
        case .object(let file)? = try? JSONValue(parsing: bytes),
        case .list(let vectors)? = file["vectors"]
    else { return [] }
    return vectors.compactMap { Vector($0).flatMap { try? PublishedPrice($0) } }
}()

extension PublishedPrice {
    private struct Unsuitable: Error {}

    /// Fails for a vector that a profile's isolated position cannot be.
    ///
    /// What stands behind the position and what it cost enter the formula as their difference, and so
    /// do the other positions of a cross account: an average entry price between two ticks, and other
    /// positions, become a wallet of another size.
    init(_ vector: Vector) throws {
        guard let profile = profiles[vector.formula], case .object(let expected) = vector.expected,
            let price = expected["liquidation_price"]?.exact, !price.isZero
        else { throw Unsuitable() }
        let inputs = VectorInputs(values: vector.inputs)
        let entry = try inputs.exact("entry_price")
        let grid = try inputs.price("entry_price")
        let tick = PublishedPrice.tick(for: grid)
        let rounded = Price(units: grid.units - grid.units % tick.units)
        entryPrice = rounded
        quantity = try inputs.quantity("qty")
        let side = try inputs.side()
        let cost = try inputs.amount(entry * ExactNumber(quantity), "entry_price")
        var wallet: Amount
        if inputs.has("wallet_balance") {
            wallet = try inputs.amount("wallet_balance")
        } else if inputs.has("collateral") {
            wallet = try inputs.amount("collateral")
        } else {
            let leverage = try inputs.leverage()
            wallet = Amount(units: cost.units / Int128(leverage))
        }
        wallet -= try inputs.amount("tmm_other", default: .zero)
        wallet += try inputs.amount("upnl_other", default: .zero)
        let moved = Amount(rounded, times: quantity) - cost
        self.wallet = side == .buy ? wallet + moved : wallet - moved
        guard self.wallet > .zero else { throw Unsuitable() }
        id = vector.id
        self.profile = vector.profile == "gate" ? "gate" : profile
        self.side = side
        let fee = try inputs.optionalRate("taker_fee") ?? .zero
        takerFee = fee
        var tiers = inputs.has("tiers") ? try inputs.tiers() : []
        if inputs.has("max_leverage") {
            let units = Rate.unitsPerOne / (2 * Int64(try inputs.leverage("max_leverage")))
            tiers = Self.tiers(rate: Rate(units: units), deduction: .zero)
        } else if tiers.isEmpty {
            tiers = Self.tiers(
                rate: try inputs.rate("mmr"),
                deduction: try inputs.amount("maint_amount", default: .zero)
            )
        }
        self.tiers = tiers.map { tier in
            var tier = tier
            tier.leverageMax = UInt16(
                (Rate.unitsPerOne - 1) / (tier.maintenanceRate.units + 2 * fee.units)
            )
            return tier
        }
        self.price = price
        tolerance = vector.tolerance
    }

    /// The profile's first instrument on a grid fine enough, with the tiers, the closing fee and the
    /// constant funding of the example; everything else is the profile's.
    func rules() throws -> VenueRules {
        var rules = try ProfileLoader.load(root.appending(path: "Profiles/\(profile).json").path)
        var instrument = rules.instruments[0]
        let tick = Self.tick(for: entryPrice)
        instrument.contract.tickSize = tick
        instrument.contract.stepSize = Quantity(units: 1000)
        instrument.limits.priceMin = tick
        instrument.limits.priceMax = Price(units: tick.units * 200_000_000)
        instrument.limits.quantityMin = Quantity(units: 1000)
        instrument.limits.quantityMax = Quantity(100_000)
        instrument.limits.marketQuantityMax = Quantity(100_000)
        instrument.limits.notionalMin = .zero
        instrument.fees = FeeSchedule(maker: .zero, taker: takerFee, liquidation: .zero)
        instrument.funding = FundingTerms(intervalMilliseconds: 28_800_000, rate: .zero)
        instrument.tiers = tiers
        instrument.leverageDefault = 1
        rules.instruments = [instrument]
        return rules
    }

    /// 10⁻⁸ up to prices of half, and so on by tens.
    private static func tick(for price: Price) -> Price {
        var tick = Price(units: 1)
        while price.units * 4 > tick.units * 200_000_000 {
            tick = Price(units: tick.units * 10)
        }
        return tick
    }

    /// A deduction comes from a tier below of half the rate.
    private static func tiers(rate: Rate, deduction: Amount) -> [MarginTier] {
        let half = Rate(units: rate.units / 2)
        let floor = Amount(
            units: deduction.units * Int128(Rate.unitsPerOne) / Int128(rate.units - half.units)
        )
        let upper = MarginTier(
            notionalFloor: floor,
            notionalCap: Amount(1_000_000_000),
            leverageMax: 1,
            maintenanceRate: rate,
            deduction: deduction
        )
        guard !deduction.isZero else { return [upper] }
        return [
            MarginTier(
                notionalFloor: .zero,
                notionalCap: floor,
                leverageMax: 1,
                maintenanceRate: half,
                deduction: .zero
            ),
            upper,
        ]
    }

    /// The highest leverage at which the position can be opened.
    fileprivate var leverage: UInt16 {
        let notional = Amount(entryPrice, times: quantity)
        return tiers.last { $0.notionalFloor <= notional }?.leverageMax ?? 1
    }
}

@Suite(.computesForLong) struct `Published liquidation prices` {
    @Test(.enabled(if: SharedVectors.folder != nil, "no vectors beside the checkout"))
    func `those of three rules can be played, all of them`() {
        #expect(published.count { $0.profile == "binance-usdm" } >= 20)
        #expect(published.count { $0.profile == "hyperliquid" } >= 19)
        #expect(published.count { ["gate", "okx"].contains($0.profile) } == 5)
    }

    /// The whole way: an order rests and is taken, margin is added, and the index moves.
    @Test(arguments: published)
    private func `are where the engine closes the position, by the profile's rules`(
        published: PublishedPrice
    ) throws {
        var venue = try PlayedVenue(published.rules())
        let market = venue.open(.recordedMarket)
        let trader = venue.open(.trader)
        let instrument = InstrumentID(rawValue: 0)
        venue.perform(
            .deposit(BalanceChange(account: trader, asset: venue.asset, amount: Amount(10_000_000)))
        )
        venue.perform(.updateIndexPrice(instrument, published.entryPrice))
        venue.perform(.setMarginMode(trader, instrument, .isolated))
        venue.perform(.setLeverage(trader, instrument, published.leverage))
        venue.perform(.placeOrder(published.order(of: trader, published.side)))
        let filled = venue.perform(
            .placeOrder(published.order(of: market, published.side.opposite))
        )
        #expect(filled.contains { if case .tradeExecuted = $0 { true } else { false } })
        let missing = published.wallet - venue.isolatedWallet
        if missing != .zero {
            venue.perform(.adjustIsolatedMargin(trader, instrument, missing))
        }
        #expect(venue.refusals == [])
        #expect(venue.isolatedWallet == published.wallet)

        let (safe, fatal) = try published.around()
        let early = venue.liquidation(afterIndex: safe)
        #expect(early == nil)
        let closed = venue.liquidation(afterIndex: fatal)
        let start = try #require(closed)
        #expect(
            published.tolerance.accepts(ExactNumber(start.liquidationPrice), for: published.price)
        )
    }
}

extension PublishedPrice {
    fileprivate func order(of account: AccountID, _ side: Side) -> NewOrder {
        NewOrder(
            account: account,
            instrument: InstrumentID(rawValue: 0),
            side: side,
            type: .limit,
            price: entryPrice,
            quantity: quantity
        )
    }

    /// The two index prices just on this and just on the other side of the published price.
    fileprivate func around() throws -> (safe: Price, fatal: Price) {
        let relative = tolerance.relative.map { price * $0 } ?? .zero
        let reach = max(relative, tolerance.absolute ?? .zero) + ExactNumber(units: 2, scale: 8)
        let units = [price - reach, price + reach].map { $0.units(scale: Price.scale) }
        let low = try #require(units[0].flatMap { Int64(exactly: $0) })
        let high = try #require(units[1].flatMap { Int64(exactly: $0) })
        return side == .buy
            ? (Price(units: high), Price(units: low)) : (Price(units: low), Price(units: high))
    }
}

/// An engine with what the test must know of it.
private struct PlayedVenue: ~Copyable {
    private var engine = Engine()
    private var buffer = EventBuffer()
    private(set) var refusals: [RejectReason] = []
    private(set) var isolatedWallet = Amount.zero
    let asset: AssetID

    init(_ rules: VenueRules) {
        asset = rules.instruments[0].contract.settleAsset
        for change in rules.changes { perform(.changeRules(change)) }
    }

    mutating func open(_ kind: AccountKind) -> AccountID {
        guard case .accountOpened(let account, _)? = perform(.openAccount(kind)).first else {
            preconditionFailure("an account opens")
        }
        return account
    }

    @discardableResult
    mutating func perform(_ command: Command) -> [Event] {
        buffer.removeAll()
        engine.apply(
            SequencedCommand(
                sequence: engine.sequence.next,
                time: Timestamp(milliseconds: 1_767_225_600_000),
                command: command
            ),
            into: &buffer
        )
        let events = Array(buffer.events(in: 0..<buffer.count))
        for event in events {
            switch event {
            case .refused(let refusal): refusals.append(refusal.reason)
            case .moneyMoved(let move) where move.to.isIsolated: isolatedWallet = move.toBalance
            case .moneyMoved(let move) where move.from.isIsolated:
                isolatedWallet = move.fromBalance
            default: break
            }
        }
        return events
    }

    mutating func liquidation(afterIndex price: Price) -> LiquidationStarted? {
        for case .liquidationStarted(let start) in perform(
            .updateIndexPrice(InstrumentID(rawValue: 0), price)
        ) { return start }
        return nil
    }
}
