public import PlimsollModel

/// Who trades in a simulated market, and how its prices move: everything but the seed.
///
/// Amounts are in quote units, whatever an instrument settles in.
public struct MarketComposition: Codable, Equatable, Sendable {
    /// What it is called where venues are told apart: `standard`, or a scenario's name.
    public var name: String
    public var makers = MakerTerms()
    public var noise = NoiseTerms()
    public var trendFollowers = TrendTerms()
    public var meanReverters = ReversionTerms()
    public var arbitrageurs = ArbitrageTerms()
    public var leveragedCrowd = CrowdTerms()
    /// Nobody hunts where there is none.
    public var predator: PredatorTerms?
    public var schedule = LiquiditySchedule.standard
    /// The instruments that are traded, in the profile's order; none names the first six.
    public var instruments: [InstrumentCourse] = []
    /// How the instruments move that `instruments` does not name, or names without numbers.
    public var course = PriceCourse()
    /// The premium of the perpetual over its index that participants hold for fair; it drives
    /// funding.
    public var fundingBias = Rate.zero
    /// How much premium a trend adds to it: for each unit that the price is above its average of four
    /// hours.
    public var sentiment = Rate(units: 4_000_000)
    public var shocks: [PriceShock] = []

    public init(name: String) { self.name = name }

    /// What `plimsoll up` runs.
    public static let standard = MarketComposition(name: "standard")
}

/// What a participant does.
public enum ParticipantRole: String, Codable, CaseIterable, Sendable {
    case maker, noise, trendFollower, meanReverter, arbitrageur, leveraged, predator
}

/// One account of the simulated market.
public struct Participant: Equatable, Sendable {
    public var account: AccountID
    public var role: ParticipantRole
    /// What it begins with, in quote units.
    public var deposit: Amount

    public init(account: AccountID, role: ParticipantRole, deposit: Amount) {
        self.account = account
        self.role = role
        self.deposit = deposit
    }
}

extension MarketComposition {
    /// Everybody, with accounts numbered on from the first.
    public func participants(from first: AccountID) -> [Participant] {
        var participants: [Participant] = []
        func seat(_ count: Int, _ role: ParticipantRole, _ deposit: (Int) -> Amount) {
            for index in 0..<max(0, count) {
                let account = AccountID(
                    rawValue: first.rawValue + UInt32(participants.count)
                )
                participants.append(
                    Participant(account: account, role: role, deposit: deposit(index))
                )
            }
        }
        seat(makers.count, .maker) { _ in makers.deposit }
        seat(noise.count, .noise) { _ in noise.deposit }
        seat(trendFollowers.count, .trendFollower) { _ in trendFollowers.deposit }
        seat(meanReverters.count, .meanReverter) { _ in meanReverters.deposit }
        seat(arbitrageurs.count, .arbitrageur) { _ in arbitrageurs.deposit }
        if let predator { seat(1, .predator) { _ in predator.budget } }
        // The crowd comes last, so that its size renumbers nobody.
        seat(leveragedCrowd.count, .leveraged) { leveragedCrowd.deposit(of: $0) }
        return participants
    }

    /// Why nothing can trade like this, in words; `nil` where it can.
    public var fault: String? {
        let counts = [
            makers.count, noise.count, trendFollowers.count, meanReverters.count,
            arbitrageurs.count, leveragedCrowd.count,
        ]
        if counts.contains(where: { $0 < 0 }) { return "a count of participants is negative" }
        if makers.count == 0 { return "a market without a maker has no book" }
        // One alone may be as large as a number gets.
        let countMax = TermBounds.countMax
        if counts.contains(where: { $0 > countMax }) || counts.reduce(0, +) > countMax {
            return "more than 100,000 participants"
        }
        if Set(instruments.map(\.symbol)).count < instruments.count {
            return "an instrument is named twice"
        }
        if schedule.hours.count != LiquiditySchedule.hoursOfWeek {
            return "a week has \(LiquiditySchedule.hoursOfWeek) hours"
        }
        let half = Rate.unitsPerOne / 2
        if fundingBias < Rate(units: -half) || fundingBias > Rate(units: half) {
            return "the premium held for fair is not between -0.5 and 0.5"
        }
        if sentiment < Rate(-1) || sentiment > Rate(1) {
            return "a sentiment is not between -1 and 1"
        }
        let terms = [
            makers.fault, noise.fault, trendFollowers.fault, meanReverters.fault,
            arbitrageurs.fault, predator?.fault, leveragedCrowd.fault,
        ]
        return terms.lazy.compactMap(\.self).first
            ?? shocks.lazy.compactMap(\.fault).first
            ?? (course.fault ?? instruments.lazy.compactMap { $0.course?.fault }.first)
    }
}
