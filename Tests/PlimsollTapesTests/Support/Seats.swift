import PlimsollAgents
import PlimsollModel

extension MarketComposition {
    /// Everybody of the standard market, in numbers for one instrument.
    static var small: MarketComposition {
        var composition = MarketComposition.standard
        composition.name = "small"
        composition.schedule = .flat
        composition.noise.count = 4
        composition.trendFollowers.count = 3
        composition.meanReverters.count = 3
        composition.arbitrageurs.count = 2
        composition.leveragedCrowd.count = 40
        return composition
    }
}

extension TestVenue {
    /// Opens the accounts of a composition's participants, with their deposits or with another one.
    mutating func seat(_ composition: MarketComposition, deposit: Int? = nil) -> [Participant] {
        let planned = composition.participants(from: .firstOpened)
        return planned.map { participant in
            let account = open(.trader)
            apply(
                .deposit(
                    BalanceChange(
                        account: account,
                        asset: AssetID(rawValue: 0),
                        amount: deposit.map { Amount($0) } ?? participant.deposit
                    )
                ),
                at: .zero
            )
            precondition(account == participant.account, "participants are seated first")
            return participant
        }
    }
}
