import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// At which mark price each open position of an instrument would be liquidated, with everything else
/// as it is at one instant.
///
/// Every price is that of the engine's own formula, so the map is exact; it is not an estimate.
///
/// Spec: LIQ-001, LIQ-004.
struct LiquidationMap: Sendable {
    struct Position: Sendable {
        var account: AccountID
        var side: PositionSide
        var marginMode: MarginMode
        var leverage: UInt16
        /// Signed.
        var quantity: Quantity
        /// `nil` where no price liquidates it.
        var price: Price?
    }

    /// Positions together.
    struct Sum: Sendable {
        var count = 0
        var quantity = Quantity.zero
        /// At their liquidation prices; at the mark price where they have none.
        var notional = Amount.zero

        mutating func add(_ quantity: Quantity, worth notional: Amount) {
            count += 1
            self.quantity += quantity.magnitude
            self.notional += notional
        }
    }

    struct Sides: Sendable {
        var longs = Sum()
        var shorts = Sum()

        var isEmpty: Bool { longs.count == 0 && shorts.count == 0 }

        mutating func add(_ position: Position, worth notional: Amount) {
            if position.quantity > .zero {
                longs.add(position.quantity, worth: notional)
            } else {
                shorts.add(position.quantity, worth: notional)
            }
        }
    }

    /// The levels from one price to another, each as wide as the others.
    struct Levels: Sendable {
        var width: Price
        var from: Price
        var to: Price
        /// Those that hold something, by their lower edge, rising.
        var filled: [(price: Price, sides: Sides)] = []
        var below = Sides()
        var above = Sides()
        var never = Sides()
    }

    let sequence: Sequence
    let time: Timestamp
    let contract: ContractTerms
    let markPrice: Price
    let lastPrice: Price
    private(set) var positions: [Position] = []

    // What the prices are found from; the tables are not needed for it any more.
    private var scopes: [LiquidationScope] = []
    private let tiers: [MarginTier]

    /// Reads what the prices are found from.
    init(_ instrument: InstrumentID, in venue: borrowing VenueProjections) {
        let market = venue.markets[instrument.index]
        sequence = venue.sequence
        time = venue.time
        contract = market.rules.contract
        markPrice = market.prices?.mark ?? .zero
        lastPrice = market.lastPrice ?? .zero
        tiers = market.rules.tiers
        guard !markPrice.isZero else { return }
        for id in venue.accountIDs {
            guard let holder = venue.account(id), holder.kind.isMargined else { continue }
            for position in holder.positions
            where position.instrument == instrument && !position.isFlat {
                positions.append(
                    Position(
                        account: id,
                        side: position.side,
                        marginMode: position.marginMode,
                        leverage: position.leverage,
                        quantity: position.quantity,
                        price: nil
                    )
                )
                scopes.append(Self.scope(of: position, held: holder, market, in: venue))
            }
        }
    }

    /// Finds the prices; needs the venue's tables no more.
    mutating func solve() {
        for index in positions.indices {
            positions[index].price = scopes[index].liquidationPrice(
                tiers: tiers.span,
                near: markPrice
            )
        }
        scopes = []
    }

    /// Sorts the positions into levels around the mark price.
    ///
    /// - Parameters:
    ///   - range: Of the mark price, to each side.
    ///   - count: Of levels; each is as wide as a whole number of ticks.
    /// - Returns: Every position in one of them, or beside them.
    func levels(range: Rate, count: Int) -> Levels {
        let reach = markPrice.times(range, rounding: .up).units
        let tick = contract.tickSize.units
        let width = max(1, (2 * reach / Int64(count) + tick - 1) / tick) * tick
        let from = max(0, markPrice.units - reach) / width * width
        let to = (markPrice.units + reach) / width * width + width
        var levels = Levels(
            width: Price(units: width),
            from: Price(units: from),
            to: Price(units: to)
        )
        var sums: [Sides] = Array(repeating: Sides(), count: Int((to - from) / width))
        for position in positions {
            guard let price = position.price else {
                levels.never.add(position, worth: worth(position, at: markPrice))
                continue
            }
            let worth = worth(position, at: price)
            if price.units < from {
                levels.below.add(position, worth: worth)
            } else if price.units >= to {
                levels.above.add(position, worth: worth)
            } else {
                sums[Int((price.units - from) / width)].add(position, worth: worth)
            }
        }
        for (index, sides) in sums.enumerated() where !sides.isEmpty {
            levels.filled.append((Price(units: from + Int64(index) * width), sides))
        }
        return levels
    }

    func worth(_ position: Position, at price: Price) -> Amount {
        contract.tradedValue(of: position.quantity, at: price)
    }

    private static func scope(
        of position: PositionProjection,
        held holder: AccountProjection,
        _ market: MarketProjection,
        in venue: borrowing VenueProjections
    ) -> LiquidationScope {
        let rules = market.rules
        var scope = LiquidationScope(
            valuation: rules.contract.valuation,
            long: max(position.quantity, .zero),
            short: max(-position.quantity, .zero),
            entryValue: position.entryValue,
            balance: position.isolatedWallet,
            closeFee: rules.liquidation.includesCloseFee ? rules.fees.taker : .zero
        )
        guard position.marginMode == .cross else { return scope }
        let asset = rules.contract.settleAsset
        let cross = DeleveragingLights.crossScope(of: holder, settling: asset, in: venue)
        scope.balance = cross.balance - cross.maintenance
        for part in holder.positions
        where part.instrument == position.instrument && !part.isFlat {
            let risk = PositionRisk(part, rules, market.prices?.mark ?? .zero)
            scope.balance += risk.maintenance - risk.unrealizedPnL
            guard part.side != position.side else { continue }
            scope.long += max(part.quantity, .zero)
            scope.short += max(-part.quantity, .zero)
            scope.entryValue += part.entryValue
        }
        return scope
    }
}
