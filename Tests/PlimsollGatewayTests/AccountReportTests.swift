import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

@Suite struct `Account report` {
    static let ether = StreamTestVenue.ether
    static let bitcoin = StreamTestVenue.bitcoin

    static func report(_ account: AccountID, in venue: StreamTestVenue) throws -> AccountReport {
        try #require(AccountReport(of: account, in: venue.projections))
    }

    static func amount(_ text: String) throws -> Amount {
        try Amount(parsing: text, allowsSign: true)
    }

    /// Buys 0.5 ETH at 4,000 from somebody else with 10x leverage: 2,000 of notional, 200 of margin,
    /// 1 of fee at 0.05 %.
    static func openLong(_ venue: StreamTestVenue, _ mode: MarginMode) throws -> AccountID {
        let seller = venue.openTrader()
        let buyer = venue.openTrader(deposit: 1000)
        if mode == .isolated { venue.perform(.setMarginMode(buyer, ether, .isolated)) }
        _ = try venue.limit(seller, .sell, "0.5", at: "4000")
        _ = try venue.market(buyer, .buy, "0.5")
        return buyer
    }

    @Test func `of an untouched account shows its money and nothing else`() throws {
        let venue = try StreamTestVenue()
        let account = venue.openTrader(deposit: 1000)
        let report = try Self.report(account, in: venue)
        let balance = try #require(report.balance(StreamTestVenue.usdt))
        #expect(balance.wallet == Amount(1000))
        #expect(balance.available == Amount(1000))
        #expect(balance.maxWithdraw == Amount(1000))
        #expect(balance.initialMargin == .zero)
        #expect(report.positions.count == 2)
        #expect(report.positions.allSatisfy { !$0.isInUse && $0.liquidationPrice == nil })
        #expect(report.positions.allSatisfy { $0.leverage == 10 && !$0.isIsolated })
    }

    @Test func `of nobody is none`() throws {
        let venue = try StreamTestVenue()
        let nobody = AccountID(rawValue: 99)
        #expect(AccountReport(of: nobody, in: venue.projections) == nil)
    }

    /// Spec: POS-006.
    @Test func `of an isolated long`() throws {
        let venue = try StreamTestVenue()
        let account = try Self.openLong(venue, .isolated)
        let report = try Self.report(account, in: venue)
        let position = try #require(report.position(Self.ether))
        let mark = position.markPrice
        #expect(position.quantity == (try Quantity(parsing: "0.5")))
        #expect(position.entryPrice == Price(4000))
        // 4,000 × (1 + 0.0005): the one fee paid so far.
        #expect(position.breakEvenPrice == Price(4002))
        #expect(position.isolatedWallet == Amount(200))
        #expect(position.notional == Amount(mark, times: position.quantity))
        #expect(position.unrealizedPnL == position.notional - Amount(2000))
        #expect(position.isolatedMargin == Amount(200) + position.unrealizedPnL)
        // (200 − 2,000) ÷ (0.5 × 0.01 − 0.5) = 3,636.3636…
        #expect(position.liquidationPrice == (try Price(parsing: "3636.36363636")))
        let balance = try #require(report.balance(StreamTestVenue.usdt))
        #expect(balance.wallet == Amount(999))
        #expect(balance.crossWallet == Amount(799))
        #expect(balance.available == Amount(799))
        #expect(balance.maxWithdraw == Amount(799))
        #expect(balance.crossUnrealizedPnL == .zero)
        #expect(balance.crossMaintenanceMargin == .zero)
        // 1 % of the notional over what is left of the margin.
        let ratio = try #require(report.marginRatio(of: position))
        #expect(ratio > .zero)
        #expect(ratio < (try Rate(parsing: "0.2")))
    }

    @Test func `of a cross long that an order in another market leans on`() throws {
        let venue = try StreamTestVenue()
        let account = try Self.openLong(venue, .cross)
        _ = try venue.limit(account, .buy, "0.02", at: "40000", in: Self.bitcoin)
        let report = try Self.report(account, in: venue)
        let position = try #require(report.position(Self.ether))
        #expect(!position.isIsolated)
        #expect(position.isolatedWallet == .zero)
        #expect(position.isolatedMargin == .zero)
        // (999 − 2,000) ÷ (0.5 × 0.01 − 0.5) = 2,022.2222…: the whole wallet stands behind it.
        #expect(position.liquidationPrice == (try Price(parsing: "2022.22222222")))
        let other = try #require(report.position(Self.bitcoin))
        #expect(other.bidNotional == Amount(800))
        #expect(other.orderInitialMargin == Amount(80))
        #expect(other.positionInitialMargin == .zero)
        #expect(other.isInUse && other.openOrderCount == 1)
        let balance = try #require(report.balance(StreamTestVenue.usdt))
        #expect(balance.wallet == Amount(999))
        #expect(balance.orderInitialMargin == Amount(80))
        let positionMargin = position.notional.times(try Rate(parsing: "0.1"), rounding: .up)
        #expect(balance.positionInitialMargin == positionMargin)
        #expect(
            balance.available == Amount(919) + position.unrealizedPnL - positionMargin
        )
    }

    @Test func `of two cross positions lets each lean on the other's result`() throws {
        let venue = try StreamTestVenue()
        let account = try Self.openLong(venue, .cross)
        let buyer = venue.openTrader()
        _ = try venue.limit(buyer, .buy, "0.02", at: "50000", in: Self.bitcoin)
        _ = try venue.market(account, .sell, "0.02", in: Self.bitcoin)
        let report = try Self.report(account, in: venue)
        let long = try #require(report.position(Self.ether))
        let short = try #require(report.position(Self.bitcoin))
        let balance = try #require(report.balance(StreamTestVenue.usdt))
        // 999 less 0.5 of fee on 1,000.
        #expect(balance.crossWallet == (try Self.amount("998.5")))
        // At its liquidation price the account's margin balance is its maintenance margin, if the
        // other market stands still.
        for (position, other) in [(long, short), (short, long)] {
            let price = try #require(position.liquidationPrice)
            let entry = position.notional - position.unrealizedPnL
            let margin =
                balance.crossWallet + other.unrealizedPnL
                + Amount(price, times: position.quantity) - entry
            let maintenance =
                other.maintenanceMargin
                + Amount(price, times: position.quantity.magnitude)
                .times(try Rate(parsing: "0.01"), rounding: .up)
            let gap = (margin - maintenance).magnitude
            #expect(gap < (try Self.amount("0.0000001")))
        }
        #expect(short.liquidationPrice.map { $0 > short.markPrice } == true)
    }

    @Test func `does not charge an order that only closes`() throws {
        let venue = try StreamTestVenue()
        let account = try Self.openLong(venue, .cross)
        let before = try Self.report(account, in: venue)
        _ = try venue.limit(account, .sell, "0.5", at: "4500")
        let after = try Self.report(account, in: venue)
        #expect(after.position(Self.ether)?.orderInitialMargin == .zero)
        #expect(
            after.balance(StreamTestVenue.usdt)?.available
                == before.balance(StreamTestVenue.usdt)?.available
        )
    }

    @Test func `agrees with the engine on what is available`() throws {
        let venue = try StreamTestVenue()
        let account = try Self.openLong(venue, .cross)
        let report = try Self.report(account, in: venue)
        let available = try #require(report.balance(StreamTestVenue.usdt)).available
        // At 10x and 4,000 a unit costs 400 of margin; orders are in steps of 0.001.
        let step = Int64(100_000)
        let units = Int64(available.units / 400 / 100_000_000) / step * step
        let affordable = Quantity(units: units)
        let tooLarge = Quantity(units: units + step)
        for (quantity, isAccepted) in [(tooLarge, false), (affordable, true)] {
            let placed = try venue.limit(
                account,
                .buy,
                "\(quantity)",
                at: "4000"
            )
            if case .refused(let refusal)? = placed.events.first {
                #expect(!isAccepted)
                #expect(refusal.reason == .insufficientMargin)
            } else {
                #expect(isAccepted)
            }
        }
    }

    @Test(arguments: [MarginMode.cross, .isolated])
    func `agrees with the engine on what may be withdrawn, also while the index is stale`(
        mode: MarginMode
    ) throws {
        let venue = try StreamTestVenue { $0.index.staleAfterMilliseconds = 10_000 }
        let account = try Self.openLong(venue, mode)
        for passed in [0, 10_001] as [Int64] {
            venue.perform(.advanceTime, after: passed)
            let most = try #require(
                try Self.report(account, in: venue).balance(StreamTestVenue.usdt)
            ).maxWithdraw
            #expect(most.isZero == (passed > 0 && mode == .cross))
            for (amount, isTaken) in [(most + Amount(units: 1), false), (most, !most.isZero)] {
                let change = BalanceChange(
                    account: account,
                    asset: StreamTestVenue.usdt,
                    amount: amount
                )
                let told = venue.perform(.withdraw(change))
                if isTaken { venue.perform(.deposit(change)) }
                let isRefused = told.events.contains {
                    if case .refused = $0 { true } else { false }
                }
                #expect(isRefused == !isTaken)
            }
        }
    }

    @Test func `of a hedged cross account has one price for both sides, where margin runs out`()
        throws
    {
        let venue = try StreamTestVenue()
        let maker = venue.openTrader(deposit: 1_000_000)
        let trader = venue.openTrader(deposit: 1000)
        venue.perform(.setPositionMode(trader, isHedge: true))
        _ = try venue.limit(maker, .sell, "1", at: "4000")
        _ = try venue.limit(maker, .buy, "1", at: "3999")
        for (side, position, quantity) in [
            (Side.buy, PositionSide.long, "1"), (.sell, .short, "0.4"),
        ] {
            venue.perform(
                .placeOrder(
                    NewOrder(
                        account: trader,
                        instrument: Self.ether,
                        side: side,
                        type: .market,
                        quantity: try Quantity(parsing: quantity),
                        positionSide: position
                    )
                )
            )
        }
        let report = try Self.report(trader, in: venue)
        let long = try #require(report.position(Self.ether, .long))
        let short = try #require(report.position(Self.ether, .short))
        #expect(report.position(Self.ether) == nil)
        #expect(long.liquidationPrice == short.liquidationPrice)
        let price = try #require(long.liquidationPrice)
        // wallet + 1 × (P − 4,000) − 0.4 × (P − 3,999) = 1 % of 1.4 × P
        let wallet = try #require(report.balance(StreamTestVenue.usdt)).crossWallet
        let one = Amount(price, times: Quantity(1))
        let result =
            one - Amount(4000)
            - (one - Amount(3999)).times(
                try Rate(parsing: "0.4"),
                rounding: .halfUp
            )
        let maintenance = one.times(try Rate(parsing: "0.014"), rounding: .halfUp)
        #expect((wallet + result - maintenance).magnitude < (try Self.amount("0.0000001")))
        #expect(price < long.entryPrice)
    }

    /// 100 contracts of 100 dollars at 50,000, ten times leveraged: 0.2 coins of value, 0.02 of margin.
    @Test func `of an inverse contract is reckoned in coins`() throws {
        let venue = try StreamTestVenue()
        let maker = venue.openTrader()
        let trader = venue.openTrader()
        let coin = AssetID(rawValue: 1)
        let inverse = InstrumentID(rawValue: 2)
        for change in try Self.inverseRules(inverse) { venue.perform(.changeRules(change)) }
        venue.perform(.updateIndexPrice(inverse, Price(50_000)))
        for account in [maker, trader] {
            venue.perform(
                .deposit(BalanceChange(account: account, asset: coin, amount: Amount(1)))
            )
        }
        _ = try venue.limit(maker, .sell, "100", at: "50000", in: inverse)
        _ = try venue.market(trader, .buy, "100", in: inverse)
        let report = try Self.report(trader, in: venue)
        let position = try #require(report.position(inverse))
        #expect(position.quantity == Quantity(100))
        #expect(position.entryPrice == Price(50_000))
        #expect(position.notional == (try Self.amount("0.2")))
        #expect(position.positionInitialMargin == (try Self.amount("0.02")))
        #expect(position.maintenanceMargin == (try Self.amount("0.002")))
        #expect(position.unrealizedPnL == .zero)
        // A long owes coins, and a rise pays for its fee: break-even lies above the entry.
        #expect(position.breakEvenPrice > position.entryPrice)
        let balance = try #require(report.balance(coin))
        // The fee: 0.05 % of 0.2.
        #expect(balance.wallet == (try Self.amount("0.9999")))
        // 0.9999 + 0.2 − x = 0.01 × x, so x = 1.18801980…; 10,000 ÷ x.
        #expect(position.liquidationPrice == (try Price(parsing: "8417.36811401")))
    }

    private static func inverseRules(_ id: InstrumentID) throws -> [RuleChange] {
        var rules = try #require(StreamTestVenue.rules().instruments.first)
        rules.contract.symbol = try #require(Symbol("BTCUSD"))
        rules.contract.settleAsset = AssetID(rawValue: 1)
        rules.contract.kind = .inverse
        rules.contract.multiplier = Price(100)
        rules.contract.quantityDecimals = 0
        rules.contract.stepSize = Quantity(1)
        rules.limits.quantityMin = Quantity(1)
        rules.limits.notionalMin = .zero
        return [
            .setContract(id, rules.contract), .setLimits(id, rules.limits),
            .setFees(id, rules.fees), .setFunding(id, rules.funding), .setMark(id, rules.mark),
            .setTriggers(id, rules.triggers), .setIndex(id, rules.index),
            .setLiquidation(id, rules.liquidation), .setTier(id, index: 0, rules.tiers[0]),
            .setLeverageDefault(id, rules.leverageDefault), .openTrading(id),
        ]
    }
}
