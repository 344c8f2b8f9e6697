public import PlimsollModel

/// Keeps a recorded book standing in a venue: for each level one order of the maker, and for each
/// recorded trade one order of the taker.
///
/// Commands name the maker's orders by their level, so that they need no answer from the venue: what
/// is done follows from the recording alone. What users change is noted and put right by `restore`.
///
/// Prices that the instrument does not know are rounded away from the spread, quantities down to its
/// step and to its largest order; what is smaller than its smallest order does not stand.
public struct BookMirror: Sendable {
    /// Where an order of the maker stands.
    private struct Place: Hashable {
        var side: Side
        var price: Price
    }

    private let place: ReplayPlace
    private let limits: ReplayLimits
    private var bids = MirroredSide(side: .buy)
    private var asks = MirroredSide(side: .sell)
    /// Levels that may stand otherwise than recorded since a print.
    private var displaced: [Place] = []
    /// Levels that users traded with.
    private var taken: [Place] = []

    public init(_ place: ReplayPlace) {
        self.place = place
        limits = ReplayLimits(place.rules)
    }

    // MARK: The recorded book

    public var bestBid: TapeLevel? { bids.bestRecorded }

    public var bestAsk: TapeLevel? { asks.bestRecorded }

    /// Bids and asks.
    public var levelCounts: (bids: Int, asks: Int) { (bids.recordedCount, asks.recordedCount) }

    /// Between the best bid and ask, or the one there is.
    public var middle: Price? {
        switch (bestBid?.price, bestAsk?.price) {
        case (let bid?, let ask?): Price(units: bid.units + (ask.units - bid.units) / 2)
        case (let bid?, nil): bid
        case (nil, let ask?): ask
        case (nil, nil): nil
        }
    }

    // MARK: What happens to it

    /// Takes down what an earlier mirror of the same accounts left, and stands this one's book.
    public mutating func begin(into commands: inout [Command]) {
        commands.append(.cancelAllOrders(place.maker, place.instrument))
        displaced.removeAll(keepingCapacity: true)
        taken.removeAll(keepingCapacity: true)
        bids.forgetStanding()
        asks.forgetStanding()
        settle(allPlaces, into: &commands)
    }

    /// The whole book anew; only what differs from before is changed.
    public mutating func replace(
        with levels: some Swift.Sequence<TapeLevel>,
        into commands: inout [Command]
    ) {
        let before = allPlaces
        forgetRecorded()
        let after = levels.map { record($0) }
        settle(before + after, into: &commands)
    }

    /// Levels that are something else from now on.
    public mutating func change(
        _ levels: some Swift.Sequence<TapeLevel>,
        into commands: inout [Command]
    ) {
        settle(levels.map { record($0) }, into: &commands)
    }

    /// Learns the book without telling it.
    public mutating func learn(_ levels: some Swift.Sequence<TapeLevel>, isSnapshot: Bool) {
        if isSnapshot { forgetRecorded() }
        for level in levels { _ = record(level) }
    }

    /// Trades at exactly the recorded price, first with users whose orders stand at a better price or
    /// earlier in the queue.
    ///
    /// A recording tells trades and levels apart, and a level often later: what stands in the way of the
    /// trade goes, what it needs comes, and the next change of the book puts both right.
    public mutating func trade(_ trade: TapeTrade, into commands: inout [Command]) {
        let price = limits.onTick(trade.price)
        let quantity = limits.onStep(trade.quantity)
        guard quantity >= limits.quantityLeast else { return }
        let maker = trade.takerSide.opposite
        takeDown(maker, upTo: price, isInclusive: false, into: &commands)
        takeDown(trade.takerSide, upTo: price, isInclusive: true, into: &commands)
        let level = Place(side: maker, price: price)
        var standing = self[maker].standing(at: price)
        if standing < quantity {
            if standing > .zero { commands.append(cancel(level)) }
            standing = min(quantity, limits.quantityMax)
            commands.append(stand(level, standing))
        }
        let traded = min(quantity, standing)
        commands.append(take(trade.takerSide, price, traded))
        self[maker].setStanding(standing - traded, at: price)
        displaced.append(level)
    }

    /// Learns from a command's events which levels users traded with.
    public mutating func note(_ events: ArraySlice<Event>) {
        let hasUsers = events.contains {
            guard case .orderFilled(let fill) = $0 else { return false }
            return fill.instrument == place.instrument && !isOwn(fill.account)
        }
        guard hasUsers else { return }
        for event in events {
            switch event {
            case .orderFilled(let fill) where fill.account == place.maker:
                taken.append(Place(side: fill.side, price: fill.price))
            case .orderFilled(let fill) where fill.account == place.taker:
                // A user stood in for the level.
                taken.append(Place(side: fill.side.opposite, price: fill.price))
            case .orderAccepted(let order) where order.account == place.maker:
                taken.append(Place(side: order.side, price: order.price))
            default: continue
            }
        }
    }

    /// Stands the levels again that users traded with.
    public mutating func restore(into commands: inout [Command]) {
        guard !taken.isEmpty else { return }
        var places: [Place] = []
        for place in taken where !places.contains(place) {
            places.append(place)
            // Whatever of it still stands is replaced.
            commands.append(cancel(place))
            self[place.side].setStanding(.zero, at: place.price)
        }
        taken.removeAll(keepingCapacity: true)
        settle(places, into: &commands)
    }

    // MARK: Levels and orders

    private subscript(side: Side) -> MirroredSide {
        get { side == .buy ? bids : asks }
        _modify { if side == .buy { yield &bids } else { yield &asks } }
    }

    private func isOwn(_ account: AccountID) -> Bool {
        account == place.maker || account == place.taker
    }

    private var allPlaces: [Place] {
        bids.prices.map { Place(side: .buy, price: $0) }
            + asks.prices.map { Place(side: .sell, price: $0) }
    }

    private mutating func forgetRecorded() {
        bids.forgetRecorded()
        asks.forgetRecorded()
    }

    private mutating func record(_ level: TapeLevel) -> Place {
        let price = limits.onTick(level.price, awayFrom: level.side)
        self[level.side].record(level, at: price)
        return Place(side: level.side, price: price)
    }

    /// Makes these levels, and those that prints have moved, stand as recorded.
    ///
    /// What must go goes first, so that nothing that comes can meet it.
    private mutating func settle(_ changed: [Place], into commands: inout [Command]) {
        let count = displaced.count
        for index in 0..<(count + changed.count) {
            let level = index < count ? displaced[index] : changed[index - count]
            let standing = self[level.side].standing(at: level.price)
            guard standing > .zero, standing != wanted(level) else { continue }
            commands.append(cancel(level))
            self[level.side].setStanding(.zero, at: level.price)
        }
        for index in 0..<(count + changed.count) {
            let level = index < count ? displaced[index] : changed[index - count]
            let wanted = wanted(level)
            guard wanted > .zero, self[level.side].standing(at: level.price) != wanted else {
                continue
            }
            commands.append(stand(level, wanted))
            self[level.side].setStanding(wanted, at: level.price)
        }
        displaced.removeAll(keepingCapacity: true)
    }

    /// What of a recorded level can stand.
    private func wanted(_ level: Place) -> Quantity {
        guard level.price >= limits.priceMin, level.price <= limits.priceMax else { return .zero }
        let recorded = min(self[level.side].recorded(at: level.price), limits.quantityMax)
        let quantity = limits.onStep(recorded)
        return quantity < limits.quantityLeast ? .zero : quantity
    }

    /// Takes down what stands on a side up to a price.
    private mutating func takeDown(
        _ side: Side,
        upTo price: Price,
        isInclusive: Bool,
        into commands: inout [Command]
    ) {
        for found in self[side].standing(upTo: price, isInclusive: isInclusive) {
            let level = Place(side: side, price: found)
            commands.append(cancel(level))
            self[side].setStanding(.zero, at: found)
            displaced.append(level)
        }
    }

    private func cancel(_ level: Place) -> Command {
        .cancelOrder(
            OrderReference(
                account: place.maker,
                instrument: place.instrument,
                clientOrderID: name(of: level)
            )
        )
    }

    private func stand(_ level: Place, _ quantity: Quantity) -> Command {
        .placeOrder(
            NewOrder(
                account: place.maker,
                instrument: place.instrument,
                side: level.side,
                type: .limit,
                price: level.price,
                quantity: quantity,
                clientOrderID: name(of: level)
            )
        )
    }

    private func take(_ side: Side, _ price: Price, _ quantity: Quantity) -> Command {
        .placeOrder(
            NewOrder(
                account: place.taker,
                instrument: place.instrument,
                side: side,
                type: .limit,
                timeInForce: .immediateOrCancel,
                price: price,
                quantity: quantity
            )
        )
    }

    private func name(of level: Place) -> ClientOrderID {
        ClientOrderID(of: level.side, level: level.price.units / limits.tick.units)
    }
}

/// One side of a mirrored book.
private struct MirroredSide: Sendable {
    private struct Level {
        var price: Price
        /// Units of the recorded levels that are rounded to this price; however many, they add up.
        var recorded: Int128
        /// What stands in the venue, as far as the recording tells.
        var standing: Quantity
    }

    let side: Side
    // Best level last: levels are born and die at the best price, so most changes shift little.
    private var levels: [Level] = []
    /// Units of each recorded level by its own price.
    private var recordedUnits: [Int64: Int64] = [:]

    init(side: Side) { self.side = side }

    var prices: [Price] { levels.map(\.price) }

    var bestRecorded: TapeLevel? {
        levels.last { $0.recorded > 0 }
            .map { TapeLevel(side: side, price: $0.price, quantity: Self.quantity($0.recorded)) }
    }

    var recordedCount: Int { levels.count { $0.recorded > 0 } }

    mutating func record(_ level: TapeLevel, at price: Price) {
        let before = recordedUnits[level.price.units] ?? 0
        recordedUnits[level.price.units] =
            level.quantity.units > 0 ? level.quantity.units : nil
        let found = place(of: price)
        if !found.exists {
            guard level.quantity > .zero else { return }
            levels.insert(
                Level(price: price, recorded: 0, standing: .zero),
                at: found.index
            )
        }
        levels[found.index].recorded += Int128(level.quantity.units) - Int128(before)
        dropIfEmpty(found.index)
    }

    func recorded(at price: Price) -> Quantity {
        let found = place(of: price)
        return found.exists ? Self.quantity(levels[found.index].recorded) : .zero
    }

    func standing(at price: Price) -> Quantity {
        let found = place(of: price)
        return found.exists ? levels[found.index].standing : .zero
    }

    mutating func setStanding(_ quantity: Quantity, at price: Price) {
        let found = place(of: price)
        if !found.exists {
            guard quantity > .zero else { return }
            levels.insert(
                Level(price: price, recorded: 0, standing: .zero),
                at: found.index
            )
        }
        levels[found.index].standing = quantity
        dropIfEmpty(found.index)
    }

    /// Prices that stand, from the best up to a limit.
    func standing(upTo limit: Price, isInclusive: Bool) -> [Price] {
        var prices: [Price] = []
        for level in levels.reversed() {
            let isBetter = side == .buy ? level.price > limit : level.price < limit
            guard isBetter || (isInclusive && level.price == limit) else { break }
            if level.standing > .zero { prices.append(level.price) }
        }
        return prices
    }

    mutating func forgetRecorded() {
        recordedUnits.removeAll(keepingCapacity: true)
        for index in levels.indices { levels[index].recorded = 0 }
        levels.removeAll { $0.standing.isZero }
    }

    mutating func forgetStanding() {
        for index in levels.indices { levels[index].standing = .zero }
        levels.removeAll { $0.recorded == 0 }
    }

    private static func quantity(_ units: Int128) -> Quantity {
        Quantity(units: Int64(min(units, Int128(Int64.max))))
    }

    private mutating func dropIfEmpty(_ index: Int) {
        let level = levels[index]
        if level.recorded == 0, level.standing.isZero { levels.remove(at: index) }
    }

    private func place(of price: Price) -> (index: Int, exists: Bool) {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            let isBefore =
                side == .buy ? levels[middle].price < price : levels[middle].price > price
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return (low, low < levels.count && levels[low].price == price)
    }
}
