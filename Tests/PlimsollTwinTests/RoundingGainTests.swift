import BigInt
import Foundation
import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// How many of the smallest trades; a soak makes many more.
private let tradeCount =
    ProcessInfo.processInfo.environment["PLIMSOLL_TWIN_SMALL_TRADES"].flatMap { Int($0) } ?? 10_000

@Suite(.computesForLong) struct `The smallest trades` {
    /// Two accounts trade one step with each other, again and again, at prices that divide badly.
    ///
    /// Every division of the venue is small here against what is traded, so that whoever could gain
    /// by rounding would. Exact arithmetic knows what each account has paid and received.
    @Test func `make nobody richer than exact arithmetic does`() throws {
        var random = StreamRandom(seed: 2026)
        var run = SmallTrades()
        for _ in 0..<tradeCount {
            run.trade(
                price: 1_234_567 + random.within(-500...500),
                isFirstBuying: random.one(in: 2),
                quantity: random.within(1...3)
            )
        }
        #expect(run.fills == tradeCount * 2)
        for account in run.accounts {
            // A fee is rounded to eight decimals, half of the last one at most either way.
            let feeBound = BigInt(account.fills) * one / 2
            let feeGain = account.exactFeesTimesOne - account.fees * one
            #expect(magnitude(feeGain) <= feeBound * one)
            // What a position realised never exceeds its price difference, and when the account is
            // flat nothing is withheld.
            let worth = account.realized + account.quantity * account.lastPrice - account.entryValue
            let exact = account.cash + account.quantity * account.lastPrice
            #expect(worth == exact)
            // The realised part alone is never ahead of the exact share by a unit or more.
            #expect(account.mostAhead <= 0)
        }
        #expect(run.sumOfBalances() == 0)
    }
}

/// An engine with two traders and one instrument of cent-like prices, and what exactness says.
private struct SmallTrades: ~Copyable {
    struct Account {
        var id: AccountID
        var fills = 0
        var fees = BigInt(0)
        /// The fees before any rounding, times 10⁸.
        var exactFeesTimesOne = BigInt(0)
        /// Paid and received for the base asset, exactly.
        var cash = BigInt(0)
        var quantity = BigInt(0)
        var entryValue = BigInt(0)
        var realized = BigInt(0)
        var lastPrice = BigInt(0)
        /// By how much a realised profit was above its exact share of the entry value, at most.
        var mostAhead = BigInt(0)
    }

    private(set) var accounts: [Account] = []
    private(set) var fills = 0
    private var engine = Engine()
    private var buffer = EventBuffer()
    private var balances: [Pocket: BigInt] = [:]
    private let id = InstrumentID(rawValue: 0)

    init() {
        for change in Self.rules() { perform(.changeRules(change)) }
        for number in [16, 17] as [UInt32] {
            let account = AccountID(rawValue: number)
            accounts.append(Account(id: account))
            perform(.openAccount(.trader))
            perform(
                .deposit(
                    BalanceChange(
                        account: account,
                        asset: AssetID(rawValue: 0),
                        amount: Amount(1_000_000)
                    )
                )
            )
        }
        perform(.updateIndexPrice(id, Price(units: 1_234_567)))
    }

    mutating func trade(price: Int64, isFirstBuying: Bool, quantity: Int64) {
        for (account, isBuying) in zip(accounts.map(\.id), [isFirstBuying, !isFirstBuying]) {
            perform(
                .placeOrder(
                    NewOrder(
                        account: account,
                        instrument: id,
                        side: isBuying ? .buy : .sell,
                        type: .limit,
                        price: Price(units: price),
                        quantity: Quantity(units: quantity * 100_000_000)
                    )
                )
            )
        }
    }

    func sumOfBalances() -> BigInt { balances.values.reduce(0, +) }

    private mutating func perform(_ command: Command) {
        buffer.removeAll()
        engine.apply(
            SequencedCommand(
                sequence: engine.sequence.next,
                time: engine.time,
                command: command
            ),
            into: &buffer
        )
        for event in buffer.events(in: 0..<buffer.count) {
            switch event {
            case .orderFilled(let fill): take(fill)
            case .moneyMoved(let move):
                balances[move.from] = move.fromBalance.big
                balances[move.to] = move.toBalance.big
            case .positionChanged(let change):
                guard let place = accounts.firstIndex(where: { $0.id == change.account }) else {
                    continue
                }
                accounts[place].entryValue = change.entryValue.big
            default: break
            }
        }
    }

    private mutating func take(_ fill: OrderFilled) {
        fills += 1
        guard let place = accounts.firstIndex(where: { $0.id == fill.account }) else { return }
        var account = accounts[place]
        let signed = fill.side == .buy ? fill.quantity.big : -fill.quantity.big
        let rate = BigInt(fill.isMaker ? 13_333 : 49_999)
        account.fills += 1
        account.fees += fill.fee.big
        account.exactFeesTimesOne += fill.price.big * fill.quantity.big * rate
        account.cash -= signed * fill.price.big
        let size = magnitude(account.quantity)
        if account.quantity * signed < 0 {
            let closed = min(size, magnitude(signed))
            let direction: BigInt = account.quantity < 0 ? -1 : 1
            let exact = closed * fill.price.big * direction * size - account.entryValue * closed
            account.mostAhead = max(account.mostAhead, fill.realizedPnL.big * size - exact)
        }
        account.realized += fill.realizedPnL.big
        account.quantity += signed
        account.lastPrice = fill.price.big
        accounts[place] = account
    }

    private static func rules() -> [RuleChange] {
        let id = InstrumentID(rawValue: 0)
        guard let usdt = Symbol("USDT"), let dust = Symbol("DUST"), let name = Symbol("DUSTUSDT")
        else { preconditionFailure("these are symbols") }
        return [
            .defineAsset(AssetID(rawValue: 0), usdt), .defineAsset(AssetID(rawValue: 1), dust),
            .setContract(
                id,
                ContractTerms(
                    symbol: name,
                    baseAsset: AssetID(rawValue: 1),
                    settleAsset: AssetID(rawValue: 0),
                    priceDecimals: 8,
                    quantityDecimals: 0,
                    tickSize: Price(units: 1),
                    stepSize: Quantity(1)
                )
            ),
            .setLimits(
                id,
                OrderLimits(
                    priceMin: Price(units: 1),
                    priceMax: Price(1),
                    quantityMin: Quantity(1),
                    quantityMax: Quantity(1_000_000),
                    marketQuantityMax: Quantity(1_000_000),
                    notionalMin: .zero,
                    priceBand: Rate(units: 50_000_000),
                    marketTakeBound: Rate(units: 50_000_000),
                    openOrderCountMax: 10
                )
            ),
            .setFees(
                id,
                FeeSchedule(
                    maker: Rate(units: 13_333),
                    taker: Rate(units: 49_999),
                    liquidation: .zero
                )
            ),
            .setFunding(
                id,
                FundingTerms(intervalMilliseconds: 28_800_000, rate: Rate(units: 0))
            ),
            .setTier(
                id,
                index: 0,
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(1_000_000),
                    leverageMax: 20,
                    maintenanceRate: Rate(units: 1_000_000),
                    deduction: .zero
                )
            ),
            .setLeverageDefault(id, 20), .openTrading(id),
        ]
    }
}
