public import PlimsollModel

/// A living market without a recording.
///
/// For each instrument there is an index that moves as its course says, makers who quote around it,
/// noise, traders with a view, arbitrageurs, and a leveraged crowd whose forced closes move the
/// price.
///
/// All of them are ordinary accounts with margin, fees and positions, and see what a client sees.
/// The seed and the events decide everything; there is no clock and no floating point. A step is a
/// quarter of a second of venue time; the first falls on the start and trades.
///
/// The events of a step's commands must be observed before the next step is taken.
public struct SimulatedMarket: CommandSource {
    /// Venue time between two steps, in milliseconds.
    public static let stepInterval: Int64 = 250

    /// One instrument's part of the market.
    struct Stall: Sendable {
        let symbol: Symbol
        let scale: InstrumentScale
        var index: IndexWalk
        var makers: [MarketMaker]
        var noise: NoiseCrowd
        var arbitrageurs: Arbitrageurs
        /// What the venue was told last, and when.
        var indexTold: Price?
        var indexTime = Timestamp.zero
    }

    let composition: MarketComposition
    let participants: [Participant]
    let seats: Seats
    let opened: Timestamp
    var stalls: [Stall]
    /// What is seen of each stall's instrument.
    var sights: [MarketSight]
    /// The stall of each instrument, by its number.
    var places: [Int?] = []
    var directional: [DirectionalTrader] = []
    var crowd: [LeveragedTrader] = []
    var predator: Predator?
    var treasury: Treasury
    var random: RandomStream
    var time: Timestamp
    var stepCount = 0
    /// The place of the herd's horizon among those that are kept.
    let herdHorizon: Int
    let sentimentHorizon: Int

    /// An index that stands is told again, in milliseconds, so that nobody takes it for silent.
    static let indexInterval: Int64 = 3000
    /// Commands that a maker may use in a step, in a calm market and in an unquiet one.
    static let makerBudget = 6
    static let makerBudgetInUnrest = 14
    /// Fewer quotes than this on a side are not a ladder any more.
    static let thinLadder = 6
    /// A wide ladder is looked after once in so many steps.
    static let wideInterval = 4
    /// Everybody but makers and noise looks at its market once in so many steps.
    static let lookInterval = 16
    static let huntInterval = 40
    static let herdSeconds = 900
    static let sentimentSeconds = 14_400
    static let moodMax = Rate(units: 300_000)

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
        self.composition = composition
        self.participants = participants
        self.opened = opened
        time = start
        seats = Seats(participants)
        var mixed = resumedAfter.rawValue
        var random = RandomStream(
            seed: resumedAfter == .zero ? seed : seed ^ RandomStream.splitmix(&mixed)
        )
        let horizons = Self.horizons(composition)
        herdHorizon = horizons.firstIndex(of: Self.herdSeconds) ?? 0
        sentimentHorizon = horizons.firstIndex(of: Self.sentimentSeconds) ?? 0
        let elapsed = start.milliseconds - opened.milliseconds
        stalls = []
        sights = []
        for (place, (id, rules, startPrice)) in instruments.enumerated() {
            let scale = InstrumentScale(
                id,
                rules,
                instrumentCount: instruments.count,
                makerDeposit: composition.makers.deposit
            )
            stalls.append(
                Self.stall(scale, rules, startPrice, composition, participants, elapsed, &random)
            )
            sights.append(
                MarketSight(
                    scale: scale,
                    start: startPrice,
                    horizons: horizons,
                    depth: Price(clamping: composition.makers.depth)
                )
            )
            while places.count <= id.index { places.append(nil) }
            places[id.index] = place
        }
        treasury = Treasury(participants: participants, assets: Self.assets(instruments))
        if let seat = participants.first(where: { $0.role == .predator }) {
            predator = composition.predator.map { terms in
                Predator(
                    account: seat.account,
                    terms: terms,
                    starts: instruments.map(\.startPrice),
                    start: start
                )
            }
        }
        self.random = random
        seatTraders(horizons)
    }

    public var nextTime: Timestamp? { stalls.isEmpty ? nil : time }

    public var mustObserve: Bool { true }

    public mutating func step() -> [Command] {
        var commands: [Command] = []
        if stepCount == 0 { arrive(&commands) } else { treasury.collect(into: &commands) }
        let activity = composition.schedule.factor(at: time)
        let shared = random.bell()
        for place in stalls.indices { trade(at: place, shared, activity, &commands) }
        tradeWithViews(&commands)
        if let command = predator?.act(
            at: time,
            sights,
            looks: stepCount % Self.huntInterval == 0
        ) {
            commands.append(command)
        }
        stepCount += 1
        time = time.advanced(byMilliseconds: Self.stepInterval)
        return commands
    }

    /// Lets the real price move with the next steps, and everybody follow it.
    ///
    /// - Parameter shock: Its time counts from the next step.
    public mutating func setOff(_ shock: PriceShock) {
        let elapsed = time.milliseconds - opened.milliseconds
        var shock = shock
        shock.after += elapsed
        for place in stalls.indices
        where (shock.instrument ?? stalls[place].symbol) == stalls[place].symbol {
            stalls[place].index.setOff(shock, elapsed: elapsed)
        }
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {
        for event in events { observe(event, at: header.time) }
    }
}
