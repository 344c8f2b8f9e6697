public import PlimsollModel

/// A living market without a recording: for each instrument an index that wanders, a market maker
/// that quotes around it, and a crowd that trades with the maker, with each other and with users.
///
/// All of them are ordinary accounts with margin, fees and positions. The seed and the events decide
/// everything; there is no clock and no floating point. A step is a quarter of a second of venue
/// time, the first falls on the start and trades; an instrument takes less than forty commands a
/// second.
///
/// What is simpler than a market: the index leads and quotes follow it, so nobody moves the price
/// for long; the instruments wander independently; nobody is informed, nobody is leveraged to the
/// hilt, and who runs low gets money from outside (`Treasury`).
///
/// The events of a step's commands must be observed before the next step is taken.
public struct SimulatedMarket: CommandSource {
    /// Venue time between two steps, in milliseconds.
    public static let stepInterval: Int64 = 250

    /// One instrument's part of the market.
    private struct Stall: Sendable {
        let scale: InstrumentScale
        var index: IndexWalk
        var maker: MarketMaker
        var crowd: NoiseCrowd
        var book = BookView()
        /// What the venue was told last, and when.
        var indexTold: Price?
        var indexTime = Timestamp.zero
    }

    private let maker: AccountID
    private let noise: [AccountID]
    private var stalls: [Stall]
    private var treasury: Treasury
    private var random: RandomStream
    private var time: Timestamp
    private var isFirstStep = true

    /// An index that stands is told again, in milliseconds, so that nobody takes it for silent.
    private static let indexInterval: Int64 = 3000

    /// Commands that a maker may use in a step, in a calm market and in a burst.
    private static let makerBudget = 5
    private static let makerBudgetInBurst = 8

    /// Opens the market, or opens it again after a restart.
    ///
    /// - Parameters:
    ///   - instruments: Where it trades, and the index it begins with: after a restart the last one.
    ///   - composition: Who trades, and how prices move.
    ///   - participants: The accounts of the composition's participants, which hold their deposits.
    ///   - seed: Decides everything that the events do not.
    ///   - start: Venue time of the first step.
    ///   - opened: When the venue began, for the times of shocks.
    ///   - resumedAfter: The last sequence before a restart, so that the market does not repeat
    ///     itself.
    public init(
        instruments: [(InstrumentID, InstrumentRules, startPrice: Price)],
        composition: MarketComposition = .standard,
        participants: [Participant],
        seed: UInt64,
        start: Timestamp,
        opened: Timestamp,
        resumedAfter: Sequence = .zero
    ) {
        let maker = participants.first { $0.role == .maker }?.account ?? .firstOpened
        let noise = participants.filter { $0.role == .noise }.map(\.account)
        self.maker = maker
        self.noise = noise
        var mixed = resumedAfter.rawValue
        random = RandomStream(
            seed: resumedAfter == .zero ? seed : seed ^ RandomStream.splitmix(&mixed)
        )
        time = start
        treasury = Treasury(accounts: [maker] + noise)
        stalls = instruments.map { id, rules, startPrice in
            let scale = InstrumentScale(id, rules, instrumentCount: instruments.count)
            return Stall(
                scale: scale,
                index: IndexWalk(start: startPrice, scale: scale),
                maker: MarketMaker(account: maker, scale: scale),
                crowd: NoiseCrowd(accounts: noise, scale: scale)
            )
        }
    }

    public var nextTime: Timestamp? { stalls.isEmpty ? nil : time }

    public var mustObserve: Bool { true }

    public mutating func step() -> [Command] {
        var commands = isFirstStep ? arrivals() : treasury.commands()
        for position in stalls.indices { trade(at: position, &commands) }
        isFirstStep = false
        time = time.advanced(byMilliseconds: Self.stepInterval)
        return commands
    }

    /// What an earlier run may have left in the book is cancelled, and leverage chosen.
    private func arrivals() -> [Command] {
        var commands: [Command] = []
        for stall in stalls {
            for account in [maker] + noise {
                commands.append(.cancelAllOrders(account, stall.scale.instrument))
                commands.append(
                    .setLeverage(account, stall.scale.instrument, stall.scale.leverage)
                )
            }
        }
        return commands
    }

    private mutating func trade(at position: Int, _ commands: inout [Command]) {
        var stall = stalls[position]
        defer { stalls[position] = stall }
        if !isFirstStep { stall.index.step(&random) }
        let ticks = max(1, stall.scale.ticks(of: stall.index.price))
        let index = Price(units: ticks * stall.scale.tick.units)
        let isDue = time >= stall.indexTime.advanced(byMilliseconds: Self.indexInterval)
        if index != stall.indexTold || isDue {
            commands.append(.updateIndexPrice(stall.scale.instrument, index))
            stall.indexTold = index
            stall.indexTime = time
        }
        let isBursting = stall.index.isBursting
        let fair = stall.maker.fairTicks(index: index)
        let budget = isBursting ? Self.makerBudgetInBurst : Self.makerBudget
        commands += stall.maker.commands(
            fair: fair,
            halfSpread: 1 + Int64(random.below(3)) + (isBursting ? 2 : 0),
            index: index,
            budget: isFirstStep ? MarketMaker.levelCount * 3 : budget,
            random: &random
        )
        commands += passedOrders(stall, fair: fair, index: index)
        commands += stall.crowd.commands(
            at: time,
            fair: fair,
            gap: stall.maker.gap(at: index),
            index: index,
            isBusy: isFirstStep || isBursting,
            random: &random
        )
    }

    /// Orders of others that the fair price has passed are taken at once.
    private func passedOrders(_ stall: Stall, fair: Int64, index: Price) -> [Command] {
        [Side.buy, .sell].compactMap { side in
            let levels = side == .buy ? stall.book.asks : stall.book.bids
            let passed = levels.prefix { level in
                (fair - stall.scale.ticks(of: level.price)) * side.sign > 0
            }
            let others = passed.reduce(Quantity.zero) {
                $0 + $1.quantity - stall.maker.quantity(side.opposite, at: $1.price)
            }
            guard others > .zero else { return nil }
            return stall.crowd.arbitrage(side, fair: fair, quantity: others, index: index)
        }
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {
        for event in events { observe(event, at: header.time) }
    }

    private mutating func observe(_ event: Event, at time: Timestamp) {
        switch event {
        case .levelChanged(let change):
            withStall(change.instrument) { $0.book.take(change) }
        case .moneyMoved(let moved):
            treasury.take(moved)
        case .orderAccepted(let order):
            withStall(order.instrument) { stall in
                if order.account == stall.maker.account {
                    stall.maker.take(order)
                } else if stall.crowd.index(of: order.account) != nil {
                    stall.crowd.take(order, at: time)
                }
            }
        case .orderAmended(let amended) where amended.account == maker:
            withStall(amended.instrument) { $0.maker.take(amended) }
        case .orderFilled(let fill):
            withStall(fill.instrument) { stall in
                if fill.account == stall.maker.account {
                    stall.maker.take(fill)
                } else if stall.crowd.index(of: fill.account) != nil {
                    stall.crowd.take(fill)
                }
            }
        case .orderClosed(let closed):
            withStall(closed.instrument) { stall in
                if closed.account == stall.maker.account {
                    stall.maker.take(closed)
                } else if stall.crowd.index(of: closed.account) != nil {
                    stall.crowd.take(closed)
                }
            }
        case .positionChanged(let position):
            withStall(position.instrument) { stall in
                if position.account == stall.maker.account {
                    stall.maker.take(position)
                } else if let trader = stall.crowd.index(of: position.account) {
                    stall.crowd.take(position, of: trader)
                }
            }
        default:
            break
        }
    }

    private mutating func withStall(_ instrument: InstrumentID, _ body: (inout Stall) -> Void) {
        guard let position = stalls.firstIndex(where: { $0.scale.instrument == instrument }) else {
            return
        }
        body(&stalls[position])
    }
}
