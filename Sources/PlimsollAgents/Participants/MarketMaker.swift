import PlimsollModel

/// Quotes both sides of one instrument around a fair price, more the further away, and leans
/// against its own inventory.
///
/// The ladder is kept, not rebuilt: a step moves the few orders that no longer stand where one is
/// wanted, so that a quarter of a second costs a handful of commands. What the maker has in the
/// book it learns from events alone, so a refusal or a fill that crosses a command on its way only
/// means that the next step finds something to do.
struct MarketMaker: Sendable {
    struct Quote: Sendable {
        var order: OrderID
        var price: Price
        /// The whole order, with what is filled.
        var quantity: Quantity
        var remaining: Quantity
    }

    let account: AccountID
    private let scale: InstrumentScale
    /// Level gaps of the narrowest ladder that make one of this one.
    let spacing: Int64
    /// What one side shows in a calm hour, in quote units.
    private let depth: Price
    private let inventoryScale: Int128
    /// Best first.
    private(set) var bids: [Quote] = []
    private(set) var asks: [Quote] = []
    /// Signed.
    private(set) var inventory = Quantity.zero

    static let levelCount = 12
    /// Of the ladder that stands behind the narrow one.
    private static let wideSpacing: Int64 = 6
    private static let wideDepth: Int64 = 3
    private static let leanGaps: Int128 = 4
    /// So many quotes on the wrong side of the price are cancelled together.
    private static let staleCountMax = 9

    /// - Parameters:
    ///   - account: The maker's.
    ///   - scale: Of the instrument.
    ///   - terms: How makers quote.
    ///   - isWide: Whether the ladder stands behind a narrow one, with more in it and changed seldom.
    init(account: AccountID, scale: InstrumentScale, terms: MakerTerms, isWide: Bool) {
        self.account = account
        self.scale = scale
        spacing = isWide ? Self.wideSpacing : 1
        let factor = isWide ? Self.wideDepth : 1
        let wanted = Price(clamping: terms.depth).units.clampedProduct(factor)
        depth = Price(units: min(wanted, scale.sideNotionalMax.units))
        inventoryScale = max(Amount.unitsPerOne, terms.inventoryScale.units) * Int128(factor)
    }

    var isWide: Bool { spacing > 1 }

    // MARK: Quoting

    /// The maker's fair price in ticks: below what seems fair to all while it is long.
    func fairTicks(_ fair: Price) -> Int64 {
        let held = Int128(scale.notional(of: inventory, at: fair).units)
        let value = held * Int128(inventory.units.signum()) * Int128(Price.unitsPerOne)
        let lean = value * Self.leanGaps * Int128(gap(at: fair)) / inventoryScale
        let most = Int128(gap(at: fair)) * 60
        return scale.ticks(of: fair) - Int64(min(max(lean, -most), most))
    }

    /// Ticks between the first two levels, the unit of all distances: 0.002 % of the price in a
    /// narrow ladder.
    func gap(at price: Price) -> Int64 { max(1, scale.ticks(of: price) / 50_000) * spacing }

    /// The commands that bring the ladder nearer to where it should be.
    ///
    /// - Parameters:
    ///   - fair: In ticks.
    ///   - halfSpread: Ticks from the fair price to each touch, at least 1.
    ///   - index: What distances are reckoned with.
    ///   - share: How much of the depth to show.
    ///   - budget: The most commands to give.
    ///   - random: For the sizes.
    /// - Returns: At most `budget` commands, in the order in which they must be done.
    func commands(
        fair: Int64,
        halfSpread: Int64,
        index: Price,
        share: Rate,
        budget: Int,
        random: inout RandomStream
    ) -> [Command] {
        let staleBids = bids.prefix { scale.ticks(of: $0.price) >= fair }.count
        let staleAsks = asks.prefix { scale.ticks(of: $0.price) <= fair }.count
        var plan = Plan(
            fair: fair,
            halfSpread: halfSpread,
            gap: gap(at: index),
            share: share,
            budget: budget,
            bids: bids,
            asks: asks
        )
        if max(staleBids, staleAsks) >= Self.staleCountMax {
            // The price jumped: one command clears the way, and the ladder grows anew.
            plan.commands.append(.cancelAllOrders(account, scale.instrument))
            plan.bids = []
            plan.asks = []
        }
        // The side that gives way first, so that the other one finds room to follow. It leaves
        // something of the budget, for a book with one touch missing looks dead.
        let first: Side = staleBids > staleAsks ? .buy : .sell
        let kept = budget / 3
        plan.budget -= kept
        requote(first, &plan, &random)
        plan.budget += kept
        requote(first.opposite, &plan, &random)
        return plan.commands
    }

    /// The ladder as it will be once the commands so far are done.
    private struct Plan {
        let fair: Int64
        let halfSpread: Int64
        let gap: Int64
        let share: Rate
        var budget: Int
        var bids: [Quote]
        var asks: [Quote]
        var commands: [Command] = []

        subscript(side: Side) -> [Quote] {
            get { side == .buy ? bids : asks }
            set { if side == .buy { bids = newValue } else { asks = newValue } }
        }

        /// Ticks from the touch to level `level`: 0, 1, 3, 6, 10 … gaps.
        func distance(ofLevel level: Int) -> Int64 { Int64(level * (level + 1) / 2) * gap }

        func ticks(ofLevel level: Int, _ side: Side) -> Int64 {
            fair - side.sign * (halfSpread + distance(ofLevel: level))
        }

        /// The level that a quote serves, by the middle between two levels; `nil` beyond the last.
        func level(at distance: Int64) -> Int? {
            // The touch itself bears little: a spread should stay narrow.
            guard distance > max(1, gap / 4) else { return 0 }
            return (1..<MarketMaker.levelCount).first { level in
                let next = self.distance(ofLevel: level + 1)
                return distance <= (self.distance(ofLevel: level) + next) / 2
            }
        }
    }

    private func requote(_ side: Side, _ plan: inout Plan, _ random: inout RandomStream) {
        var isServed = [Bool](repeating: false, count: Self.levelCount)
        var stale: [Int] = []
        var spare: [Int] = []
        for (position, quote) in plan[side].enumerated() {
            let ticks = scale.ticks(of: quote.price)
            let distance = (plan.ticks(ofLevel: 0, side) - ticks) * side.sign
            if distance <= -plan.halfSpread {
                stale.append(position)
            } else if let level = plan.level(at: distance), !isServed[level] {
                isServed[level] = true
            } else {
                spare.append(position)
            }
        }
        // Stale quotes first, the worst of them in front; then those furthest out.
        var movable = stale + spare.reversed()
        for level in 0..<Self.levelCount where !isServed[level] && plan.budget > 0 {
            guard let price = freePrice(ofLevel: level, side, plan) else { continue }
            let quantity = quantity(ofLevel: level, at: price, plan.share, &random)
            if !movable.isEmpty {
                move(movable.removeFirst(), of: side, to: price, quantity, &plan)
            } else if plan[side].count < Self.levelCount {
                place(side, price, quantity, &plan)
            }
        }
        // What is still stale bars the way of the other side.
        for position in movable.filter(stale.contains) where plan.budget > 0 {
            plan.commands.append(cancel(plan[side][position]))
            plan.budget -= 1
            plan[side][position].remaining = .zero
        }
    }

    /// The level's price, kept from crossing the maker's own orders.
    private func freePrice(ofLevel level: Int, _ side: Side, _ plan: Plan) -> Price? {
        var ticks = plan.ticks(ofLevel: level, side)
        let opposite = plan[side.opposite]
            .filter { $0.remaining > .zero }
            .map { scale.ticks(of: $0.price) }
        switch side {
        case .buy: if let ask = opposite.min() { ticks = min(ticks, ask - 1) }
        case .sell: if let bid = opposite.max() { ticks = max(ticks, bid + 1) }
        }
        return scale.price(ofTicks: ticks)
    }

    /// Level `n` shows `n + 1` times the touch, give or take a quarter.
    private func quantity(
        ofLevel level: Int,
        at price: Price,
        _ share: Rate,
        _ random: inout RandomStream
    ) -> Quantity {
        let units = Self.levelCount * (Self.levelCount + 1) / 2
        let touch = depth.times(share, rounding: .down).units / Int64(units)
        let spread = Int64(75 + random.below(51))
        let notional = touch / 100 * spread * Int64(level + 1)
        return scale.quantity(worth: Price(units: notional), at: price)
    }

    private func move(
        _ position: Int,
        of side: Side,
        to price: Price,
        _ quantity: Quantity,
        _ plan: inout Plan
    ) {
        let quote = plan[side][position]
        guard price != quote.price else { return }
        let whole = quote.quantity - quote.remaining + quantity
        plan.budget -= 1
        guard whole <= scale.quantityMax else {
            plan.commands.append(cancel(quote))
            plan[side][position].remaining = .zero
            return
        }
        plan.commands.append(
            .amendOrder(
                OrderAmendment(target: reference(to: quote), price: price, quantity: whole)
            )
        )
        plan[side][position].price = price
    }

    private func place(
        _ side: Side,
        _ price: Price,
        _ quantity: Quantity,
        _ plan: inout Plan
    ) {
        plan.budget -= 1
        plan.commands.append(
            .placeOrder(
                NewOrder(
                    account: account,
                    instrument: scale.instrument,
                    side: side,
                    type: .limit,
                    price: price,
                    quantity: quantity
                )
            )
        )
        plan[side].append(
            Quote(order: .none, price: price, quantity: quantity, remaining: quantity)
        )
    }

    private func cancel(_ quote: Quote) -> Command { .cancelOrder(reference(to: quote)) }

    private func reference(to quote: Quote) -> OrderReference {
        OrderReference(account: account, instrument: scale.instrument, order: quote.order)
    }

    // MARK: Learning

    /// How much of a level is the maker's own.
    func quantity(_ side: Side, at price: Price) -> Quantity {
        (side == .buy ? bids : asks).reduce(.zero) {
            $1.price == price ? $0 + $1.remaining : $0
        }
    }

    mutating func take(_ order: OrderAccepted) {
        guard order.origin == .client, order.type == .limit else { return }
        let quote = Quote(
            order: order.order,
            price: order.price,
            quantity: order.quantity,
            remaining: order.quantity
        )
        if order.side == .buy { bids.append(quote) } else { asks.append(quote) }
        sort()
    }

    mutating func take(_ amended: OrderAmended) {
        change(amended.order) { quote in
            let filled = quote.quantity - quote.remaining
            quote.price = amended.price
            quote.quantity = amended.quantity
            quote.remaining = amended.quantity - filled
        }
        sort()
    }

    mutating func take(_ fill: OrderFilled) {
        change(fill.order) { $0.remaining = fill.remaining }
        forgetEnded()
    }

    mutating func take(_ closed: OrderClosed) {
        change(closed.order) { $0.remaining = .zero }
        forgetEnded()
    }

    mutating func take(_ position: PositionChanged) { inventory = position.quantity }

    private mutating func change(_ order: OrderID, _ body: (inout Quote) -> Void) {
        if let index = bids.firstIndex(where: { $0.order == order }) { body(&bids[index]) }
        if let index = asks.firstIndex(where: { $0.order == order }) { body(&asks[index]) }
    }

    private mutating func forgetEnded() {
        bids.removeAll { $0.remaining <= .zero }
        asks.removeAll { $0.remaining <= .zero }
    }

    private mutating func sort() {
        bids.sort { ($1.price, $0.order) < ($0.price, $1.order) }
        asks.sort { ($0.price, $0.order) < ($1.price, $1.order) }
    }
}
