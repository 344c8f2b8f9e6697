public import PlimsollModel

extension SimulatedMarket {
    mutating func observe(_ event: Event, at time: Timestamp) {
        switch event {
        case .levelChanged(let change):
            if let place = place(of: change.instrument) { sights[place].take(change) }
        case .tradeExecuted(let trade):
            guard let place = place(of: trade.instrument) else { return }
            sights[place].take(trade)
            predator?.take(trade, stall: place, sights[place].scale)
        case .pricesUpdated(let prices):
            if let place = place(of: prices.instrument) { sights[place].take(prices) }
        case .moneyMoved(let moved): take(moved)
        case .orderAccepted(let order):
            guard let place = place(of: order.instrument) else { return }
            switch seats[order.account] {
            case .maker(let rung): stalls[place].makers[rung].take(order)
            case .noise: stalls[place].noise.take(order, at: time)
            default: break
            }
        case .orderAmended(let amended):
            guard let place = place(of: amended.instrument) else { return }
            if case .maker(let rung) = seats[amended.account] {
                stalls[place].makers[rung].take(amended)
            }
        case .orderFilled(let fill):
            guard let place = place(of: fill.instrument) else { return }
            switch seats[fill.account] {
            case .maker(let rung): stalls[place].makers[rung].take(fill)
            case .noise: stalls[place].noise.take(fill)
            default: break
            }
        case .orderClosed(let closed):
            guard let place = place(of: closed.instrument) else { return }
            switch seats[closed.account] {
            case .maker(let rung): stalls[place].makers[rung].take(closed)
            case .noise: stalls[place].noise.take(closed)
            default: break
            }
        case .positionChanged(let position): take(position)
        case .settingsChanged(let settings):
            if let place = place(of: settings.instrument) {
                predator?.take(settings, stall: place)
            }
        case .conditionalOrderAccepted(let accepted):
            if let place = place(of: accepted.order.instrument) {
                predator?.take(accepted.order, stall: place)
            }
        default: break
        }
    }

    func place(of instrument: InstrumentID) -> Int? {
        places.indices.contains(instrument.index) ? places[instrument.index] : nil
    }

    mutating func take(_ moved: MoneyMoved) {
        treasury.take(moved)
        for (pocket, balance) in [(moved.from, moved.fromBalance), (moved.to, moved.toBalance)]
        where !pocket.isIsolated {
            guard case .leveraged(let place) = seats[pocket.account],
                stalls[crowd[place].stall].scale.asset == moved.asset
            else { continue }
            crowd[place].take(wallet: balance)
        }
    }

    mutating func take(_ position: PositionChanged) {
        guard let place = place(of: position.instrument) else { return }
        predator?.take(position, stall: place, sights[place].scale)
        switch seats[position.account] {
        case .maker(let rung): stalls[place].makers[rung].take(position)
        case .noise(let trader): stalls[place].noise.take(position, of: trader)
        case .arbitrageur(let trader): stalls[place].arbitrageurs.take(position, of: trader)
        case .directional(let trader):
            if directional[trader].stall == place { directional[trader].take(position) }
        case .leveraged(let trader):
            if crowd[trader].stall == place {
                crowd[trader].take(position, sights[place].scale)
            }
        case .predator, nil: break
        }
    }

    /// Learns what everybody holds from before a restart.
    ///
    /// - Parameters:
    ///   - standing: Settings, positions and conditional orders, as the events that told of them.
    ///   - wallets: Cross wallets of the participants.
    public mutating func resume(
        _ standing: [Event],
        wallets: [(account: AccountID, asset: AssetID, balance: Amount)]
    ) {
        for event in standing { observe(event, at: time) }
        for (account, asset, balance) in wallets {
            treasury.note(.wallet(account), asset, balance)
            guard case .leveraged(let place) = seats[account],
                stalls[crowd[place].stall].scale.asset == asset
            else { continue }
            crowd[place].take(wallet: balance)
        }
        for place in crowd.indices {
            crowd[place].resume(at: time, composition.leveragedCrowd, &random)
        }
    }
}
