internal import PlimsollAgents
public import PlimsollModel
internal import PlimsollProjections

/// One number that a run comes to.
public struct Metric: Hashable, Sendable {
    public enum Unit: String, CaseIterable, Hashable, Sendable {
        case count, money, price
        /// 0.01 is 1 %.
        case share
    }

    public var name: String
    public var unit: Unit
    public var value: Amount

    public init(_ name: String, _ unit: Unit, _ value: Amount) {
        self.name = name
        self.unit = unit
        self.value = value
    }

    init(_ name: String, _ count: UInt64) {
        self.init(name, .count, Amount(units: Int128(count) * Amount.unitsPerOne))
    }

    init(_ name: String, _ share: Rate) {
        self.init(name, .share, Amount(Price(units: share.units), times: Quantity(1)))
    }

    init(_ name: String, _ price: Price) {
        self.init(name, .price, Amount(price, times: Quantity(1)))
    }
}

/// Everything that is counted in a run, in the order in which it is shown.
struct RunMetrics {
    private(set) var list: [Metric] = []

    init(
        _ scenario: Scenario,
        _ meter: ScenarioMeter,
        _ venue: borrowing VenueProjections,
        roles: VenueRoles,
        traffic: [BotTraffic]
    ) {
        addMarket(meter, scenario, venue)
        addPredator(scenario, venue, roles, volume: meter.hunted)
        for (place, rules) in scenario.rules.instruments.enumerated() {
            let market = venue.market(InstrumentID(rawValue: UInt16(place)))
            add(meter.courses[place], rules, openInterest: market?.openInterest ?? .zero)
        }
        let bankruptcy = addBankruptcy(scenario, venue)
        for (place, terms) in scenario.script.bots.enumerated() {
            let name = "bot.\(terms.name)"
            let asset =
                scenario.rules.instruments[terms.legs[0].instrument.index].contract.settleAsset
            let account = place < roles.bots.count ? roles.bots[place] : nil
            let equity = account.map { AccountEquity.of($0, in: asset, venue) } ?? .zero
            add(meter.bots[place], terms, equity: equity)
            if place < traffic.count { add(traffic[place], name) }
            if let peg = scenario.peg {
                list.append(
                    Metric("\(name).dollars", .money, equity.times(peg, rounding: .down))
                )
            }
            if let bankruptcy {
                let paid = max(equity, .zero).times(bankruptcy.recovery, rounding: .down)
                list.append(Metric("\(name).recovered", .money, paid))
            }
            // Known only when the same is played with an open door.
            if !scenario.script.doorFaults.isEmpty {
                list.append(Metric("\(name).outageCost", .money, .zero))
            }
        }
    }

    private mutating func add(
        _ course: ScenarioMeter.BotCourse,
        _ terms: BotTerms,
        equity: Amount
    ) {
        let name = "bot.\(terms.name)"
        list += [
            Metric("\(name).equity", .money, equity),
            Metric("\(name).profit", .money, equity + course.withdrawn - terms.deposit),
            Metric("\(name).withdrawn", .money, course.withdrawn),
            Metric("\(name).fees", .money, course.fees),
            Metric("\(name).funding", .money, course.funding),
            Metric("\(name).fills", course.fills),
            Metric("\(name).liquidations", course.liquidations),
            Metric("\(name).deleveragings", course.deleveragings),
        ]
    }

    private mutating func add(_ traffic: BotTraffic, _ name: String) {
        list += [
            Metric("\(name).requests", UInt64(traffic.requests)),
            Metric("\(name).unconfirmed", UInt64(traffic.unconfirmed)),
        ]
    }

    private mutating func addBankruptcy(
        _ scenario: Scenario,
        _ venue: borrowing VenueProjections
    ) -> Bankruptcy? {
        guard let terms = scenario.bankruptcy else { return nil }
        let asset = scenario.rules.instruments[0].contract.settleAsset
        let failed = Bankruptcy(terms, venue, asset: asset)
        list += [
            Metric("bankruptcy.claimants", UInt64(failed.claimantCount)),
            Metric("bankruptcy.claims", .money, failed.claims),
            Metric("bankruptcy.recovery", failed.recovery),
            Metric("bankruptcy.today", failed.presentValue),
            Metric("bankruptcy.inKind", failed.inKind),
        ]
        return failed
    }

    /// What hunting others brought, where somebody does.
    private mutating func addPredator(
        _ scenario: Scenario,
        _ venue: borrowing VenueProjections,
        _ roles: VenueRoles,
        volume: Amount
    ) {
        guard case .simulated(let composition) = scenario.market, composition.predator != nil
        else { return }
        var profit = Amount.zero
        if let predator = roles.participants.first(where: { $0.role == .predator }) {
            let asset = scenario.rules.instruments[0].contract.settleAsset
            profit = AccountEquity.of(predator.account, in: asset, venue) - predator.deposit
        }
        list.append(Metric("predator.profit", .money, profit))
        list.append(Metric("predator.volume", .money, volume))
    }

    private mutating func addMarket(
        _ meter: ScenarioMeter,
        _ scenario: Scenario,
        _ venue: borrowing VenueProjections
    ) {
        let asset = scenario.rules.instruments[0].contract.settleAsset
        let fund = venue.insuranceFund(asset).balance
        let start = scenario.rules.insuranceFund.first { $0.asset == asset }?.amount ?? .zero
        list += [
            Metric("commands", meter.commands),
            Metric("refusals", meter.refusals),
            Metric("trades", meter.trades),
            Metric("volume", .money, meter.volume),
            Metric("liquidations", meter.liquidatedLongs + meter.liquidatedShorts),
            Metric("liquidations.longs", meter.liquidatedLongs),
            Metric("liquidations.shorts", meter.liquidatedShorts),
            Metric("liquidations.value", .money, meter.liquidatedValue),
            Metric("takeovers", meter.takeovers),
            Metric("deleveragings", meter.deleveragings),
            Metric("deleveragings.value", .money, meter.deleveragedValue),
            Metric("deficit", .money, meter.deficit),
            Metric("funding.paid", .money, meter.fundingPaid),
            Metric("fund", .money, fund),
            Metric("fund.change", .money, fund - start),
            Metric("fund.low", .money, min(meter.fundLow ?? start, start)),
        ]
    }

    private mutating func add(
        _ course: ScenarioMeter.Course,
        _ rules: InstrumentRules,
        openInterest: Quantity
    ) {
        let name = rules.contract.symbol.description
        list += [
            Metric("\(name).trades", course.trades),
            Metric("\(name).first", course.first),
            Metric("\(name).last", course.last),
            Metric("\(name).low", course.low),
            Metric("\(name).high", course.high),
            Metric("\(name).fall", course.fall),
            Metric("\(name).rise", course.rise),
            Metric("\(name).markLow", course.markLow),
            Metric("\(name).markHigh", course.markHigh),
            Metric("\(name).basis", course.basis),
            Metric("\(name).fundingRate", course.fundingRate),
            Metric("\(name).settlements", course.settlements),
            Metric("\(name).staleSpells", course.staleSpells),
            Metric("\(name).emptyBooks", course.emptyBooks),
            Metric("\(name).crossedBooks", course.crossedBooks),
            Metric("\(name).openInterest", .count, Amount(Price(1), times: openInterest)),
        ]
    }

    /// The names of everything that a run of the scenario is measured by.
    static func names(of scenario: Scenario) -> [String] {
        let bots = scenario.script.bots.indices.map {
            AccountID(rawValue: AccountID.firstOpened.rawValue + UInt32($0))
        }
        let roles = VenueRoles(demo: .firstOpened, bots: bots)
        let meter = ScenarioMeter(scenario.rules, roles: roles)
        let traffic = scenario.script.bots.map { _ in BotTraffic() }
        let metrics = RunMetrics(
            scenario,
            meter,
            VenueProjections(),
            roles: roles,
            traffic: traffic
        )
        return metrics.list.map(\.name)
    }
}
