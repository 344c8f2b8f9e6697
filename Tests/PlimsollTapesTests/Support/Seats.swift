import PlimsollAgents
import PlimsollModel

/// A maker and a noise crowd as participants.
func seats(_ maker: AccountID, _ noise: [AccountID]) -> [Participant] {
    let deposit = Amount(1_000_000)
    return [Participant(account: maker, role: .maker, deposit: deposit)]
        + noise.map { Participant(account: $0, role: .noise, deposit: deposit) }
}
