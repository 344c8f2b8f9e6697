import PlimsollModel

/// Random values of everything a journal holds.
extension SeededGenerator {
    mutating func account() -> AccountID { AccountID(rawValue: UInt32(truncatingIfNeeded: next())) }

    mutating func instrument() -> InstrumentID {
        InstrumentID(rawValue: UInt16(truncatingIfNeeded: next()))
    }

    mutating func asset() -> AssetID { AssetID(rawValue: UInt16(truncatingIfNeeded: next())) }

    mutating func number<Number: FixedPoint>() -> Number { Number(units: boundaryHeavyWord()) }

    mutating func amount() -> Amount { Amount(units: boundaryHeavy()) }

    mutating func choice<Choice: CaseIterable>(_ fallback: Choice) -> Choice {
        Choice.allCases.randomElement(using: &self) ?? fallback
    }

    mutating func symbol() -> Symbol {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8)
        let length = Int.random(in: 1...24, using: &self)
        let bytes = (0..<length).map { _ in letters[Int.random(in: 0..<37, using: &self)] }
        return Symbol(bytes) ?? Symbol.fallback
    }

    mutating func clientOrderID() -> ClientOrderID {
        guard next() % 4 != 0 else { return .none }
        let letters = Array("ABCXYZabcxyz0189.:/_-".utf8)
        let length = Int.random(in: 1...ClientOrderID.lengthMax, using: &self)
        let bytes = (0..<length).map { _ in letters[Int.random(in: 0..<21, using: &self)] }
        return ClientOrderID(bytes) ?? .none
    }

    mutating func reference() -> OrderReference {
        OrderReference(
            account: account(),
            instrument: instrument(),
            order: OrderID(rawValue: next()),
            clientOrderID: clientOrderID()
        )
    }

    mutating func order() -> NewOrder {
        NewOrder(
            account: account(),
            instrument: instrument(),
            side: choice(.buy),
            type: choice(.limit),
            timeInForce: choice(.goodTillCancelled),
            reduceOnly: next() % 2 == 0,
            price: number(),
            quantity: number(),
            clientOrderID: clientOrderID(),
            positionSide: choice(.both),
            selfTradePrevention: choice(.none),
            priceMatch: choice(.none),
            goodTillDate: Timestamp(milliseconds: boundaryHeavyWord())
        )
    }

    mutating func conditionalOrder() -> NewConditionalOrder {
        NewConditionalOrder(
            account: account(),
            instrument: instrument(),
            side: choice(.buy),
            type: choice(.stop),
            source: choice(.lastPrice),
            timeInForce: choice(.goodTillCancelled),
            reduceOnly: next() % 2 == 0,
            closePosition: next() % 2 == 0,
            priceProtect: next() % 2 == 0,
            triggerPrice: number(),
            price: number(),
            quantity: number(),
            callbackRate: number(),
            activationPrice: number(),
            clientOrderID: clientOrderID(),
            positionSide: choice(.both),
            selfTradePrevention: choice(.none),
            priceMatch: choice(.none),
            goodTillDate: Timestamp(milliseconds: boundaryHeavyWord())
        )
    }

    mutating func balanceChange() -> BalanceChange {
        BalanceChange(account: account(), asset: asset(), amount: amount())
    }

    /// One rule change of every kind, in the order of their numbers.
    mutating func everyRuleChange() -> [RuleChange] {
        [
            .defineAsset(asset(), symbol()),
            .setContract(
                instrument(),
                ContractTerms(
                    symbol: symbol(),
                    baseAsset: asset(),
                    settleAsset: asset(),
                    priceDecimals: UInt8(truncatingIfNeeded: next()),
                    quantityDecimals: UInt8(truncatingIfNeeded: next()),
                    tickSize: number(),
                    stepSize: number(),
                    kind: choice(.linear),
                    multiplier: number()
                )
            ),
            .setLimits(
                instrument(),
                OrderLimits(
                    priceMin: number(),
                    priceMax: number(),
                    quantityMin: number(),
                    quantityMax: number(),
                    marketQuantityMax: number(),
                    notionalMin: number(),
                    priceBand: number(),
                    marketTakeBound: number(),
                    openOrderCountMax: UInt32(truncatingIfNeeded: next()),
                    selfTradePrevention: choice(.expireMaker)
                )
            ),
            .setFees(
                instrument(),
                FeeSchedule(maker: number(), taker: number(), liquidation: number())
            ),
            .setFunding(
                instrument(),
                FundingTerms(
                    intervalMilliseconds: boundaryHeavyWord(),
                    rate: number(),
                    interest: number(),
                    clamp: number(),
                    cap: number(),
                    impactNotional: number(),
                    averaging: choice(.linear),
                    notional: choice(.index)
                )
            ),
            .setMark(
                instrument(),
                MarkPriceTerms(
                    intervalMilliseconds: boundaryHeavyWord(),
                    sampleIntervalMilliseconds: boundaryHeavyWord(),
                    sampleCount: UInt8(truncatingIfNeeded: next()),
                    method: choice(.median)
                )
            ),
            .setTier(
                instrument(),
                index: UInt8(truncatingIfNeeded: next()),
                MarginTier(
                    notionalFloor: amount(),
                    notionalCap: amount(),
                    leverageMax: UInt16(truncatingIfNeeded: next()),
                    maintenanceRate: number(),
                    deduction: amount()
                )
            ),
            .setLeverageDefault(instrument(), UInt16(truncatingIfNeeded: next())),
            .openTrading(instrument()),
            .setTriggers(
                instrument(),
                TriggerTerms(protect: number(), countMax: UInt32(truncatingIfNeeded: next()))
            ),
            .setIndex(
                instrument(),
                IndexTerms(
                    weights: (0..<8).map { _ in UInt16(truncatingIfNeeded: next()) },
                    deviationMax: number(),
                    staleAfterMilliseconds: boundaryHeavyWord()
                )
            ),
            .setLiquidation(
                instrument(),
                LiquidationTerms(
                    boundary: choice(.belowMaintenance),
                    step: choice(.share),
                    stepShare: number(),
                    includesCloseFee: true,
                    takeoverRatio: number(),
                    rank: choice(.leveragedProfitOnEntry),
                    price: choice(.markWhenFar)
                )
            ),
        ]
    }

    /// One command of every kind, in the order of their numbers; rule changes of every kind first.
    mutating func everyCommand() -> [Command] {
        everyRuleChange().map(Command.changeRules) + [
            .openAccount(choice(.trader)),
            .deposit(balanceChange()),
            .withdraw(balanceChange()),
            .placeOrder(order()),
            .amendOrder(
                OrderAmendment(
                    target: reference(),
                    price: number(),
                    quantity: number(),
                    priceMatch: choice(.queue5)
                )
            ),
            .cancelOrder(reference()),
            .cancelAllOrders(account(), instrument()),
            .setLeverage(account(), instrument(), UInt16(truncatingIfNeeded: next())),
            .setMarginMode(account(), instrument(), choice(.cross)),
            .adjustIsolatedMargin(account(), instrument(), amount(), side: choice(.long)),
            .updateIndexPrice(instrument(), number(), source: UInt8(truncatingIfNeeded: next())),
            .setFundingRate(instrument(), number()),
            .advanceTime,
            .placeConditionalOrder(conditionalOrder()),
            .cancelConditionalOrder(
                ConditionalReference(
                    account: account(),
                    instrument: instrument(),
                    order: ConditionalOrderID(rawValue: next()),
                    clientOrderID: clientOrderID()
                )
            ),
            .cancelAllConditionalOrders(account(), instrument()),
            .setPositionMode(account(), isHedge: next() & 1 == 1),
            .setCountdown(account(), instrument(), milliseconds: boundaryHeavyWord()),
            .transfer(
                AccountTransfer(
                    from: account(),
                    to: account(),
                    asset: AssetID(rawValue: UInt16(truncatingIfNeeded: next())),
                    amount: amount()
                )
            ),
        ]
    }
}

extension Symbol {
    /// For the branch that no test reaches.
    fileprivate static var fallback: Symbol {
        guard let symbol = Symbol("BTCUSDT") else { preconditionFailure("seven capitals") }
        return symbol
    }
}
