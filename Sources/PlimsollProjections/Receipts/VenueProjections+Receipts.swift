import PlimsollModel

extension VenueProjections {
    mutating func startReceipt(_ start: LiquidationStarted, at header: EventHeader) {
        let market = markets[start.instrument.index]
        lastPriceAtStart = market.lastPrice ?? .zero
        let terms = market.rules.contract
        let account = accounts[start.account.index]
        let position = account.position(start.instrument, start.side)
        let siblings = account.positions.filter {
            $0.instrument == start.instrument && $0.side != start.side
        }
        openReceipts.append(
            LiquidationReceipt(
                symbol: terms.symbol,
                baseAsset: assets[terms.baseAsset.index],
                settleAsset: assets[terms.settleAsset.index],
                priceDecimals: Int(terms.priceDecimals),
                quantityDecimals: Int(terms.quantityDecimals),
                contractKind: terms.kind,
                multiplier: terms.multiplier,
                markMethod: market.rules.mark.method,
                terms: ReceiptTerms(market.rules.liquidation),
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
                    returned: .zero,
                    side: start.side
                ),
                prices: market.prices,
                takerFeeRate: market.rules.fees.taker,
                liquidationFeeRate: market.rules.fees.liquidation,
                openingFees: position?.feesPaid ?? .zero,
                fundingReceived: position?.fundingReceived ?? .zero,
                crossWalletBefore: account.wallet(terms.settleAsset),
                siblingQuantity: siblings.first { !$0.isFlat }?.quantity ?? .zero
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
        guard let index = openReceipt(of: order.account, order.instrument, order.positionSide)
        else { return }
        openReceipts[index].orderCount += 1
        if openReceipts[index].orders.count < LiquidationReceipt.orderCountMax {
            openReceipts[index].orders.append(order)
        }
    }

    mutating func noteInReceipt(_ fill: OrderFilled, in contract: ContractTerms) {
        guard
            let order = accounts[fill.account.index].order(fill.order),
            order.accepted.origin == .liquidation,
            let index = openReceipt(of: fill.account, fill.instrument, order.positionSide)
        else { return }
        let value = contract.tradedValue(of: fill.quantity, at: fill.price)
        openReceipts[index].add(fill, worth: value)
    }

    mutating func noteInReceipt(_ takeover: PositionTakenOver) {
        guard
            let index = openReceipt(of: takeover.account, takeover.instrument, takeover.side)
        else { return }
        openReceipts[index].takenOverQuantity += takeover.quantity
        openReceipts[index].takenOverPrice = takeover.price
        openReceipts[index].takenOverPnL += takeover.realizedPnL
        openReceipts[index].realizedPnL += takeover.realizedPnL
    }

    mutating func noteInReceipt(_ deleveraging: Deleveraged) {
        guard
            let index = openReceipts.lastIndex(where: { $0.id == deleveraging.liquidation })
        else { return }
        let value = openReceipts[index].tradedValue(
            of: deleveraging.quantity,
            at: deleveraging.price
        )
        openReceipts[index].deleveragingCount += 1
        openReceipts[index].deleveragedQuantity += deleveraging.quantity
        openReceipts[index].deleveragedValue += value
        openReceipts[index].deleveragedPnL += deleveraging.bankruptPnL
        openReceipts[index].realizedPnL += deleveraging.bankruptPnL
        guard
            openReceipts[index].deleveragings.count < LiquidationReceipt.deleveragingCountMax
        else { return }
        openReceipts[index].deleveragings.append(
            ReceiptDeleveraging(
                id: settlementCount,
                counterparty: deleveraging.counterparty,
                counterpartySide: deleveraging.counterpartySide,
                quantity: deleveraging.quantity,
                price: deleveraging.price,
                realizedPnL: deleveraging.bankruptPnL,
                score: deleveraging.score
            )
        )
    }

    mutating func noteInReceipt(_ recorded: DeficitRecorded) {
        let index = openReceipts.lastIndex {
            markets[$0.instrument.index].rules.contract.settleAsset == recorded.asset
        }
        if let index { openReceipts[index].deficit += recorded.amount }
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
            account.positions.count {
                !$0.isOf(finish.instrument, finish.side) && !$0.isFlat
            }
        receipt.ordersKept = account.openOrderCount
        receipts.append(receipt) { [crowd] in !crowd.contains($0.account) }
        markets[finish.instrument.index].fold(receipt)
        addToCascade(receipt)
    }

    /// The newest unfinished close of an account.
    private func openReceipt(of account: AccountID) -> Int? {
        openReceipts.lastIndex { $0.account == account }
    }

    /// The newest unfinished close of a position.
    private func openReceipt(
        of account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> Int? {
        openReceipts.lastIndex {
            $0.account == account && $0.instrument == instrument && $0.side == side
        }
    }
}

extension LiquidationReceipt {
    mutating func add(_ fill: OrderFilled, worth value: Amount) {
        tradeCount += 1
        filledQuantity += fill.quantity
        filledValue += value
        closingFees += fill.fee
        realizedPnL += fill.realizedPnL
        if let last = fills.indices.last, fills[last].price == fill.price,
            fills[last].order == fill.order
        {
            fills[last].lastTrade = fill.trade
            fills[last].quantity += fill.quantity
            fills[last].fee += fill.fee
            fills[last].realizedPnL += fill.realizedPnL
        } else if fills.count < Self.fillCountMax {
            fills.append(
                ReceiptFill(
                    order: fill.order,
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
