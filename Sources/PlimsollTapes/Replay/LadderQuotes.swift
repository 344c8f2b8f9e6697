import PlimsollModel

/// The book that a replay makes where none was recorded: the maker's ladder around a recorded price,
/// and the taker's print through it.
struct LadderQuotes: Sendable {
    let instrument: InstrumentID
    let maker: AccountID
    let taker: AccountID
    let depth: DepthModel
    let limits: ReplayLimits
    /// Whether maker and taker each take one half of a print from the other, so that neither's
    /// position grows.
    ///
    /// Only for tapes on which a position could outgrow its number; it costs commands.
    let takesInTurns: Bool

    /// The most that one side of a recording may add up to; a fifth of what a quantity holds.
    static let positionMax = Quantity(20_000_000_000)
    /// Most orders that one print is cut into where the largest order is smaller than it; what
    /// is beyond is left out.
    static let pieceCountMax = 50

    /// Takes the ladder out of the book.
    func clear(_ commands: inout [Command]) {
        commands.append(.cancelAllOrders(maker, instrument))
        if takesInTurns { commands.append(.cancelAllOrders(taker, instrument)) }
    }

    /// Trades through what users have resting up to a price, as far as the ladder of one side reaches.
    func sweep(_ side: Side, to price: Price, volume: Quantity) -> Command {
        let total = (0..<depth.levelCount).reduce(Int128(0)) {
            $0 + Int128(quantity(ofLevel: $1, volume: volume, at: price).units)
        }
        return order(
            taker,
            side,
            price,
            limits.admissible(total, at: price),
            .immediateOrCancel
        )
    }

    /// The ladder and the print.
    ///
    /// - Parameters:
    ///   - price: Of the touch that is hit and of the print.
    ///   - hit: The taker's side.
    ///   - volume: What is traded in a minute or so; the ladder is sized by it.
    ///   - print: What is traded; it stands at the touch on top of the depth, so that the depth is
    ///     still there when the step is over.
    ///   - commands: Where the orders are added.
    func quote(
        _ price: Price,
        hit: Side,
        volume: Quantity,
        print: Quantity,
        into commands: inout [Command]
    ) {
        let countMax = max(
            1,
            min(Self.pieceCountMax, limits.openOrderCountMax - depth.levelCount * 2)
        )
        // The taker's own order comes first, for the maker to meet it and not itself.
        let returned = takesInTurns ? limits.half(of: print, at: price) : .zero
        for piece in limits.pieces(returned, countMax: countMax) {
            commands.append(order(taker, hit.opposite, price, piece))
        }
        for side in [hit.opposite, hit] {
            let outwards: Int64 = side == .buy ? -1 : 1
            let touch = side == hit ? price.units + outwards * limits.tick.units : price.units
            for level in 0..<depth.levelCount {
                let distance = depth.distance(ofLevel: level, price: price, tick: limits.tick)
                let units = touch + outwards * distance * limits.tick.units
                guard units >= limits.priceMin.units, units <= limits.priceMax.units else { break }
                let levelPrice = Price(units: units)
                let quantity = quantity(ofLevel: level, volume: volume, at: levelPrice)
                guard level == 0, side != hit else {
                    commands.append(order(maker, side, levelPrice, quantity))
                    continue
                }
                for piece in limits.pieces(quantity + print - returned, countMax: countMax) {
                    commands.append(order(maker, side, levelPrice, piece))
                }
            }
        }
        for piece in limits.pieces(returned, countMax: countMax) {
            commands.append(order(maker, hit, price, piece, .immediateOrCancel))
        }
        for piece in limits.pieces(print - returned, countMax: countMax) {
            commands.append(order(taker, hit, price, piece, .immediateOrCancel))
        }
    }

    /// A limit order of one of the two accounts.
    func order(
        _ account: AccountID,
        _ side: Side,
        _ price: Price,
        _ quantity: Quantity,
        _ timeInForce: TimeInForce = .goodTillCancelled
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: instrument,
                side: side,
                type: .limit,
                timeInForce: timeInForce,
                price: price,
                quantity: quantity
            )
        )
    }

    private func quantity(ofLevel level: Int, volume: Quantity, at price: Price) -> Quantity {
        let touch =
            Int128(volume.units) * Int128(depth.touchShare.units) / Int128(Rate.unitsPerOne)
        let least = Int128(limits.quantityMin(at: price).units)
        return limits.admissible(
            depth.quantity(ofLevel: level, touch: max(touch, least)),
            at: price
        )
    }
}
