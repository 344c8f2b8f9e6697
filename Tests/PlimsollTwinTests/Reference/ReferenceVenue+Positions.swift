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
        let place = stakeForTrading(order.account, order.instrument, order.positionSide)
        let value = magnitude(value(trade.quantity.big, trade.price.big, order.instrument))
        var fee = BigInt(0)
        if isMargined(order.account) {
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

    /// POS-001: what the entry value is after the fill, less what it was and what the fill is worth.
    ///
    /// Of a reduction it is the share of what stays, cut so that no profit is rounded up.
    func realizedProfit(
        of stake: ReferenceStake,
        _ signed: BigInt,
        _ price: BigInt
    ) -> BigInt {
        guard stake.isOpen, (stake.quantity < 0) != (signed < 0) else { return 0 }
        let after = stake.quantity + signed
        let isCrossing = magnitude(signed) > magnitude(stake.quantity)
        let entryValue =
            isCrossing
            ? value(after, price, stake.instrument)
            : Ratio(stake.entryValue * after, over: stake.quantity).rounded(.floor)
        return entryValue - stake.entryValue - value(signed, price, stake.instrument)
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
        after.entryValue += value(signed, price, before.instrument) + realized
        after.realized += realized
        // POS-005.
        after.feesPaid = size.isZero ? 0 : share(before.feesPaid, rest, size)
        after.fundingReceived = size.isZero ? 0 : share(before.fundingReceived, rest, size)
        if opened > 0 { after.feesPaid += share(fee, opened, closed + opened) }
        stakes[place] = after

        let wallet = Pocket.wallet(before.account)
        let isIsolated = isIsolated(before)
        move(
            realized,
            asset,
            from: .wallet(.positionClearing),
            to: isIsolated ? before.pocket : wallet,
            .realizedPnL,
            before.instrument
        )
        if before.account == .insuranceFund {
            coverFund(asset, before.instrument)
            fundChanged.append(before.instrument)
        }
        if isIsolated {
            if closed > 0, !isForced { returnMargin(place, before.wallet, rest, size) }
            move(
                initialMargin(
                    magnitude(value(opened, price, before.instrument)),
                    leverage(before)
                ),
                asset,
                from: wallet,
                to: before.pocket,
                .marginTransfer,
                before.instrument
            )
        }
        // FEE-002.
        let canPay = balance(wallet, asset) >= fee
        let isOwnWalletPaying =
            isIsolated && (isForced || (!canPay && stakes[place].isOpen))
        move(
            fee,
            asset,
            from: isOwnWalletPaying ? before.pocket : wallet,
            to: .wallet(.feeRevenue),
            .tradingFee,
            before.instrument
        )
        tellPosition(place)
        if stakes[place].quantity.isZero || (isReducing && opened > 0) {
            closeOrders(.reduceOnly) {
                $0.reduceOnly && $0.account == before.account
                    && $0.instrument == before.instrument && $0.positionSide == before.side
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
        if stake.wallet > kept {
            move(
                stake.wallet - kept,
                settleAsset(of: stake),
                from: stake.pocket,
                to: .wallet(stake.account),
                .marginTransfer,
                stake.instrument
            )
        } else {
            coverOwn(place, partLost: rest.isZero ? nil : max(0, walletBefore - stake.wallet))
        }
    }

    /// What an isolated wallet lacks when its position is closed by hand.
    ///
    /// The account's own money pays first, the insurance fund what is then missing. Of a part only what
    /// that lost is asked for, and nothing of the fund.
    private mutating func coverOwn(_ place: Int, partLost: BigInt?) {
        let stake = stakes[place]
        let asset = settleAsset(of: stake)
        let free = max(0, balance(.wallet(stake.account), asset))
        move(
            min(free, partLost ?? -stake.wallet, max(0, -stake.wallet)),
            asset,
            from: .wallet(stake.account),
            to: stake.pocket,
            .marginTransfer,
            stake.instrument
        )
        if partLost == nil { _ = cover(stake.pocket, asset, stake.instrument) }
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
                    fundingReceived: Amount(stake.fundingReceived),
                    side: stake.side
                )
            )
        )
    }
}
