import PlimsollEngine
import PlimsollModel

/// Reads the scripted participants of a scenario.
extension Scenario {
    static func bots(
        _ reader: DocumentReader?,
        _ rules: VenueRules
    ) throws(ProfileError) -> [BotTerms] {
        guard let reader else { return [] }
        var bots: [BotTerms] = []
        for element in try reader.elements() {
            let bot = try self.bot(element, rules)
            guard !bots.contains(where: { $0.name == bot.name }) else {
                throw element.fail("there is another bot called \(bot.name)")
            }
            bots.append(bot)
        }
        return bots
    }

    private static func bot(
        _ reader: DocumentReader,
        _ rules: VenueRules
    ) throws(ProfileError) -> BotTerms {
        let members = try reader.members(
            required: ["name", "deposit", "legs"],
            optional: ["every", "withdrawals"]
        )
        let nameReader = try Profile.member("name", of: members)
        let name = try nameReader.text()
        guard (1...32).contains(name.utf8.count),
            name.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D
            })
        else { throw nameReader.fail("a bot's name is 1 to 32 letters, digits and dashes") }
        let interval = try members["every"]?.milliseconds() ?? 1000
        guard interval > 0 else {
            throw (members["every"] ?? reader).fail("a bot looks at most once a millisecond")
        }
        let legsReader = try Profile.member("legs", of: members)
        var legs: [BotTerms.Leg] = []
        for element in try legsReader.elements() {
            let leg = try self.leg(element, rules)
            guard !legs.contains(where: { $0.instrument == leg.instrument }) else {
                throw element.fail("a bot has one position in an instrument")
            }
            legs.append(leg)
        }
        guard !legs.isEmpty else { throw legsReader.fail("a bot has a position to take") }
        var withdrawals: [BotTerms.Withdrawal] = []
        for element in try members["withdrawals"]?.elements() ?? [] {
            let members = try element.members(required: ["after", "amount"])
            withdrawals.append(
                BotTerms.Withdrawal(
                    after: try Profile.member("after", of: members).milliseconds(),
                    amount: try positive(Profile.member("amount", of: members))
                )
            )
        }
        return BotTerms(
            name: name,
            deposit: try positive(Profile.member("deposit", of: members)),
            interval: interval,
            legs: legs,
            withdrawals: withdrawals.sorted { $0.after < $1.after }
        )
    }

    private static func leg(
        _ reader: DocumentReader,
        _ rules: VenueRules
    ) throws(ProfileError) -> BotTerms.Leg {
        let members = try reader.members(
            required: ["instrument", "side", "notional", "leverage"],
            optional: ["marginMode", "enterAfter", "exitAfter", "stop", "topUp"]
        )
        let named = try Profile.member("instrument", of: members)
        let id = try rules.instrument(named)
        guard rules.instruments[id.index].contract.kind == .linear else {
            throw named.fail("a bot trades linear contracts")
        }
        let leverageReader = try Profile.member("leverage", of: members)
        let leverage = try leverageReader.whole(as: UInt16.self)
        let offered = rules.instruments[id.index].tiers.first?.leverageMax ?? 1
        guard (1...offered).contains(leverage) else {
            throw leverageReader.fail("the rules offer 1x to \(offered)x")
        }
        let mode = try members["marginMode"]?.choice(of: MarginMode.self) ?? .isolated
        if let topUp = members["topUp"], mode != .isolated {
            throw topUp.fail("only an isolated position has a margin of its own to top up")
        }
        return BotTerms.Leg(
            instrument: id,
            side: try Profile.member("side", of: members).choice(),
            notional: try positive(Profile.member("notional", of: members)),
            leverage: leverage,
            marginMode: mode,
            enterAfter: try members["enterAfter"]?.milliseconds() ?? 0,
            exitAfter: try members["exitAfter"]?.milliseconds(),
            stop: try members["stop"].map(stop),
            topUp: try members["topUp"].map(topUp)
        )
    }

    private static func stop(_ reader: DocumentReader) throws(ProfileError) -> BotTerms.Stop {
        let members = try reader.members(required: ["distance"], optional: ["keeper"])
        let distance = try Profile.member("distance", of: members)
        let rate = try distance.fixed(as: Rate.self)
        guard rate > .zero, rate < .one else {
            throw distance.fail("a stop is a share of the entry price away, between 0 and 1")
        }
        return BotTerms.Stop(
            distance: rate,
            keeper: try members["keeper"]?.choice() ?? .venue
        )
    }

    private static func topUp(_ reader: DocumentReader) throws(ProfileError) -> BotTerms.TopUp {
        let members = try reader.members(required: ["below", "amount", "times"])
        let below = try Profile.member("below", of: members)
        let share = try below.fixed(as: Rate.self)
        guard share > .zero, share < .one else {
            throw below.fail("a share of the margin is between 0 and 1")
        }
        return BotTerms.TopUp(
            below: share,
            amount: try positive(Profile.member("amount", of: members)),
            countMax: try Profile.member("times", of: members).whole(as: Int.self)
        )
    }

    private static func positive(_ reader: DocumentReader) throws(ProfileError) -> Amount {
        let amount = try reader.amount()
        guard amount > .zero, amount <= Engine.balanceMax else {
            throw reader.fail("an amount is greater than zero and at most a trillion")
        }
        return amount
    }
}
