import PlimsollEngine
import PlimsollModel
import Testing

/// The state of a position that fills are folded into.
private struct Holding {
    var quantity = Quantity.zero
    var entryValue = Amount.zero
    var realizedPnL = Amount.zero

    @discardableResult
    mutating func fill(_ quantity: Quantity, at price: Price) -> PositionFold {
        let fold = foldFill(
            quantity: self.quantity,
            entryValue: entryValue,
            fillQuantity: quantity,
            price: price
        )
        self.quantity = fold.quantity
        entryValue = fold.entryValue
        realizedPnL += fold.realizedPnL
        return fold
    }
}

@Suite struct `Folding fills into a position` {
    /// Spec: POS-002.
    @Test func `adding averages the entry and realises nothing`() {
        var holding = Holding()
        holding.fill(Quantity(12), at: Price(100))
        let fold = holding.fill(Quantity(17), at: Price(99))
        #expect(fold.quantity == Quantity(29))
        #expect(fold.entryValue == Amount(12 * 100 + 17 * 99))
        #expect(fold.realizedPnL == .zero)
        #expect(fold.closed == .zero)
    }

    @Test(arguments: [1, -1])
    func `reducing keeps the entry price and realises the part`(sign: Int) {
        var holding = Holding()
        holding.fill(Quantity(4 * sign), at: Price(50))
        let fold = holding.fill(Quantity(-sign), at: Price(60))
        #expect(fold.quantity == Quantity(3 * sign))
        #expect(fold.entryValue == Amount(150 * sign))
        #expect(fold.realizedPnL == Amount(10 * sign))
        #expect(fold.closed == Quantity(1))
    }

    @Test(arguments: [1, -1])
    func `crossing zero closes everything and opens the rest at the fill price`(sign: Int) {
        var holding = Holding()
        holding.fill(Quantity(50 * sign), at: Price(2))
        let fold = holding.fill(Quantity(-80 * sign), at: Price(3))
        #expect(fold.quantity == Quantity(-30 * sign))
        #expect(fold.entryValue == Amount(-90 * sign))
        #expect(fold.realizedPnL == Amount(50 * sign))
        #expect(fold.closed == Quantity(50))
    }

    @Test func `closing exactly leaves no value behind`() {
        var holding = Holding()
        holding.fill(Quantity(units: 3), at: Price(units: 7))
        holding.fill(Quantity(units: 4), at: Price(units: 10))
        let fold = holding.fill(Quantity(units: -7), at: Price(units: 9))
        #expect(fold.quantity == .zero)
        #expect(fold.entryValue == .zero)
        #expect(fold.realizedPnL == Amount(units: 63 - 61))
    }

    /// Three units cost seven: what one of them cost is no whole number.
    @Test func `a profit is never rounded up`() {
        let long = foldFill(
            quantity: Quantity(units: 3),
            entryValue: Amount(units: 7),
            fillQuantity: Quantity(units: -1),
            price: Price(units: 10)
        )
        #expect(long.realizedPnL == Amount(units: 10 - 3))
        let short = foldFill(
            quantity: Quantity(units: -3),
            entryValue: Amount(units: -7),
            fillQuantity: Quantity(units: 1),
            price: Price(units: 1)
        )
        #expect(short.realizedPnL == Amount(units: 2 - 1))
    }

    @Test(arguments: 1...20)
    func `what two sides realise is what leaves the entry values`(seed: UInt64) {
        var random = FormulaGenerator(seed: seed)
        var buyer = Holding()
        var seller = Holding()
        for _ in 0..<200 {
            let size = Quantity(
                units: Int64.random(in: -5_000_000_000...5_000_000_000, using: &random)
            )
            guard !size.isZero else { continue }
            let price = Price(units: Int64.random(in: 1...9_999_999_999, using: &random))
            buyer.fill(size, at: price)
            seller.fill(-size, at: price)
            let realized = buyer.realizedPnL + seller.realizedPnL
            #expect(realized == buyer.entryValue + seller.entryValue, "seed \(seed)")
            #expect(buyer.quantity == -seller.quantity, "seed \(seed)")
            for side in [buyer, seller] {
                let agrees = side.quantity.units.signum() == side.entryValue.units.signum()
                // A few units of 10⁻⁸ can be worth less than one unit of money would show.
                #expect(agrees || side.entryValue.isZero, "seed \(seed)")
            }
        }
    }
}

@Suite struct `Fees and what wins them back` {
    /// Spec: FEE-001.
    @Test(arguments: [
        (value: "1.23456", fee: "0.00049382"), (value: "1.2345625", fee: "0.00049383"),
        (value: "1.234565", fee: "0.00049383"),
    ])
    func `a fee is rounded to the nearest of eight decimals`(value: String, fee: String) {
        // 0.04 %: 0.000493824, 0.000493825 and 0.000493826.
        #expect(tradingFee(on: amount(value), rate: Rate(units: 40_000)) == amount(fee))
    }

    /// Half a coin at 4,000 for a fee of 0.05 %, then with 0.4 received, then with 1.6 paid.
    ///
    /// Spec: POS-006.
    @Test(arguments: [
        (funding: "0", long: "4002", short: "3998"), ("0.4", "4001.2", "3998.8"),
        ("-1.6", "4005.2", "3994.8"),
    ])
    func `fees move the break-even price away, funding received moves it back`(
        funding: String,
        long: String,
        short: String
    ) {
        for (sign, price) in [(1, long), (-1, short)] as [(Int64, String)] {
            let quantity = Quantity(units: sign * 50_000_000)
            let breakEven = breakEvenPrice(
                quantity: quantity,
                entryValue: Amount(Price(4000), times: quantity),
                feesPaid: Amount(1),
                fundingReceived: amount(funding)
            )
            #expect(breakEven == number(price))
        }
    }
}

@Suite struct `Sizes and returns` {
    @Test func `200 at 10x carries half a coin at 4,000`() {
        #expect(
            positionSize(margin: Amount(200), leverage: 10, price: Price(4000))
                == Quantity(units: 50_000_000)
        )
    }

    @Test func `a size is rounded down and refused where it cannot be counted`() {
        #expect(
            positionSize(margin: Amount(1), leverage: 1, price: Price(3))
                == Quantity(units: 33_333_333)
        )
        #expect(
            positionSize(margin: InstrumentRules.notionalMax, leverage: 125, price: Price(units: 1))
                == nil
        )
    }

    @Test(arguments: [
        (side: Side.buy, mark: 42, percent: 5), (side: .buy, mark: 38, percent: -5),
        (side: .sell, mark: 42, percent: -5), (side: .sell, mark: 38, percent: 5),
    ])
    func `a move of a twentieth is five per cent for or against`(
        side: Side,
        mark: Int,
        percent: Int
    ) {
        #expect(
            returnOnEntry(side: side, entryPrice: Price(40), markPrice: Price(mark))
                == Rate(units: Int64(percent) * 1_000_000)
        )
    }

    /// Spec: BAL-010, BAL-011.
    @Test func `wallets split into cross and isolated`() {
        #expect(
            crossWalletBalance(walletBalance: Amount(1000), isolatedWallets: Amount(200))
                == Amount(800)
        )
        #expect(
            isolatedMargin(isolatedWallet: Amount(200), unrealizedPnL: Amount(-50)) == Amount(150)
        )
    }

    /// Spec: BAL-002.
    @Test(arguments: [(unrealized: -100, available: 550), (100, 750), (-2000, 0)])
    func `every margin and every loss makes less available`(unrealized: Int, available: Int) {
        let told = availableBalance(
            crossWallet: Amount(1000),
            crossUnrealizedPnL: Amount(unrealized),
            crossInitialMargin: Amount(300),
            isolatedOrderMargin: Amount(50)
        )
        #expect(told == Amount(available))
    }
}

/// Random numbers from a seed (SplitMix64), so that a failing run can be repeated.
struct FormulaGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
