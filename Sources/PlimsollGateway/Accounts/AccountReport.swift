import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// Everything an account can be told about its money and its positions, reckoned in one place.
///
/// Balances and positions come from the projections, the rest from the engine's own formulas, so
/// that an endpoint, a stream and a receipt never disagree with each other or with the engine. All
/// figures are exact; they are cut to eight decimals where they are written.
struct AccountReport: Sendable {
    /// An instrument as the account stands in it, flat or not.
    struct Position: Sendable {
        var instrument: InstrumentID
        /// Both in one-way mode; long or short in hedge mode.
        var side: PositionSide
        var contract: ContractTerms
        var marginMode: MarginMode
        var leverage: UInt16
        /// The largest notional allowed at this leverage.
        var notionalMax: Amount
        /// Signed.
        var quantity: Quantity
        var entryPrice: Price
        var breakEvenPrice: Price
        var markPrice: Price
        /// The magnitude of the value at the mark price, with the sign of the quantity.
        var notional: Amount
        var unrealizedPnL: Amount
        /// Zero in cross margin.
        var isolatedWallet: Amount
        var maintenanceMargin: Amount
        /// Of the position alone.
        var positionInitialMargin: Amount
        /// What open orders ask for on top of it.
        var orderInitialMargin: Amount
        /// Values of the open orders of a side, at their margin prices.
        var bidNotional: Amount
        var askNotional: Amount
        /// The mark price at which the position is liquidated; `nil` where there is none.
        var liquidationPrice: Price?
        var openOrderCount: Int
        var updateTime: Timestamp
        /// Whether the mark price stands still for want of an index.
        var isPriceStale = false

        var initialMargin: Amount { positionInitialMargin + orderInitialMargin }
        var isIsolated: Bool { marginMode == .isolated }
        /// The isolated wallet with the unrealised profit; zero in cross margin.
        var isolatedMargin: Amount { isIsolated ? isolatedWallet + unrealizedPnL : .zero }
        /// Whether the newer endpoints list the instrument.
        var isInUse: Bool { !quantity.isZero || openOrderCount > 0 }
    }

    /// The money in one asset with all positions that settle in it.
    struct Balance: Sendable {
        var asset: AssetID
        var name: Symbol
        var crossWallet: Amount
        var isolatedWallets = Amount.zero
        var unrealizedPnL = Amount.zero
        var crossUnrealizedPnL = Amount.zero
        var maintenanceMargin = Amount.zero
        var crossMaintenanceMargin = Amount.zero
        var positionInitialMargin = Amount.zero
        var orderInitialMargin = Amount.zero
        /// Of cross positions and their orders.
        var crossInitialMargin = Amount.zero
        var isolatedOrderMargin = Amount.zero
        /// Whether an open cross position is worth nobody knows what.
        var isFrozen = false

        var wallet: Amount { crossWallet + isolatedWallets }
        var marginBalance: Amount { wallet + unrealizedPnL }
        var crossMarginBalance: Amount { crossWallet + crossUnrealizedPnL }
        var initialMargin: Amount { positionInitialMargin + orderInitialMargin }

        var available: Amount {
            availableBalance(
                crossWallet: crossWallet,
                crossUnrealizedPnL: crossUnrealizedPnL,
                crossInitialMargin: crossInitialMargin,
                isolatedOrderMargin: isolatedOrderMargin
            )
        }

        /// Spec: BAL-003, INDX-004.
        var maxWithdraw: Amount {
            guard !isFrozen else { return .zero }
            return maxWithdrawAmount(
                crossWallet: crossWallet,
                crossUnrealizedPnL: crossUnrealizedPnL,
                crossInitialMargin: crossInitialMargin,
                isolatedOrderMargin: isolatedOrderMargin,
                crossMaintenanceMargin: crossMaintenanceMargin
            )
        }
    }

    var account: AccountID
    var isHedge: Bool
    var updateTime: Timestamp
    /// One for every instrument, in hedge mode two, in the venue's order.
    private(set) var positions: [Position] = []
    /// One for every asset that something settles in or that the account holds.
    private(set) var balances: [Balance] = []

    /// Fails for an account that does not exist.
    init?(of account: AccountID, in venue: borrowing VenueProjections) {
        guard let holder = venue.account(account) else { return nil }
        self.init(of: holder, in: venue)
    }

    /// Of an account as it stands, or as it is supposed to stand.
    init(of holder: AccountProjection, in venue: borrowing VenueProjections) {
        account = holder.id
        isHedge = holder.isHedge
        updateTime = holder.updateTime
        let orders = holder.openOrders
        for index in venue.markets.indices {
            let instrument = venue.markets[index].id
            for side in holder.positionSides {
                positions.append(
                    Self.position(
                        holder.position(instrument, side),
                        settings: holder.settings(instrument),
                        side: side,
                        orders: orders,
                        rules: venue.markets[index].rules,
                        instrument: instrument,
                        markPrice: venue.markets[index].prices?.mark ?? .zero
                    )
                )
            }
        }
        for index in positions.indices {
            positions[index].isPriceStale =
                venue.markets[positions[index].instrument.index].isIndexStale
        }
        addBalances(of: holder, assets: venue.assets)
        for index in positions.indices {
            let rules = venue.markets[positions[index].instrument.index].rules
            positions[index].liquidationPrice = liquidationPrice(of: index, held: holder, rules)
        }
    }

    func position(_ instrument: InstrumentID, _ side: PositionSide = .both) -> Position? {
        positions.first { $0.instrument == instrument && $0.side == side }
    }

    func balance(_ asset: AssetID) -> Balance? { balances.first { $0.asset == asset } }

    /// The maintenance margin over the margin balance of the position's scope, which is liquidated
    /// when this reaches one; `nil` where nothing is at risk or nothing is left.
    func marginRatio(of position: Position) -> Rate? {
        let balance = balance(position.contract.settleAsset)
        let (maintenance, margin) =
            position.isIsolated
            ? (position.maintenanceMargin, position.isolatedMargin)
            : (
                balance?.crossMaintenanceMargin ?? .zero,
                balance?.crossMarginBalance ?? .zero
            )
        guard maintenance > .zero, margin > .zero else { return nil }
        let ratio = multiplyDivide(
            maintenance.units,
            by: Int128(Rate.unitsPerOne),
            over: margin.units,
            rounding: .up
        )
        return Int64(exactly: ratio).map(Rate.init(units:))
    }

    // MARK: Reckoning

    private static func position(
        _ held: PositionProjection?,
        settings: (leverage: UInt16, marginMode: MarginMode)?,
        side: PositionSide,
        orders: [OrderProjection],
        rules: InstrumentRules,
        instrument: InstrumentID,
        markPrice: Price
    ) -> Position {
        let contract = rules.contract
        let leverage = settings?.leverage ?? rules.leverageDefault
        let quantity = held?.quantity ?? .zero
        let entryValue = held?.entryValue ?? .zero
        let value = markPrice.isZero ? .zero : contract.valuation.value(of: quantity, at: markPrice)
        let notional = quantity < .zero ? -value.magnitude : value.magnitude
        var bidNotional = Amount.zero
        var askNotional = Amount.zero
        var openOrderCount = 0
        for order in orders
        where order.instrument == instrument && order.positionSide == side {
            openOrderCount += 1
            // An order that can only reduce asks for no margin.
            guard !order.accepted.reduceOnly else { continue }
            let value = contract.tradedValue(
                of: order.remaining,
                at: order.accepted.marginPrice
            )
            switch order.side {
            case .buy: bidNotional += value
            case .sell: askNotional += value
            }
        }
        let rate = initialMarginRate(leverage: leverage)
        let positionMargin = initialMargin(of: notional.magnitude, rate: rate)
        let required = requiredMargin(
            positionNotional: notional,
            bidValue: bidNotional,
            askValue: askNotional,
            rate: rate
        )
        return Position(
            instrument: instrument,
            side: side,
            contract: contract,
            marginMode: settings?.marginMode ?? .cross,
            leverage: leverage,
            notionalMax: rules.notionalMax(atLeverage: leverage),
            quantity: quantity,
            entryPrice: contract.averagePrice(of: quantity, worth: entryValue),
            breakEvenPrice: PlimsollEngine.breakEvenPrice(
                quantity: quantity,
                entryValue: entryValue,
                feesPaid: held?.feesPaid ?? .zero,
                fundingReceived: held?.fundingReceived ?? .zero,
                valuation: contract.valuation
            ),
            markPrice: markPrice,
            notional: notional,
            unrealizedPnL: value - entryValue,
            isolatedWallet: held?.isolatedWallet ?? .zero,
            maintenanceMargin: quantity.isZero
                ? .zero
                : rules.maintenanceMargin(of: notional.magnitude),
            positionInitialMargin: positionMargin,
            orderInitialMargin: required - positionMargin,
            bidNotional: bidNotional,
            askNotional: askNotional,
            liquidationPrice: nil,
            openOrderCount: openOrderCount,
            updateTime: held?.updateTime ?? .zero
        )
    }

    private mutating func addBalances(of holder: AccountProjection, assets: [Symbol]) {
        var settled: Set<AssetID> = []
        for position in positions { settled.insert(position.contract.settleAsset) }
        for (index, name) in assets.enumerated() {
            let asset = AssetID(rawValue: UInt16(index))
            let crossWallet = holder.wallet(asset)
            guard settled.contains(asset) || !crossWallet.isZero else { continue }
            var balance = Balance(asset: asset, name: name, crossWallet: crossWallet)
            for position in positions where position.contract.settleAsset == asset {
                balance.add(position)
            }
            balances.append(balance)
        }
    }

    /// Long and short of one instrument share the cross account's price.
    ///
    /// Spec: LIQ-001, LIQ-004.
    private func liquidationPrice(
        of index: Int,
        held holder: AccountProjection,
        _ rules: InstrumentRules
    ) -> Price? {
        let position = positions[index]
        guard !position.quantity.isZero else { return nil }
        func entryValue(_ side: PositionSide) -> Amount {
            holder.position(position.instrument, side)?.entryValue ?? .zero
        }
        var scope = LiquidationScope(
            valuation: rules.contract.valuation,
            long: max(position.quantity, .zero),
            short: max(-position.quantity, .zero),
            entryValue: entryValue(position.side),
            balance: position.isolatedWallet,
            closeFee: rules.liquidation.includesCloseFee ? rules.fees.taker : .zero
        )
        if !position.isIsolated {
            guard let balance = balance(position.contract.settleAsset) else { return nil }
            scope.balance =
                balance.crossWallet + balance.crossUnrealizedPnL
                - balance.crossMaintenanceMargin
            for other in positions where other.instrument == position.instrument {
                scope.balance += other.maintenanceMargin - other.unrealizedPnL
                guard other.side != position.side else { continue }
                scope.long += max(other.quantity, .zero)
                scope.short += max(-other.quantity, .zero)
                scope.entryValue += entryValue(other.side)
            }
        }
        return scope.liquidationPrice(tiers: rules.tiers.span, near: position.markPrice)
    }
}

extension AccountReport.Balance {
    fileprivate mutating func add(_ position: AccountReport.Position) {
        unrealizedPnL += position.unrealizedPnL
        maintenanceMargin += position.maintenanceMargin
        positionInitialMargin += position.positionInitialMargin
        orderInitialMargin += position.orderInitialMargin
        switch position.marginMode {
        case .cross:
            crossUnrealizedPnL += position.unrealizedPnL
            crossMaintenanceMargin += position.maintenanceMargin
            crossInitialMargin += position.initialMargin
            isFrozen = isFrozen || (position.isPriceStale && !position.quantity.isZero)
        case .isolated:
            isolatedWallets += position.isolatedWallet
            isolatedOrderMargin += position.orderInitialMargin
        }
    }
}

extension InstrumentRules {
    /// Of the tier, and of the close where the rules count that in.
    ///
    /// Spec: LIQ-019.
    func maintenanceMargin(of notional: Amount) -> Amount {
        let maintenance = PlimsollEngine.maintenanceMargin(of: notional, in: tiers.span)
        guard liquidation.includesCloseFee else { return maintenance }
        return maintenance + notional.times(fees.taker, rounding: .up)
    }

    /// The largest notional that a leverage allows: the cap of the last tier that still offers it.
    func notionalMax(atLeverage leverage: UInt16) -> Amount {
        tiers.last { $0.leverageMax >= leverage }?.notionalCap ?? .zero
    }
}
