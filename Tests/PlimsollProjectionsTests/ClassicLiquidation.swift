import PlimsollModel
import PlimsollProjections
import Testing

/// The classic story: 200 USDT of margin, ten times leveraged, long half an ether at 4,000.
///
/// The mark price falls to 3,636.36. The book takes 0.4 at 3,625 and 3,610, the fund the last tenth
/// at the bankruptcy price of 3,600.
struct ClassicLiquidation {
    var venue = ProjectedVenue()

    init() throws {
        try open()
        try liquidate()
    }

    var receipt: LiquidationReceipt {
        get throws { try #require(venue.projections.receipts.last) }
    }

    private let trader = ProjectedVenue.trader
    private let market = ProjectedVenue.market

    private mutating func open() throws {
        let order = venue.nextOrder()
        let trade = venue.nextTrade()
        venue.command(
            moved(
                Amount(1000),
                from: .wallet(.externalWorld),
                Amount(-1000),
                to: .wallet(trader),
                Amount(1000),
                .deposit,
                instrument: nil
            )
        )
        venue.command(
            .settingsChanged(
                SettingsChanged(
                    account: trader,
                    instrument: market,
                    leverage: 10,
                    marginMode: .isolated
                )
            )
        )
        venue.command(
            accepted(order, .buy, try quantity("0.5"), at: Price(4000)),
            traded(trade, try quantity("0.5"), at: Price(4000), taker: order),
            filled(order, .buy, try quantity("0.5"), at: Price(4000), trade: trade, fee: Amount(1)),
            moved(
                Amount(200),
                from: .wallet(trader),
                Amount(800),
                to: .isolated(trader, market),
                Amount(200),
                .marginTransfer
            ),
            moved(
                Amount(1),
                from: .wallet(trader),
                Amount(799),
                to: .wallet(.feeRevenue),
                Amount(1),
                .tradingFee
            ),
            position(try quantity("0.5"), entryValue: Amount(2000), feesPaid: Amount(1))
        )
        venue.command(
            accepted(venue.nextOrder(), .buy, try quantity("0.1"), at: Price(3500)),
            after: 60_000
        )
    }

    private mutating func liquidate() throws {
        let resting = OrderID(rawValue: 2)
        let order = venue.nextOrder()
        let first = venue.nextTrade()
        let second = venue.nextTrade()
        let isolated = Pocket.isolated(trader, market)
        venue.fold(
            [
                .pricesUpdated(
                    PricesUpdated(
                        instrument: market,
                        mark: try price("3636.36"),
                        index: try price("3636"),
                        fundingBasisPrice: try price("3636.36"),
                        averageBasisPrice: try price("3637.5"),
                        last: try price("3635"),
                        fundingRate: Rate(units: 10_000),
                        nextFundingTime: venue.time.advanced(byMilliseconds: 3_600_000)
                    )
                ),
                .liquidationStarted(
                    LiquidationStarted(
                        liquidation: LiquidationID(rawValue: 1),
                        account: trader,
                        instrument: market,
                        scope: .isolated,
                        leverage: 10,
                        quantity: try quantity("0.5"),
                        entryValue: Amount(2000),
                        walletBalance: Amount(200),
                        marginBalance: try amount("18.18"),
                        maintenanceMargin: try amount("18.1818"),
                        maintenanceRate: Rate(units: 1_000_000),
                        deduction: .zero,
                        markPrice: try price("3636.36"),
                        liquidationPrice: try price("3636.36363636"),
                        bankruptcyPrice: Price(3600)
                    )
                ),
                closed(resting, .liquidation, remaining: try quantity("0.1")),
                accepted(
                    order,
                    .sell,
                    try quantity("0.5"),
                    at: Price(3600),
                    origin: .liquidation
                ),
                traded(first, try quantity("0.3"), at: Price(3625), takerSide: .sell, taker: order),
                filled(
                    order,
                    .sell,
                    try quantity("0.3"),
                    at: Price(3625),
                    trade: first,
                    remaining: try quantity("0.2"),
                    fee: try amount("0.54375"),
                    realizedPnL: try amount("-112.5")
                ),
                traded(
                    second,
                    try quantity("0.1"),
                    at: Price(3610),
                    takerSide: .sell,
                    taker: order
                ),
                filled(
                    order,
                    .sell,
                    try quantity("0.1"),
                    at: Price(3610),
                    trade: second,
                    remaining: try quantity("0.1"),
                    fee: try amount("0.1805"),
                    realizedPnL: Amount(-39)
                ),
                closed(order, .unfilledRemainder, remaining: try quantity("0.1")),
                .positionTakenOver(
                    PositionTakenOver(
                        liquidation: LiquidationID(rawValue: 1),
                        account: trader,
                        instrument: market,
                        quantity: try quantity("0.1"),
                        price: Price(3600),
                        realizedPnL: Amount(-40)
                    )
                ),
                position(.zero, entryValue: .zero, realizedPnL: try amount("-191.5")),
                position(
                    of: .insuranceFund,
                    try quantity("0.1"),
                    entryValue: Amount(360)
                ),
                moved(
                    try amount("0.53325"),
                    from: isolated,
                    .zero,
                    to: .wallet(trader),
                    try amount("799.53325"),
                    .marginTransfer
                ),
                .liquidationFinished(
                    LiquidationFinished(
                        liquidation: LiquidationID(rawValue: 1),
                        account: trader,
                        instrument: market,
                        filledQuantity: try quantity("0.4"),
                        filledValue: try amount("1448.5"),
                        realizedPnL: try amount("-191.5"),
                        tradingFee: try amount("0.72425"),
                        liquidationFee: try amount("7.2425"),
                        insurancePaid: .zero,
                        returned: try amount("0.53325")
                    )
                ),
            ],
            after: 1000
        )
    }
}
