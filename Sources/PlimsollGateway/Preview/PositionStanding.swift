import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// What a trader should see of a position before its profit: how far it is from the end, and what
/// waiting costs.
struct PositionStanding: Sendable {
    let position: AccountReport.Position
    /// Of the scope: the position where it is isolated, else the cross account.
    let marginBalance: Amount
    let maintenance: Amount
    let marginRatio: Rate?
    let bankruptcyPrice: Price?
    /// From the mark price to the liquidation price, as a share of the mark price; signed.
    let distance: Rate?
    let hourlyMove: Rate?
    let fundingRate: Rate
    let nextFundingTime: Timestamp
    /// What the next settlement brings at the present rate; negative where it costs.
    let fundingNext: Amount
    let fundingPerDay: Amount
    /// The posted margin of the position: the isolated wallet, else the initial margin.
    let posted: Amount
    let isMarginCalled: Bool

    init?(
        of position: AccountReport.Position,
        in report: AccountReport,
        held holder: AccountProjection,
        market: MarketProjection
    ) {
        guard !position.quantity.isZero, let prices = market.prices,
            let balance = report.balance(position.contract.settleAsset)
        else { return nil }
        self.position = position
        let isIsolated = position.isIsolated
        marginBalance = isIsolated ? position.isolatedMargin : balance.crossMarginBalance
        maintenance = isIsolated ? position.maintenanceMargin : balance.crossMaintenanceMargin
        marginRatio = report.marginRatio(of: position)
        bankruptcyPrice = Self.bankruptcyPrice(of: position, balance)
        distance = position.liquidationPrice.map {
            Self.share($0.units - prices.mark.units, of: prices.mark.units)
        }
        hourlyMove = TypicalMove(of: market)?.hourly
        fundingRate = prices.estimatedFundingRate
        nextFundingTime = prices.nextFundingTime
        fundingNext = -position.notional.times(fundingRate, rounding: .halfUp)
        let interval = max(market.rules.funding.intervalMilliseconds, 1)
        fundingPerDay = Amount(
            units: multiplyDivide(
                fundingNext.units,
                by: 86_400_000,
                over: Int128(interval),
                rounding: .halfUp
            )
        )
        posted = isIsolated ? position.isolatedWallet : position.positionInitialMargin
        isMarginCalled =
            isIsolated
            ? holder.position(position.instrument, position.side)?.isMarginCalled ?? false
            : holder.isMarginCalled
    }

    /// What is left before the position or its account is liquidated.
    var buffer: Amount { marginBalance - maintenance }

    /// The distance in typical hourly moves.
    var moves: Rate? {
        guard let distance, let hourlyMove, hourlyMove > .zero else { return nil }
        return Self.share(distance.magnitude.units, of: hourlyMove.units)
    }

    /// Days until funding alone has used up the buffer, the price standing still; `nil` where funding
    /// does not cost.
    var fundingDays: Rate? {
        guard fundingPerDay < .zero, buffer > .zero else { return nil }
        let days = multiplyDivide(
            buffer.units,
            by: Int128(Rate.unitsPerOne),
            over: -fundingPerDay.units,
            rounding: .down
        )
        return Int64(exactly: days).map(Rate.init(units:))
    }

    /// What is left of what stands behind the position, from 0 to 1: of its own margin where it is
    /// isolated, else of the whole cross account.
    var bufferShare: Rate {
        let whole = position.isIsolated ? posted : marginBalance
        return min(max(Self.share(buffer, of: whole), .zero), .one)
    }

    /// What the same money would have made without leverage.
    var spotTwinPnL: Amount {
        let value = position.contract.valuation.value(
            of: position.quantity,
            at: position.markPrice
        )
        let entryValue = (value - position.unrealizedPnL).magnitude
        guard entryValue > .zero else { return .zero }
        return position.unrealizedPnL.times(Self.share(posted, of: entryValue), rounding: .halfUp)
    }

    static func share(_ part: Int64, of whole: Int64) -> Rate {
        guard whole > 0 else { return .zero }
        return Rate(
            units: Int64(
                clamping: multiplyDivide(
                    Int128(part),
                    by: Int128(Rate.unitsPerOne),
                    over: Int128(whole),
                    rounding: .halfUp
                )
            )
        )
    }

    /// The share that one amount is of another, which is positive; zero otherwise.
    static func share(_ part: Amount, of whole: Amount) -> Rate {
        guard whole > .zero else { return .zero }
        return Rate(
            units: Int64(
                clamping: multiplyDivide(
                    part.units,
                    by: Int128(Rate.unitsPerOne),
                    over: whole.units,
                    rounding: .halfUp
                )
            )
        )
    }

    private static func bankruptcyPrice(
        of position: AccountReport.Position,
        _ balance: AccountReport.Balance
    ) -> Price? {
        let valuation = position.contract.valuation
        let rounding: Rounding = position.quantity > .zero ? .up : .down
        let price: Price
        if position.isIsolated {
            price = PlimsollEngine.bankruptcyPrice(
                quantity: position.quantity,
                entryValue: valuation.value(of: position.quantity, at: position.markPrice)
                    - position.unrealizedPnL,
                walletBalance: position.isolatedWallet,
                valuation: valuation,
                rounding: rounding
            )
        } else {
            guard position.maintenanceMargin > .zero else { return nil }
            price = crossBankruptcyPrice(
                quantity: position.quantity,
                markPrice: position.markPrice,
                marginBalance: balance.crossMarginBalance,
                maintenance: position.maintenanceMargin,
                totalMaintenance: balance.crossMaintenanceMargin,
                valuation: valuation,
                rounding: rounding
            )
        }
        return price > .zero ? price : nil
    }
}

extension JSONWriter {
    /// A number that may be missing.
    mutating func field(optional name: StaticString, _ value: (some FixedPoint)?, decimals: Int) {
        key(name)
        if let value { number(value, decimals: decimals) } else { null() }
    }

    /// The members of an object that tells of a position.
    mutating func risk(_ risk: PositionStanding) {
        let position = risk.position
        let decimals = Int(position.contract.priceDecimals)
        field("quantity", position.quantity, decimals: Int(position.contract.quantityDecimals))
        field("positionSide", position.side.dialectName)
        field("marginMode", position.isIsolated ? "isolated" : "cross")
        field("leverage", position.leverage)
        field("entryPrice", average: position.entryPrice, decimalsMin: decimals)
        field("markPrice", position.markPrice, decimals: 8)
        field("breakEvenPrice", average: position.breakEvenPrice, decimalsMin: decimals)
        field("notional", position.notional)
        field("unrealizedPnL", position.unrealizedPnL)
        field("spotTwinPnL", risk.spotTwinPnL)
        field("margin", risk.posted)
        field("isolatedWallet", position.isolatedWallet)
        field("marginBalance", risk.marginBalance)
        field("maintenanceMargin", risk.maintenance)
        field("buffer", risk.buffer)
        field("bufferShare", risk.bufferShare, decimals: 8)
        field(optional: "marginRatio", risk.marginRatio, decimals: 8)
        field(optional: "liquidationPrice", position.liquidationPrice, decimals: 8)
        field(optional: "bankruptcyPrice", risk.bankruptcyPrice, decimals: 8)
        field(optional: "distance", risk.distance, decimals: 8)
        field(optional: "hourlyMove", risk.hourlyMove, decimals: 8)
        field(optional: "moves", risk.moves, decimals: 2)
        field("fundingRate", risk.fundingRate, decimals: 8)
        field("nextFundingTime", risk.nextFundingTime)
        field("fundingNext", risk.fundingNext)
        field("fundingPerDay", risk.fundingPerDay)
        field(
            "fundingPerDayOfMargin",
            PositionStanding.share(risk.fundingPerDay, of: risk.posted),
            decimals: 8
        )
        field(optional: "fundingDays", risk.fundingDays, decimals: 2)
        field("marginCalled", risk.isMarginCalled)
    }
}
