import PlimsollModel

/// The book that a replay makes where none was recorded: a touch on each side of the recorded price,
/// levels behind it, and the print of what was recorded.
///
/// Levels stand at whole multiples of a spacing and stay there while the price moves: those that it
/// passes go, and others come behind it. The touches are new with every move. Commands name the levels
/// by their place, so that they need no answer from the venue: what is done follows from the
/// recording alone. A level that users took is missing until the price has passed it, or until
/// `measure` takes all down; that it cannot be cancelled meanwhile is refused and does no harm.
///
/// The maker keeps the touches. The taker prints, and keeps the levels, which no print reaches: so one
/// command takes both touches down, and no account meets itself.
struct ModelledBook: Sendable {
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

    private struct Sizes {
        var touch = Quantity.zero
        var level = Quantity.zero
    }

    /// What it was measured by last.
    private var volume = Int128(0)
    private var recorded: NearestBands?
    private var spacing = Price.zero
    /// Those whose prices the instrument knows, in spacings.
    private var knownLevels: Range<Int64> = 0..<0
    private var bidSizes = Sizes()
    private var askSizes = Sizes()
    /// The levels that stand, in spacings; those nearest to the price are the last bid and the first ask.
    private var bids: Range<Int64> = 0..<0
    private var asks: Range<Int64> = 0..<0

    /// The most that one side of a recording may add up to; a fifth of what a quantity holds.
    static let positionMax = Quantity(20_000_000_000)
    /// Levels that may stay beyond the last one wanted: the price often comes back.
    private static let spareCount: Int64 = 3
    /// Most orders that one print is cut into where the largest order is smaller than it; what
    /// is beyond is left out.
    private static let pieceCountMax = 50

    /// - Parameters:
    ///   - place: Where it stands.
    ///   - depth: How it looks.
    ///   - total: Units of everything that will be printed.
    init(_ place: ReplayPlace, depth: DepthModel, total: Int128) {
        instrument = place.instrument
        maker = place.maker
        taker = place.taker
        self.depth = depth
        limits = ReplayLimits(place.rules)
        takesInTurns = total > Int128(Self.positionMax.units)
    }

    /// Takes the levels down, and reckons how the next ones look.
    ///
    /// - Parameters:
    ///   - price: Around which they will stand.
    ///   - volume: Units of what is traded in a minute or so.
    ///   - recorded: What stood in the recorded book: a side of which it tells is sized by it.
    ///   - commands: Where the cancellation is added.
    mutating func measure(
        at price: Price,
        volume: Int128,
        recorded: NearestBands? = nil,
        into commands: inout [Command]
    ) {
        commands.append(.cancelAllOrders(taker, instrument))
        self.volume = volume
        self.recorded = recorded
        let reach = price.times(depth.reach, rounding: .down).units
        let ticks = max(1, reach / Int64(depth.levelCount) / limits.tick.units)
        spacing = Price(units: ticks * limits.tick.units)
        let least = (limits.priceMin.units + spacing.units - 1) / spacing.units
        knownLevels = least..<max(least, limits.priceMax.units / spacing.units + 1)
        bidSizes = sizes(recorded?.bids, at: price)
        askSizes = sizes(recorded?.asks, at: price)
        bids = 0..<0
        asks = 0..<0
    }

    /// By what stood within a band, spread evenly over it, or by what is traded.
    private func sizes(_ band: BandTape.Band?, at price: Price) -> Sizes {
        guard let band else {
            func part(_ share: Rate) -> Quantity {
                let units = volume * Int128(share.units) / Int128(Rate.unitsPerOne)
                return limits.admissible(units, at: price)
            }
            return Sizes(touch: part(depth.touchShare), level: part(depth.levelShare))
        }
        let level = multiplyDivide(
            product(band.quantity.units, spacing.units),
            by: Int128(Rate.unitsPerOne),
            over: product(band.distance.magnitude.units, price.units),
            rounding: .down
        )
        // In the model's own proportion to a level.
        let touch = multiplyDivide(
            level,
            by: Int128(depth.touchShare.units),
            over: Int128(depth.levelShare.units),
            rounding: .down
        )
        return Sizes(
            touch: limits.admissible(touch, at: price),
            level: limits.admissible(level, at: price)
        )
    }

    private func sizes(of side: Side) -> Sizes { side == .buy ? bidSizes : askSizes }

    /// Moves the book to a price and prints there.
    ///
    /// Users who have an order between take of the print first; then the touch and the levels that come on
    /// the other side meet what is left of theirs.
    ///
    /// - Parameters:
    ///   - price: Of the touch that is hit and of the print; the other touch is one tick away.
    ///   - hit: The taker's side.
    ///   - print: What is traded; it stands on top of the touch, which is still there afterwards.
    ///   - commands: Where the orders are added.
    mutating func move(
        to price: Price,
        hit: Side,
        print: Quantity,
        into commands: inout [Command]
    ) {
        let bid = hit == .sell ? price : price - limits.tick
        let ask = bid + limits.tick
        var (newBids, newAsks) = levels(behind: bid, ask)
        if !bids.isEmpty && newBids.lowerBound > bids.upperBound
            || !asks.isEmpty && newAsks.upperBound < asks.lowerBound
        {
            // None that stands would still be wanted there.
            measure(at: price, volume: volume, recorded: recorded, into: &commands)
            (newBids, newAsks) = levels(behind: bid, ask)
        }
        // What goes goes first, so that nothing that comes can meet it.
        commands.append(.cancelAllOrders(maker, instrument))
        while let last = bids.last, last >= newBids.upperBound {
            commands.append(cancelLevel(.buy, last))
            bids = bids.lowerBound..<last
        }
        while let first = bids.first, first < newBids.lowerBound - Self.spareCount {
            commands.append(cancelLevel(.buy, first))
            bids = (first + 1)..<bids.upperBound
        }
        while let first = asks.first, first < newAsks.lowerBound {
            commands.append(cancelLevel(.sell, first))
            asks = (first + 1)..<asks.upperBound
        }
        while let last = asks.last, last >= newAsks.upperBound + Self.spareCount {
            commands.append(cancelLevel(.sell, last))
            asks = asks.lowerBound..<last
        }
        let touch = sizes(of: hit.opposite).touch
        self.print(print, at: price, hit: hit, touch: touch, into: &commands)
        let other = hit == .sell ? ask : bid
        if other >= limits.priceMin, other <= limits.priceMax {
            commands.append(order(maker, hit, other, sizes(of: hit).touch))
        }
        standLevels(.buy, newBids, besides: bids, into: &commands)
        standLevels(.sell, newAsks, besides: asks, into: &commands)
        bids =
            bids.isEmpty ? newBids : min(bids.lowerBound, newBids.lowerBound)..<newBids.upperBound
        asks =
            asks.isEmpty ? newAsks : newAsks.lowerBound..<max(asks.upperBound, newAsks.upperBound)
    }

    /// Trades at a price where the maker has a touch, or gets one.
    ///
    /// - Parameters:
    ///   - print: What is traded.
    ///   - price: At which the maker has nothing better.
    ///   - hit: The taker's side.
    ///   - touch: What comes to stand there and is still there afterwards.
    ///   - commands: Where the orders are added.
    func print(
        _ print: Quantity,
        at price: Price,
        hit: Side,
        touch: Quantity = .zero,
        into commands: inout [Command]
    ) {
        let returned = takesInTurns ? limits.half(of: print, at: price) : .zero
        stand(returned, of: taker, hit.opposite, price, into: &commands)
        stand(returned, of: maker, hit, price, .immediateOrCancel, into: &commands)
        stand(print - returned + touch, of: maker, hit.opposite, price, into: &commands)
        stand(print - returned, of: taker, hit, price, .immediateOrCancel, into: &commands)
    }

    // MARK: Orders

    /// The levels nearest to the touches, as far as the instrument knows their prices.
    private func levels(behind bid: Price, _ ask: Price) -> (bids: Range<Int64>, asks: Range<Int64>)
    {
        let lower = (bid.units - 1) / spacing.units
        let upper = ask.units / spacing.units + 1
        let count = Int64(depth.levelCount)
        return (
            ((lower + 1 - count)..<(lower + 1)).clamped(to: knownLevels),
            (upper..<(upper + count)).clamped(to: knownLevels)
        )
    }

    private func standLevels(
        _ side: Side,
        _ levels: Range<Int64>,
        besides standing: Range<Int64>,
        into commands: inout [Command]
    ) {
        for level in levels where !standing.contains(level) {
            let price = Price(units: level * spacing.units)
            var order = newOrder(taker, side, price, sizes(of: side).level)
            order.clientOrderID = ClientOrderID(of: side, level: level)
            commands.append(.placeOrder(order))
        }
    }

    private func cancelLevel(_ side: Side, _ level: Int64) -> Command {
        .cancelOrder(
            OrderReference(
                account: taker,
                instrument: instrument,
                clientOrderID: ClientOrderID(of: side, level: level)
            )
        )
    }

    /// A quantity as one order, or as several where the rules allow none so large.
    private func stand(
        _ quantity: Quantity,
        of account: AccountID,
        _ side: Side,
        _ price: Price,
        _ timeInForce: TimeInForce = .goodTillCancelled,
        into commands: inout [Command]
    ) {
        guard quantity > limits.quantityMax else {
            if quantity > .zero {
                commands.append(order(account, side, price, quantity, timeInForce))
            }
            return
        }
        for piece in limits.pieces(quantity, countMax: Self.pieceCountMax) {
            commands.append(order(account, side, price, piece, timeInForce))
        }
    }

    private func order(
        _ account: AccountID,
        _ side: Side,
        _ price: Price,
        _ quantity: Quantity,
        _ timeInForce: TimeInForce = .goodTillCancelled
    ) -> Command { .placeOrder(newOrder(account, side, price, quantity, timeInForce)) }

    private func newOrder(
        _ account: AccountID,
        _ side: Side,
        _ price: Price,
        _ quantity: Quantity,
        _ timeInForce: TimeInForce = .goodTillCancelled
    ) -> NewOrder {
        NewOrder(
            account: account,
            instrument: instrument,
            side: side,
            type: .limit,
            timeInForce: timeInForce,
            price: price,
            quantity: quantity
        )
    }
}
