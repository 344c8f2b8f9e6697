import PlimsollModel
import PlimsollProjections

/// A venue of hand-written events: each call is one command.
struct ProjectedVenue {
    static let usdt = AssetID(rawValue: 0)
    static let market = InstrumentID(rawValue: 0)
    static let other = InstrumentID(rawValue: 1)
    static let trader = AccountID(rawValue: 16)
    static let maker = AccountID(rawValue: 17)
    /// 2025-05-06 13:00:00 UTC.
    static let start = Timestamp(milliseconds: 1_746_536_400_000)

    var projections = VenueProjections()
    var time = start
    private var sequence: UInt64 = 0
    private var lastOrder: UInt64 = 0
    private var lastTrade: UInt64 = 0

    /// Two instruments, a trader and a recorded market.
    ///
    /// - Parameter change: Of the rules of the first instrument.
    init(_ change: (inout InstrumentRules) -> Void = { _ in }) {
        var rules = VenueRules(
            name: "test",
            assets: ["USDT", "ETH", "BTC"].compactMap { Symbol($0) },
            instruments: ["ETHUSDT", "BTCUSDT"].compactMap { Symbol($0) }.map(Self.rules)
        )
        change(&rules.instruments[0])
        for change in rules.changes { command(.rulesChanged(change)) }
        command(.accountOpened(Self.trader, .trader))
        command(.accountOpened(Self.maker, .recordedMarket))
    }

    private static func rules(_ symbol: Symbol) -> InstrumentRules {
        InstrumentRules(
            contract: ContractTerms(
                symbol: symbol,
                baseAsset: AssetID(rawValue: 1),
                settleAsset: usdt,
                priceDecimals: 2,
                quantityDecimals: 3,
                tickSize: Price(units: 1_000_000),
                stepSize: Quantity(units: 100_000)
            ),
            limits: OrderLimits(
                priceMin: Price(units: 1_000_000),
                priceMax: Price(1_000_000),
                quantityMin: Quantity(units: 100_000),
                quantityMax: Quantity(10_000),
                marketQuantityMax: Quantity(1000),
                notionalMin: Price(5),
                priceBand: Rate(units: 5_000_000),
                marketTakeBound: Rate(units: 5_000_000),
                openOrderCountMax: 200
            ),
            fees: FeeSchedule(
                maker: Rate(units: 20_000),
                taker: Rate(units: 50_000),
                liquidation: Rate(units: 500_000)
            ),
            funding: FundingTerms(intervalMilliseconds: 28_800_000, rate: Rate(units: 10_000)),
            mark: MarkPriceTerms(),
            tiers: [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(1_000_000),
                    leverageMax: 50,
                    maintenanceRate: Rate(units: 1_000_000),
                    deduction: .zero
                )
            ],
            leverageDefault: 20
        )
    }

    /// Folds what one command did, some venue time after the one before.
    mutating func command(_ events: Event..., after milliseconds: Int64 = 0) {
        fold(events, after: milliseconds)
    }

    mutating func fold(_ events: [Event], after milliseconds: Int64 = 0) {
        sequence += 1
        time = time.advanced(byMilliseconds: milliseconds)
        projections.fold(
            events[...],
            at: EventHeader(sequence: Sequence(rawValue: sequence), time: time),
            digest: Digest(value: sequence &* 0x9E37_79B9_7F4A_7C15)
        )
    }

    mutating func nextOrder() -> OrderID {
        lastOrder += 1
        return OrderID(rawValue: lastOrder)
    }

    mutating func nextTrade() -> TradeID {
        lastTrade += 1
        return TradeID(rawValue: lastTrade)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        projections.encode(into: &writer)
        return writer.bytes
    }
}

// Events with the fields that a test cares about.

func price(_ text: String) throws -> Price { try Price(parsing: text) }

func quantity(_ text: String) throws -> Quantity { try Quantity(parsing: text, allowsSign: true) }

func amount(_ text: String) throws -> Amount { try Amount(parsing: text, allowsSign: true) }

func accepted(
    _ order: OrderID,
    by account: AccountID = ProjectedVenue.trader,
    in instrument: InstrumentID = ProjectedVenue.market,
    _ side: Side,
    _ quantity: Quantity,
    at price: Price,
    name: String = "",
    origin: OrderOrigin = .client,
    positionSide: PositionSide = .both
) -> Event {
    .orderAccepted(
        OrderAccepted(
            order: order,
            account: account,
            instrument: instrument,
            side: side,
            type: .limit,
            timeInForce: origin == .client ? .goodTillCancelled : .immediateOrCancel,
            reduceOnly: origin == .liquidation,
            origin: origin,
            price: price,
            quantity: quantity,
            marginPrice: price,
            clientOrderID: ClientOrderID(name) ?? .none,
            positionSide: positionSide
        )
    )
}

func filled(
    _ order: OrderID,
    of account: AccountID = ProjectedVenue.trader,
    in instrument: InstrumentID = ProjectedVenue.market,
    _ side: Side,
    _ quantity: Quantity,
    at price: Price,
    trade: TradeID,
    remaining: Quantity = .zero,
    fee: Amount = .zero,
    realizedPnL: Amount = .zero
) -> Event {
    .orderFilled(
        OrderFilled(
            order: order,
            trade: trade,
            account: account,
            instrument: instrument,
            side: side,
            isMaker: false,
            price: price,
            quantity: quantity,
            remaining: remaining,
            fee: fee,
            realizedPnL: realizedPnL
        )
    )
}

func closed(
    _ order: OrderID,
    of account: AccountID = ProjectedVenue.trader,
    _ reason: OrderCloseReason,
    remaining: Quantity
) -> Event {
    .orderClosed(
        OrderClosed(
            order: order,
            account: account,
            instrument: ProjectedVenue.market,
            reason: reason,
            remaining: remaining
        )
    )
}

func traded(
    _ trade: TradeID,
    _ quantity: Quantity,
    at price: Price,
    takerSide: Side = .buy,
    taker: OrderID = OrderID(rawValue: 1)
) -> Event {
    .tradeExecuted(
        TradeExecuted(
            trade: trade,
            instrument: ProjectedVenue.market,
            price: price,
            quantity: quantity,
            takerSide: takerSide,
            maker: OrderID(rawValue: 2),
            taker: taker
        )
    )
}

func moved(
    _ amount: Amount,
    from: Pocket,
    _ fromBalance: Amount,
    to: Pocket,
    _ toBalance: Amount,
    _ reason: TransferReason,
    instrument: InstrumentID? = ProjectedVenue.market
) -> Event {
    .moneyMoved(
        MoneyMoved(
            asset: ProjectedVenue.usdt,
            from: from,
            to: to,
            reason: reason,
            instrument: instrument,
            amount: amount,
            fromBalance: fromBalance,
            toBalance: toBalance
        )
    )
}

func position(
    of account: AccountID = ProjectedVenue.trader,
    in instrument: InstrumentID = ProjectedVenue.market,
    _ quantity: Quantity,
    entryValue: Amount,
    realizedPnL: Amount = .zero,
    feesPaid: Amount = .zero,
    fundingReceived: Amount = .zero,
    side: PositionSide = .both
) -> Event {
    .positionChanged(
        PositionChanged(
            account: account,
            instrument: instrument,
            quantity: quantity,
            entryValue: entryValue,
            realizedPnL: realizedPnL,
            feesPaid: feesPaid,
            fundingReceived: fundingReceived,
            side: side
        )
    )
}
