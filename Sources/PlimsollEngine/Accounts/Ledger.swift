import PlimsollModel

/// Where money lies, as the ledger finds it.
enum Purse: Equatable {
    case wallet(AccountID)
    /// The wallet of the isolated position in this slot.
    case isolated(Int32)
}

/// All money of the venue.
///
/// It is only ever moved, so the sum of every asset stays zero.
///
/// Spec: LEDG-001 to LEDG-003.
struct Ledger: ~Copyable, Sendable {
    /// Settle assets a venue may have; each account has a wallet for each.
    static let assetCountMax = 4

    /// The assets that have wallets, by column.
    private(set) var assets = Slab<AssetID>()
    private var wallets = Slab<Amount>(capacity: 1024)
    private var isolated = Slab<Amount>(capacity: 1024)
    /// The sum of all balances of each column, counted with every movement.
    private var totals = Slab<Amount>()

    func column(of asset: AssetID) -> Int? {
        for column in 0..<assets.count where assets[column] == asset { return column }
        return nil
    }

    /// Gives an asset wallets; fails when there is no room for another.
    mutating func open(_ asset: AssetID) -> Bool {
        if column(of: asset) != nil { return true }
        guard assets.count < Self.assetCountMax else { return false }
        assets.append(asset)
        totals.append(.zero)
        return true
    }

    mutating func addAccount() {
        wallets.extend(to: wallets.count + Self.assetCountMax, with: .zero)
    }

    mutating func addPosition() { isolated.append(.zero) }

    func wallet(_ account: AccountID, _ column: Int) -> Amount {
        wallets[account.index * Self.assetCountMax + column]
    }

    func isolatedWallet(_ position: Int32) -> Amount { isolated[Int(position)] }

    func balance(_ purse: Purse, _ column: Int) -> Amount {
        switch purse {
        case .wallet(let account): wallet(account, column)
        case .isolated(let position): isolatedWallet(position)
        }
    }

    /// Moves money; a negative amount moves it the other way.
    mutating func transfer(from: Purse, to: Purse, _ column: Int, _ amount: Amount) {
        add(-amount, to: from, column)
        add(amount, to: to, column)
    }

    /// The sum of all balances of a column as it was counted: zero, whatever happened.
    func total(_ column: Int) -> Amount { totals[column] }

    /// The sum of all balances of a column, added up: zero, whatever happened.
    func sum(_ column: Int, isolatedColumn: (Int32) -> Int) -> Amount {
        var sum = Amount.zero
        var index = column
        while index < wallets.count {
            sum += wallets[index]
            index += Self.assetCountMax
        }
        for position in 0..<isolated.count where isolatedColumn(Int32(position)) == column {
            sum += isolated[position]
        }
        return sum
    }

    /// Puts a balance of a snapshot in place.
    mutating func restore(_ amount: Amount, _ purse: Purse, _ column: Int) {
        totals[column] += amount - balance(purse, column)
        switch purse {
        case .wallet(let account): wallets[account.index * Self.assetCountMax + column] = amount
        case .isolated(let position): isolated[Int(position)] = amount
        }
    }

    private mutating func add(_ amount: Amount, to purse: Purse, _ column: Int) {
        totals[column] += amount
        switch purse {
        case .wallet(let account):
            wallets[account.index * Self.assetCountMax + column] += amount
        case .isolated(let position):
            isolated[Int(position)] += amount
        }
    }
}
