internal import PlimsollEngine
public import PlimsollModel
internal import PlimsollProjections

/// What a venue's failure leaves its customers.
public struct BankruptcyTerms: Hashable, Sendable {
    /// The part of what customers are owed that is not there.
    public var hole: Rate
    /// The part of what is there that the proceedings take.
    public var costs: Rate
    /// Whole years until the claims are paid.
    public var years: Int
    /// What money in hand is worth more than money a year later.
    public var discount: Rate
    /// What a coin costs at the payment, as a multiple of its price at the petition.
    public var appreciation: Rate
}

/// The claims against a venue that closes at the end of a run, and what is paid on them.
///
///     claim    = wallets + unrealised profit at the mark price of the petition, where positive
///     recovery = (1 − hole) × (1 − costs)
///     today    = recovery ÷ (1 + discount)^years
///     in kind  = recovery ÷ appreciation
///
/// A claim is fixed in the settle asset on the day of the petition, so a coin that rises until the
/// payment makes the same recovery worth fewer coins.
struct Bankruptcy {
    let claims: Amount
    let claimantCount: Int
    let recovery: Rate
    let presentValue: Rate
    let inKind: Rate

    init(_ terms: BankruptcyTerms, _ venue: borrowing VenueProjections, asset: AssetID) {
        var claims = Amount.zero
        var count = 0
        for account in venue.accountIDs {
            let equity = AccountEquity.of(account, in: asset, venue)
            guard equity > .zero else { continue }
            claims += equity
            count += 1
        }
        self.claims = claims
        claimantCount = count
        let left = (Rate.one - terms.hole).times(.one - terms.costs, rounding: .down)
        recovery = left
        var growth = Amount(1)
        for _ in 0..<terms.years { growth = growth.times(.one + terms.discount, rounding: .up) }
        presentValue = Self.quotient(left, growth)
        inKind = Self.quotient(left, Amount(1).times(terms.appreciation, rounding: .up))
    }

    private static func quotient(_ rate: Rate, _ divisor: Amount) -> Rate {
        let units = multiplyDivide(
            Int128(rate.units),
            by: Amount.unitsPerOne,
            over: divisor.units,
            rounding: .down
        )
        return Rate(units: Int64(units))
    }
}

/// What an account is worth.
enum AccountEquity {
    /// Wallets and unrealised profit at the mark price, of everything that settles in the asset.
    static func of(
        _ id: AccountID,
        in asset: AssetID,
        _ venue: borrowing VenueProjections
    ) -> Amount {
        guard let account = venue.account(id) else { return .zero }
        var equity = venue.walletBalance(of: id, in: asset)
        for position in account.positions where !position.isFlat {
            let market = venue.markets[position.instrument.index]
            guard market.rules.contract.settleAsset == asset, let mark = market.prices?.mark else {
                continue
            }
            equity += unrealizedPnL(
                quantity: position.quantity,
                entryValue: position.entryValue,
                at: mark,
                valuation: market.rules.contract.valuation
            )
        }
        return equity
    }
}
