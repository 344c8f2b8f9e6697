public import PlimsollModel

/// Who stood on which side of an instrument at an instant, and at which prices.
///
/// The venue's own accounts are not counted. An account in hedge mode that holds both sides counts on
/// both.
public struct PositioningSample: BitwiseCopyable, Hashable, Sendable {
    /// How many accounts are long and short, and how much they hold together.
    public struct Sides: BitwiseCopyable, Hashable, Sendable {
        public internal(set) var longAccounts: UInt32 = 0
        public internal(set) var shortAccounts: UInt32 = 0
        public internal(set) var longQuantity = Quantity.zero
        public internal(set) var shortQuantity = Quantity.zero

        mutating func add(_ quantity: Quantity) {
            if quantity > .zero {
                longAccounts += 1
                longQuantity.addClamped(quantity)
            } else if quantity < .zero {
                shortAccounts += 1
                shortQuantity.addClamped(quantity.magnitude)
            }
        }
    }

    /// The end of a period, which is the beginning of the next.
    public var time: Timestamp
    public var openInterest: Quantity
    /// At the mark price, in the settle asset.
    public var openInterestValue: Amount
    /// The last trade; the mark price before the first one.
    public var last: Price
    public var index: Price
    public var all: Sides
    /// The fifth of all accounts with a position in the settle asset that has the highest margin
    /// balance.
    public var top: Sides
}

extension MarketProjection {
    /// The shortest period between two samples.
    public static let positioningInterval = CandleInterval.fiveMinutes
    /// Fourteen days, as of candles.
    public static let positioningCountMax = minuteCountMax / 5
}

extension VenueProjections {
    /// Takes the samples of the periods that end between two commands, before the later one changes
    /// anything.
    ///
    /// Where several periods end nothing happened between them: their samples differ in time alone.
    mutating func takeSamples(upTo next: Timestamp) {
        let interval = MarketProjection.positioningInterval
        guard sequence > .zero, interval.openTime(of: time) < interval.openTime(of: next) else {
            return
        }
        let last = interval.openTime(of: next)
        let missed = Int64(MarketProjection.positioningCountMax) - 1
        let first = max(
            interval.nextOpenTime(after: time),
            interval.openTime(of: last, shiftedBy: -missed)
        )
        let samples = positioning()
        for (index, sample) in samples.enumerated() {
            guard var sample else { continue }
            var instant = first
            while instant <= last {
                sample.time = instant
                markets[index].positioning.append(sample)
                instant = interval.nextOpenTime(after: instant)
            }
        }
    }

    /// One sample for each market that has prices.
    private func positioning() -> [PositioningSample?] {
        var samples = markets.map { market in
            market.prices.map { prices in
                PositioningSample(
                    time: .zero,
                    openInterest: market.openInterest,
                    openInterestValue: market.rules.contract.tradedValue(
                        of: market.openInterest,
                        at: prices.mark
                    ),
                    last: market.lastPrice ?? prices.mark,
                    index: prices.index,
                    all: PositioningSample.Sides(),
                    top: PositioningSample.Sides()
                )
            }
        }
        var holders: [[(account: AccountID, margin: Amount)]] = assets.map { _ in [] }
        for account in accounts.dropFirst(AccountID.firstOpened.index) {
            for position in account.positions where !position.isFlat {
                samples[position.instrument.index]?.all.add(position.quantity)
            }
            for (asset, margin) in marginBalances(of: account) {
                holders[asset.index].append((account.id, margin))
            }
        }
        for (index, var ranked) in holders.enumerated() where !ranked.isEmpty {
            ranked.sort { ($1.margin, $0.account) < ($0.margin, $1.account) }
            for (account, _) in ranked.prefix((ranked.count + 4) / 5) {
                for position in accounts[account.index].positions where !position.isFlat {
                    let market = markets[position.instrument.index]
                    guard market.rules.contract.settleAsset.index == index else { continue }
                    samples[position.instrument.index]?.top.add(position.quantity)
                }
            }
        }
        return samples
    }

    /// What an account with open positions has behind them, in each asset that they settle in.
    private func marginBalances(of account: AccountProjection) -> [(AssetID, Amount)] {
        var balances: [(AssetID, Amount)] = []
        for position in account.positions where !position.isFlat {
            let contract = markets[position.instrument.index].rules.contract
            let asset = contract.settleAsset
            let slot: Int
            if let found = balances.firstIndex(where: { $0.0 == asset }) {
                slot = found
            } else {
                slot = balances.count
                balances.append((asset, account.wallet(asset)))
            }
            balances[slot].1 += position.isolatedWallet
            guard let mark = markets[position.instrument.index].prices?.mark else { continue }
            balances[slot].1 +=
                contract.valuation.value(of: position.quantity, at: mark) - position.entryValue
        }
        return balances
    }
}

extension PositioningSample: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(time)
        writer.put(openInterest)
        writer.put(openInterestValue)
        writer.put(last)
        writer.put(index)
        for sides in [all, top] {
            writer.put(sides.longAccounts)
            writer.put(sides.shortAccounts)
            writer.put(sides.longQuantity)
            writer.put(sides.shortQuantity)
        }
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        time = try reader.timestamp()
        openInterest = try reader.number()
        openInterestValue = try reader.amount()
        last = try reader.number()
        index = try reader.number()
        all = try Sides(from: &reader)
        top = try Sides(from: &reader)
    }
}

extension PositioningSample.Sides {
    fileprivate init(from reader: inout ByteReader) throws(CodecError) {
        longAccounts = try reader.integer()
        shortAccounts = try reader.integer()
        longQuantity = try reader.number()
        shortQuantity = try reader.number()
    }
}
