internal import PlimsollAgents
internal import PlimsollEngine
internal import PlimsollModel
internal import PlimsollProjections

/// Counts what happens in a run, from the events and from the tables.
struct ScenarioMeter: Sendable {
    /// How far one instrument went.
    struct Course: Sendable {
        var trades: UInt64 = 0
        var first = Price.zero
        var last = Price.zero
        var low = Price.zero
        var high = Price.zero
        /// The largest way down from a price before it, and up, as shares of that price.
        var fall = Rate.zero
        var rise = Rate.zero
        var markLow = Price.zero
        var markHigh = Price.zero
        /// The largest distance of mark and index, as a share of the index.
        var basis = Rate.zero
        var fundingRate = Rate.zero
        var settlements: UInt64 = 0
        var staleSpells: UInt64 = 0
        var crossedBooks: UInt64 = 0
        var emptyBooks: UInt64 = 0

        mutating func trade(at price: Price) {
            trades += 1
            if first.isZero { (first, low, high) = (price, price, price) }
            last = price
            low = min(low, price)
            high = max(high, price)
            fall = max(fall, Self.share(high - price, of: high))
            rise = max(rise, Self.share(price - low, of: low))
        }

        mutating func note(_ prices: PricesUpdated) {
            markLow = markLow.isZero ? prices.mark : min(markLow, prices.mark)
            markHigh = max(markHigh, prices.mark)
            basis = max(basis, Self.share((prices.mark - prices.index).magnitude, of: prices.index))
        }

        private static func share(_ part: Price, of whole: Price) -> Rate {
            guard whole > .zero else { return .zero }
            let units = Int128(part.units) * Int128(Rate.unitsPerOne) / Int128(whole.units)
            return Rate(units: Int64(clamping: units))
        }
    }

    /// What happened to one bot.
    struct BotCourse: Sendable {
        var fills: UInt64 = 0
        var liquidations: UInt64 = 0
        var deleveragings: UInt64 = 0
        var fees = Amount.zero
        var funding = Amount.zero
        var withdrawn = Amount.zero
    }

    private(set) var commands: UInt64 = 0
    private(set) var refusals: UInt64 = 0
    private(set) var trades: UInt64 = 0
    private(set) var volume = Amount.zero
    private(set) var liquidatedLongs: UInt64 = 0
    private(set) var liquidatedShorts: UInt64 = 0
    private(set) var liquidatedValue = Amount.zero
    private(set) var takeovers: UInt64 = 0
    private(set) var deleveragings: UInt64 = 0
    private(set) var deleveragedValue = Amount.zero
    private(set) var deficit = Amount.zero
    private(set) var fundingPaid = Amount.zero
    private(set) var fundLow: Amount?
    private(set) var courses: [Course]
    private(set) var bots: [BotCourse]
    /// What the predator traded.
    private(set) var hunted = Amount.zero
    private let contracts: [ContractTerms]
    private let botAccounts: [AccountID]
    private let predator: AccountID?

    /// - Parameters:
    ///   - rules: Of the venue.
    ///   - roles: Who is who.
    ///   - venue: As it stands when counting begins; what bots have withdrawn by then counts.
    init(
        _ rules: VenueRules,
        roles: VenueRoles,
        after venue: VenueProjections = VenueProjections()
    ) {
        contracts = rules.instruments.map(\.contract)
        courses = rules.instruments.map { _ in Course() }
        botAccounts = roles.bots
        predator = roles.participants.first { $0.role == .predator }?.account
        bots = roles.bots.map { bot in
            let income = venue.account(bot)?.income.filter { $0.kind == .withdrawal } ?? []
            return BotCourse(withdrawn: income.reduce(.zero) { $0 - $1.amount })
        }
    }

    // MARK: Events

    mutating func note(_ batch: PublishedBatch) {
        for command in batch.commands {
            commands += 1
            for event in command.events { note(event) }
        }
    }

    private mutating func note(_ event: Event) {
        switch event {
        case .refused: refusals += 1
        case .tradeExecuted(let trade):
            trades += 1
            volume += value(trade.quantity, trade.instrument, trade.price)
            courses[trade.instrument.index].trade(at: trade.price)
        case .pricesUpdated(let prices): courses[prices.instrument.index].note(prices)
        case .fundingSettled(let settled):
            let place = settled.instrument.index
            courses[place].settlements += 1
            if settled.rate.magnitude > courses[place].fundingRate.magnitude {
                courses[place].fundingRate = settled.rate
            }
        case .indexStaleChanged(let change) where change.isStale:
            courses[change.instrument.index].staleSpells += 1
        case .liquidationStarted(let started):
            if started.quantity > .zero { liquidatedLongs += 1 } else { liquidatedShorts += 1 }
            liquidatedValue += value(started.quantity, started.instrument, started.markPrice)
            withBot(started.account) { $0.liquidations += 1 }
        case .positionTakenOver: takeovers += 1
        case .deleveraged(let deleveraged):
            deleveragings += 1
            deleveragedValue += value(
                deleveraged.quantity,
                deleveraged.instrument,
                deleveraged.price
            )
            withBot(deleveraged.counterparty) { $0.deleveragings += 1 }
        case .deficitRecorded(let recorded): deficit += recorded.amount
        case .orderFilled(let fill):
            if fill.account == predator {
                hunted += value(fill.quantity, fill.instrument, fill.price)
            }
            withBot(fill.account) { bot in
                bot.fills += 1
                bot.fees += fill.fee
            }
        case .moneyMoved(let moved): note(moved)
        default: break
        }
    }

    private mutating func note(_ moved: MoneyMoved) {
        if moved.from.account == .insuranceFund { noteFund(moved.fromBalance) }
        if moved.to.account == .insuranceFund { noteFund(moved.toBalance) }
        switch moved.reason {
        case .funding:
            if moved.from.account >= .firstOpened { fundingPaid += moved.amount }
            withBot(moved.from.account) { $0.funding -= moved.amount }
            withBot(moved.to.account) { $0.funding += moved.amount }
        case .withdrawal: withBot(moved.from.account) { $0.withdrawn += moved.amount }
        default: break
        }
    }

    private mutating func noteFund(_ balance: Amount) {
        fundLow = min(fundLow ?? balance, balance)
    }

    private func value(
        _ quantity: Quantity,
        _ instrument: InstrumentID,
        _ price: Price
    ) -> Amount {
        contracts[instrument.index].valuation.value(of: quantity, at: price).magnitude
    }

    private mutating func withBot(_ account: AccountID, _ body: (inout BotCourse) -> Void) {
        guard let place = botAccounts.firstIndex(of: account) else { return }
        body(&bots[place])
    }

    // MARK: Tables

    /// Looks at the books as they stand between two steps of the market.
    mutating func inspect(_ venue: borrowing VenueProjections) {
        for (place, market) in venue.markets.enumerated() {
            guard let bid = market.book.bestBid, let ask = market.book.bestAsk else {
                courses[place].emptyBooks += 1
                continue
            }
            if bid.price >= ask.price { courses[place].crossedBooks += 1 }
        }
    }
}
