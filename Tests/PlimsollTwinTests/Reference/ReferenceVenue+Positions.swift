import BigInt
import PlimsollModel

/// Spec page: Positions.
extension ReferenceVenue {
    /// One side of a trade reaches its account; `order` is what is left of it.
    mutating func fill(
        _ order: ReferenceOrder,
        _ trade: TradeExecuted,
        rate: BigInt,
        isMaker: Bool
    ) {
        let place = stakeForTrading(order.account, order.instrument)
        let value = trade.price.big * trade.quantity.big
        var fee = BigInt(0)
        if accounts[order.account.index] == .trader {
            // FEE-001: half-up to eight decimals.
            fee = Ratio(value * rate, over: one * one).rounded(.nearest) * one
            touched.append(place)
        }
        let signed = order.side == .buy ? trade.quantity.big : -trade.quantity.big
        let realized = realizedProfit(of: stakes[place], signed, trade.price.big)
        events.append(
            .orderFilled(
                OrderFilled(
                    order: order.id,
                    trade: trade.trade,
                    account: order.account,
                    instrument: order.instrument,
                    side: order.side,
                    isMaker: isMaker,
                    price: trade.price,
                    quantity: trade.quantity,
                    remaining: Quantity(order.remaining),
                    fee: Amount(fee),
                    realizedPnL: Amount(realized)
                )
            )
        )
        if order.isLiquidation {
            liquidation?.filledQuantity += trade.quantity.big
            liquidation?.filledValue += value
            liquidation?.tradingFee += fee
            liquidation?.realized += realized
        }
        settle(place, signed, trade.price.big, fee: fee, isForced: order.isLiquidation)
    }

    /// POS-001: price less cost of the part that closes, never rounded up.
    func realizedProfit(
        of stake: ReferenceStake,
        _ signed: BigInt,
        _ price: BigInt
    ) -> BigInt {
        guard stake.isOpen, (stake.quantity < 0) != (signed < 0) else { return 0 }
        let size = magnitude(stake.quantity)
        let closed = min(size, magnitude(signed))
        let proceeds = closed * price * (stake.quantity < 0 ? -1 : 1)
        return Ratio(proceeds * size - stake.entryValue * closed, over: size).rounded(.floor)
    }

    /// A position takes in a signed quantity at a price, and the money goes with it.
    mutating func settle(
        _ place: Int,
        _ signed: BigInt,
        _ price: BigInt,
        fee: BigInt,
        isForced: Bool
    ) {
        let before = stakes[place]
        let asset = settleAsset(of: before)
        let size = magnitude(before.quantity)
        let isReducing = before.isOpen && (before.quantity < 0) != (signed < 0)
        let closed = isReducing ? min(size, magnitude(signed)) : 0
        let opened = magnitude(signed) - closed
        let rest = size - closed
        let realized = realizedProfit(of: before, signed, price)

        var after = before
        after.quantity += signed
        after.entryValue += signed * price + realized
        after.realized += realized
        // POS-005.
        after.feesPaid = size.isZero ? 0 : share(before.feesPaid, rest, size)
        after.fundingReceived = size.isZero ? 0 : share(before.fundingReceived, rest, size)
        if opened > 0 { after.feesPaid += share(fee, opened, closed + opened) }
        stakes[place] = after

        let wallet = Pocket.wallet(before.account)
        let own = Pocket.isolated(before.account, before.instrument)
        move(
            realized,
            asset,
            from: .wallet(.positionClearing),
            to: before.isIsolated ? own : wallet,
            .realizedPnL,
            before.instrument
        )
        if before.isIsolated {
            if closed > 0, !isForced { returnMargin(place, before.wallet, rest, size) }
            move(
                initialMargin(opened * price, before.leverage),
                asset,
                from: wallet,
                to: own,
                .marginTransfer,
                before.instrument
            )
        }
        // FEE-002.
        let canPay = balance(wallet, asset) >= fee
        let isOwnWalletPaying =
            before.isIsolated && (isForced || (!canPay && stakes[place].isOpen))
        move(
            fee,
            asset,
            from: isOwnWalletPaying ? own : wallet,
            to: .wallet(.feeRevenue),
            .tradingFee,
            before.instrument
        )
        tellPosition(place)
        if stakes[place].quantity.isZero || (isReducing && opened > 0) {
            closeOrders(.reduceOnly) {
                $0.reduceOnly && $0.account == before.account
                    && $0.instrument == before.instrument
            }
        }
    }

    private func share(_ amount: BigInt, _ part: BigInt, _ whole: BigInt) -> BigInt {
        Ratio(amount * part, over: whole).rounded(.nearest)
    }

    /// POS-004: the closed share of the isolated wallet goes back, as far as the loss left it.
    private mutating func returnMargin(
        _ place: Int,
        _ walletBefore: BigInt,
        _ rest: BigInt,
        _ size: BigInt
    ) {
        let stake = stakes[place]
        let kept = Ratio(walletBefore * rest, over: size).rounded(.awayFromZero)
        let pocket = Pocket.isolated(stake.account, stake.instrument)
        if stake.wallet > kept {
            move(
                stake.wallet - kept,
                settleAsset(of: stake),
                from: pocket,
                to: .wallet(stake.account),
                .marginTransfer,
                stake.instrument
            )
        } else if rest.isZero {
            _ = cover(pocket, settleAsset(of: stake), stake.instrument)
        }
    }

    /// The insurance fund brings a pocket below zero back to zero; returns what it paid.
    mutating func cover(
        _ pocket: Pocket,
        _ asset: AssetID,
        _ instrument: InstrumentID?
    ) -> BigInt {
        let missing = max(0, -balance(pocket, asset))
        move(missing, asset, from: .wallet(.insuranceFund), to: pocket, .insurance, instrument)
        return missing
    }

    mutating func tellPosition(_ place: Int) {
        let stake = stakes[place]
        events.append(
            .positionChanged(
                PositionChanged(
                    account: stake.account,
                    instrument: stake.instrument,
                    quantity: Quantity(stake.quantity),
                    entryValue: Amount(stake.entryValue),
                    realizedPnL: Amount(stake.realized),
                    feesPaid: Amount(stake.feesPaid),
                    fundingReceived: Amount(stake.fundingReceived)
                )
            )
        )
    }
}
