import PlimsollModel

/// Keeps the simulated participants in business: who runs low is followed by somebody with new money.
///
/// Fees alone would empty their accounts within weeks, and a market without participants teaches
/// nothing. Every top-up is an ordinary deposit that the ledger shows. Makers, noise and
/// arbitrageurs, whose other books lie elsewhere, are paid in when three quarters are gone, traders
/// with a view when nine tenths are. The leveraged crowd looks after itself, and a predator has its
/// budget and no more.
struct Treasury: Sendable {
    private struct Purse: Sendable {
        var account: AccountID
        var asset: AssetID
        /// Below it, `topUp` comes.
        var floor: Amount
        var topUp: Amount
        var balance: Amount
    }

    private var purses: [Purse] = []
    private let first: AccountID
    /// The first purse of each account from `first` on; the assets follow each other.
    private var places: [Int?]
    private var low: [Int] = []

    /// - Parameters:
    ///   - participants: Everybody, with what they begin with in quote units.
    ///   - assets: What is settled in, and what a unit is worth in quote units.
    init(participants: [Participant], assets: [(asset: AssetID, worth: Price)]) {
        let accounts = participants.map(\.account.rawValue)
        first = AccountID(rawValue: accounts.min() ?? 0)
        places = Array(
            repeating: nil,
            count: accounts.isEmpty ? 0 : Int((accounts.max() ?? 0) - first.rawValue) + 1
        )
        for participant in participants {
            let share: Int64? =
                switch participant.role {
                case .maker, .noise, .arbitrageur: 25_000_000
                case .trendFollower, .meanReverter: 10_000_000
                case .leveraged, .predator: nil
                }
            guard let share else { continue }
            places[Int(participant.account.rawValue - first.rawValue)] = purses.count
            for (asset, worth) in assets {
                let deposit = Amount(
                    units: multiplyDivide(
                        participant.deposit.units,
                        by: Int128(Price.unitsPerOne),
                        over: Int128(worth.units),
                        rounding: .up
                    )
                ).rounded(.up)
                let floor = deposit.times(Rate(units: share), rounding: .down)
                purses.append(
                    Purse(
                        account: participant.account,
                        asset: asset,
                        floor: floor,
                        topUp: (deposit - floor).rounded(.up),
                        balance: deposit
                    )
                )
            }
        }
    }

    mutating func take(_ moved: MoneyMoved) {
        note(moved.from, moved.asset, moved.fromBalance)
        note(moved.to, moved.asset, moved.toBalance)
    }

    mutating func note(_ pocket: Pocket, _ asset: AssetID, _ balance: Amount) {
        let offset = Int(pocket.account.rawValue) - Int(first.rawValue)
        guard !pocket.isIsolated, places.indices.contains(offset), var place = places[offset]
        else { return }
        while place < purses.count, purses[place].account == pocket.account {
            if purses[place].asset == asset {
                purses[place].balance = balance
                if balance < purses[place].floor, !low.contains(place) { low.append(place) }
                return
            }
            place += 1
        }
    }

    /// The deposits that are due.
    mutating func collect(into commands: inout [Command]) {
        for place in low {
            let purse = purses[place]
            guard purse.balance < purse.floor else { continue }
            commands.append(
                .deposit(
                    BalanceChange(
                        account: purse.account,
                        asset: purse.asset,
                        amount: purse.topUp
                    )
                )
            )
        }
        low.removeAll(keepingCapacity: true)
    }
}
