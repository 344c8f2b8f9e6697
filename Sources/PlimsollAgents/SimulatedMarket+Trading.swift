import PlimsollModel

extension SimulatedMarket {
    /// What an earlier run may have left in the book is cancelled, and leverage chosen.
    func arrive(_ commands: inout [Command]) {
        for participant in participants {
            switch participant.role {
            case .maker, .noise, .arbitrageur, .predator:
                for stall in stalls { arrive(participant.account, stall.scale, &commands) }
            case .trendFollower, .meanReverter:
                guard case .directional(let place) = seats[participant.account] else { continue }
                let scale = stalls[directional[place].stall].scale
                arrive(participant.account, scale, &commands)
            case .leveraged: break
            }
        }
    }

    func arrive(
        _ account: AccountID,
        _ scale: InstrumentScale,
        _ commands: inout [Command]
    ) {
        commands.append(.cancelAllOrders(account, scale.instrument))
        commands.append(.setLeverage(account, scale.instrument, scale.leverage))
    }

    mutating func trade(
        at place: Int,
        _ shared: Int64,
        _ activity: Rate,
        _ commands: inout [Command]
    ) {
        sights[place].step()
        let bias = bias(at: place)
        if stepCount > 0 {
            stalls[place].index.step(
                shared: shared,
                activity: activity,
                premium: sights[place].premium - bias,
                elapsed: time.milliseconds - opened.milliseconds,
                &random
            )
        }
        let index = tellIndex(of: place, &commands)
        let sight = sights[place]
        // What one-sided trading says is believed on top of what the index says.
        let premium = Rate.one + bias + sight.pressure
        let fair = index.times(premium, rounding: .down)
        quote(place, fair: fair, activity, &commands)
        takePassedOrders(place, fair: fair, &commands)
        if stepCount > 0, let order = stalls[place].arbitrageurs.command(sight, bias: bias, &random)
        {
            commands.append(order)
        }
        stalls[place].noise.act(
            at: time,
            sight,
            gap: max(1, sight.scale.ticks(of: index) / 50_000),
            activity: activity,
            isBusy: stepCount == 0,
            &random,
            into: &commands
        )
    }

    /// The premium that participants hold for fair: more in a rising market.
    func bias(at place: Int) -> Rate {
        let trend = sights[place].deviation(ofHorizon: sentimentHorizon)
        let mood = trend.times(composition.sentiment, rounding: .down).units
        let most = Self.moodMax.units
        return composition.fundingBias + Rate(units: min(max(mood, -most), most))
    }

    mutating func tellIndex(of place: Int, _ commands: inout [Command]) -> Price {
        let scale = stalls[place].scale
        let ticks = max(1, scale.ticks(of: stalls[place].index.price))
        let index = Price(units: ticks * scale.tick.units)
        let due = stalls[place].indexTime.advanced(byMilliseconds: Self.indexInterval)
        if index != stalls[place].indexTold || time >= due {
            commands.append(.updateIndexPrice(scale.instrument, index))
            stalls[place].indexTold = index
            stalls[place].indexTime = time
        }
        return index
    }

    mutating func quote(
        _ place: Int,
        fair: Price,
        _ activity: Rate,
        _ commands: inout [Command]
    ) {
        let scale = stalls[place].scale
        let unrest = sights[place].unrest
        // Twice as wild is half as deep.
        let share = Rate(units: activity.units * 16 / max(16, unrest))
        let budget = unrest > 32 ? Self.makerBudgetInUnrest : Self.makerBudget
        let spread = fair.times(composition.makers.halfSpread, rounding: .down)
        for rung in stalls[place].makers.indices {
            let maker = stalls[place].makers[rung]
            let turn = (stepCount + place + rung) % Self.wideInterval == 0
            // A side that was taken is filled again at once.
            let isThin = min(maker.bids.count, maker.asks.count) < Self.thinLadder
            guard !maker.isWide || turn || isThin else { continue }
            let gap = maker.gap(at: fair)
            let nervous = gap * max(0, unrest - 16) / 64
            let halfSpread =
                maker.isWide
                ? gap : 1 + Int64(random.below(3)) + spread.units / scale.tick.units + nervous
            commands += maker.commands(
                fair: maker.fairTicks(fair),
                halfSpread: halfSpread,
                index: fair,
                share: share,
                budget: isThin ? MarketMaker.levelCount * 3 : budget,
                random: &random
            )
        }
    }

    /// Orders of others that the fair price has passed are taken at once.
    func takePassedOrders(_ place: Int, fair: Price, _ commands: inout [Command]) {
        let stall = stalls[place]
        // The inventory of who quotes narrowest decides where orders lie in the way.
        let ticks = stall.makers.first?.fairTicks(fair) ?? stall.scale.ticks(of: fair)
        for side in [Side.buy, .sell] {
            let book = sights[place].book
            let levels = side == .buy ? book.asks : book.bids
            var others = Quantity.zero
            for level in levels {
                guard (ticks - stall.scale.ticks(of: level.price)) * side.sign > 0 else { break }
                others += level.quantity
                for maker in stall.makers where !maker.isWide {
                    others -= maker.quantity(side.opposite, at: level.price)
                }
            }
            guard others > .zero,
                let order = stall.arbitrageurs.take(
                    side,
                    fair: ticks,
                    quantity: others,
                    at: fair,
                    step: stepCount
                )
            else { continue }
            commands.append(order)
        }
    }

    /// Those whose turn it is look at their market.
    mutating func tradeWithViews(_ commands: inout [Command]) {
        guard stepCount > 0 else { return }
        let turn = stepCount % Self.lookInterval
        for place in stride(from: turn, to: directional.count, by: Self.lookInterval) {
            let trader = directional[place]
            if let order = trader.command(sights[trader.stall], &random) { commands.append(order) }
        }
        for place in stride(from: turn, to: crowd.count, by: Self.lookInterval) {
            let stall = crowd[place].stall
            crowd[place].act(
                at: time,
                sights[stall],
                composition.leveragedCrowd,
                trend: sights[stall].deviation(ofHorizon: herdHorizon),
                &random,
                into: &commands
            )
        }
    }
}
