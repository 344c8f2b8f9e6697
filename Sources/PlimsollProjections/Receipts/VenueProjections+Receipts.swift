import PlimsollModel

extension VenueProjections {
    mutating func startReceipt(_ start: LiquidationStarted, at header: EventHeader) {
        let market = markets[start.instrument.index]
        let terms = market.rules.contract
        let position = accounts[start.account.index].position(start.instrument)
        openReceipts.append(
            LiquidationReceipt(
                symbol: terms.symbol,
                baseAsset: assets[terms.baseAsset.index],
                settleAsset: assets[terms.settleAsset.index],
                priceDecimals: Int(terms.priceDecimals),
                quantityDecimals: Int(terms.quantityDecimals),
                startSequence: header.sequence,
                startTime: header.time,
                digestBefore: digest,
                finishSequence: header.sequence,
                finishTime: header.time,
                digestAfter: digest,
                started: start,
                finished: LiquidationFinished(
                    liquidation: start.liquidation,
                    account: start.account,
                    instrument: start.instrument,
                    filledQuantity: .zero,
                    filledValue: .zero,
                    realizedPnL: .zero,
                    tradingFee: .zero,
                    liquidationFee: .zero,
                    insurancePaid: .zero,
                    returned: .zero
                ),
                prices: market.prices,
                takerFeeRate: market.rules.fees.taker,
                liquidationFeeRate: market.rules.fees.liquidation,
                openingFees: position?.feesPaid ?? .zero,
                fundingReceived: position?.fundingReceived ?? .zero,
                crossWalletBefore: accounts[start.account.index].wallet(terms.settleAsset)
            )
        )
    }

    mutating func noteInReceipt(_ closing: OrderClosed) {
        guard let index = openReceipt(of: closing.account) else { return }
        openReceipts[index].cancelledOrderCount += 1
        if openReceipts[index].cancelledOrders.count < LiquidationReceipt.cancelledOrderCountMax {
            openReceipts[index].cancelledOrders.append(closing.order)
        }
    }

    mutating func noteInReceipt(_ order: OrderAccepted) {
        guard let index = openReceipt(of: order.account, order.instrument) else { return }
        openReceipts[index].order = order
    }

    mutating func noteInReceipt(_ fill: OrderFilled) {
        guard let index = openReceipt(of: fill.account, fill.instrument),
            openReceipts[index].order?.order == fill.order
        else { return }
        openReceipts[index].add(fill)
    }

    mutating func noteInReceipt(_ takeover: PositionTakenOver) {
        guard let index = openReceipt(of: takeover.account, takeover.instrument) else { return }
        openReceipts[index].takenOverQuantity += takeover.quantity
        openReceipts[index].takenOverPrice = takeover.price
        openReceipts[index].takenOverPnL += takeover.realizedPnL
        openReceipts[index].realizedPnL += takeover.realizedPnL
    }

    mutating func noteInReceipt(_ movement: MoneyMoved) {
        guard let index = openReceipt(of: movement.from.account) else { return }
        openReceipts[index].keptByFund += movement.amount
    }

    mutating func finishReceipt(
        _ finish: LiquidationFinished,
        at header: EventHeader,
        digest: Digest
    ) {
        guard let index = openReceipts.firstIndex(where: { $0.id == finish.liquidation }) else {
            return
        }
        var receipt = openReceipts.remove(at: index)
        let terms = markets[finish.instrument.index].rules.contract
        let account = accounts[finish.account.index]
        receipt.finished = finish
        receipt.finishSequence = header.sequence
        receipt.finishTime = header.time
        receipt.digestAfter = digest
        receipt.crossWalletAfter = account.wallet(terms.settleAsset)
        receipt.positionsKept =
            account.positions.count { $0.instrument != finish.instrument && !$0.isFlat }
        receipt.ordersKept = account.openOrderCount
        receipts.append(receipt)
    }

    /// The newest unfinished close of an account, in an instrument where one is given.
    private func openReceipt(of account: AccountID, _ instrument: InstrumentID? = nil) -> Int? {
        openReceipts.lastIndex {
            $0.account == account && (instrument == nil || $0.instrument == instrument)
        }
    }
}

extension LiquidationReceipt {
    mutating func add(_ fill: OrderFilled) {
        tradeCount += 1
        filledQuantity += fill.quantity
        filledValue += Amount(fill.price, times: fill.quantity)
        closingFees += fill.fee
        realizedPnL += fill.realizedPnL
        if let last = fills.indices.last, fills[last].price == fill.price {
            fills[last].lastTrade = fill.trade
            fills[last].quantity += fill.quantity
            fills[last].fee += fill.fee
            fills[last].realizedPnL += fill.realizedPnL
        } else if fills.count < Self.fillCountMax {
            fills.append(
                ReceiptFill(
                    firstTrade: fill.trade,
                    lastTrade: fill.trade,
                    price: fill.price,
                    quantity: fill.quantity,
                    fee: fill.fee,
                    realizedPnL: fill.realizedPnL
                )
            )
        }
    }
}
