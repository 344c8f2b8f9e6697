import BigInt
import PlimsollModel

/// Who stands on one side of an instrument, in the order in which they are closed against.
struct ReferenceQueue {
    struct Entry {
        var place: Int
        /// In 10⁻¹⁶; none where nothing stands behind the position.
        var score: BigInt?
        var notional: BigInt
    }

    var instrument: InstrumentID
    var isLong: Bool
    var entries: [Entry]
}

/// Spec page: Liquidation, deleveraging.
extension ReferenceVenue {
    /// LIQ-030 to LIQ-032: what is left of a position closes against those on the other side.
    mutating func deleverage(_ place: Int, _ bankruptcy: BigInt) {
        let bankrupt = stakes[place]
        let instrument = instruments[bankrupt.instrument.index]
        var price = bankruptcy
        if instrument.liquidation.price == .markWhenFar {
            let distance = magnitude(bankruptcy - instrument.markPrice)
            if distance * 100 > instrument.markPrice * 5 { price = instrument.markPrice }
        }
        let queue = queue(against: bankrupt)
        var passed = 0
        while stakes[place].isOpen, passed < queues[queue].entries.count {
            let entry = queues[queue].entries[passed]
            if stakes[entry.place].account == bankrupt.account {
                passed += 1
                continue
            }
            if mayClose(entry.place, against: stakes[place], price) {
                close(entry, against: place, price)
            }
            let isLeft =
                stakes[entry.place].isOpen && !stakes[place].isOpen
                && (stakes[entry.place].quantity > 0) == queues[queue].isLong
            if !isLeft { queues[queue].entries.remove(at: passed) }
        }
    }

    /// The ranking of the other side, made when it is first needed.
    private mutating func queue(against bankrupt: ReferenceStake) -> Int {
        let isLong = bankrupt.quantity < 0
        let found = queues.firstIndex {
            $0.instrument == bankrupt.instrument && $0.isLong == isLong
        }
        if let found { return found }
        let rank = instruments[bankrupt.instrument.index].liquidation.rank
        let standing = stakes.indices.filter {
            stakes[$0].instrument == bankrupt.instrument && stakes[$0].isOpen
                && (stakes[$0].quantity > 0) == isLong && isMargined(stakes[$0].account)
        }
        let entries = standing.map {
            ReferenceQueue.Entry(
                place: $0,
                score: score(stakes[$0], rank),
                notional: rank == .account ? 0 : magnitude(notional(of: stakes[$0]))
            )
        }
        queues.append(
            ReferenceQueue(
                instrument: bankrupt.instrument,
                isLong: isLong,
                entries: entries.sorted { isAhead($0, of: $1) }
            )
        )
        return queues.count - 1
    }

    private func isAhead(_ left: ReferenceQueue.Entry, of right: ReferenceQueue.Entry) -> Bool {
        if left.score != right.score {
            guard let mine = left.score else { return false }
            guard let other = right.score else { return true }
            return mine > other
        }
        if left.notional != right.notional { return left.notional > right.notional }
        let mine = stakes[left.place]
        let other = stakes[right.place]
        return (mine.account.index, mine.side.rawValue) < (other.account.index, other.side.rawValue)
    }

    /// VEN-080, cut off towards zero at the sixteenth decimal.
    private func score(_ stake: ReferenceStake, _ rank: DeleveragingRank) -> BigInt? {
        let scale = one * one
        let profit = unrealized(of: stake)
        let notional = magnitude(notional(of: stake))
        switch rank {
        case .account: return 0
        case .leveragedProfit:
            let balance = scopeBalance(stake)
            guard balance > 0 else { return nil }
            if profit >= 0 { return Ratio(profit * scale, over: balance).rounded(.towardsZero) }
            let exact = Ratio(profit * balance * scale, over: notional * notional)
            return exact.rounded(.towardsZero)
        case .leveragedProfitOnEntry:
            let behind = behind(stake)
            let cost = magnitude(stake.entryValue)
            guard behind > 0 else { return nil }
            let exact =
                profit < 0
                ? Ratio(profit * behind * scale, over: cost * notional)
                : Ratio(profit * notional * scale, over: cost * behind)
            return exact.rounded(.towardsZero)
        case .leveragedReturn:
            let margin = initialMargin(magnitude(stake.entryValue), leverage(stake))
            guard margin > 0 else { return nil }
            return Ratio(profit * scale, over: margin).rounded(.towardsZero)
        }
    }

    private func scopeBalance(_ stake: ReferenceStake) -> BigInt {
        isIsolated(stake)
            ? stake.wallet + unrealized(of: stake)
            : crossMarginBalance(stake.account, settleAsset(of: stake))
    }

    /// What stands behind a position: of a cross account its share of the margin balance.
    private func behind(_ stake: ReferenceStake) -> BigInt {
        let balance = scopeBalance(stake)
        if isIsolated(stake) { return balance }
        let total = crossMaintenance(stake.account, settleAsset(of: stake))
        return Ratio(balance * maintenance(of: stake), over: total).rounded(.towardsZero)
    }

    private func mayClose(
        _ place: Int,
        against bankrupt: ReferenceStake,
        _ price: BigInt
    ) -> Bool {
        let stake = stakes[place]
        guard stake.isOpen, (stake.quantity < 0) != (bankrupt.quantity < 0) else { return false }
        let gain = value(stake.quantity, price, stake.instrument) - markValue(of: stake)
        return behind(stake) + gain >= 0
    }

    /// LIQ-031, LIQ-032.
    private mutating func close(
        _ entry: ReferenceQueue.Entry,
        against place: Int,
        _ price: BigInt
    ) {
        guard let id = liquidation?.id else { return }
        let bankrupt = stakes[place]
        let other = stakes[entry.place]
        let size = min(magnitude(bankrupt.quantity), magnitude(other.quantity))
        let signed = bankrupt.quantity < 0 ? -size : size
        let lost = realizedProfit(of: bankrupt, -signed, price)
        let won = realizedProfit(of: other, signed, price)
        liquidation?.realized += lost
        events.append(
            .deleveraged(
                Deleveraged(
                    liquidation: id,
                    instrument: bankrupt.instrument,
                    bankrupt: bankrupt.account,
                    bankruptSide: bankrupt.side,
                    counterparty: other.account,
                    counterpartySide: other.side,
                    quantity: Quantity(signed),
                    price: Price(price),
                    bankruptPnL: Amount(lost),
                    counterpartyPnL: Amount(won),
                    score: entry.score.map { Int128(whole: $0) } ?? .min
                )
            )
        )
        let closing: Side = other.quantity > 0 ? .sell : .buy
        let reducing = openOrders(of: other).filter { $0.side == closing }
        let sum = reducing.reduce(BigInt(0)) { $0 + $1.remaining }
        if sum > magnitude(other.quantity) - size {
            for order in reducing.sorted(by: { $0.id < $1.id }) { close(order, .deleveraging) }
        }
        settle(place, -signed, price, fee: 0, isForced: true)
        settle(entry.place, signed, price, fee: 0, isForced: false)
        touched.append(entry.place)
    }
}
