import PlimsollModel

extension SimulatedMarket {
    static func horizons(_ composition: MarketComposition) -> [Int] {
        let wanted =
            composition.trendFollowers.horizonSeconds.choices.map(\.value)
            + composition.meanReverters.horizonSeconds.choices.map(\.value)
            + [herdSeconds, sentimentSeconds]
        return Set(wanted).sorted()
    }

    static func stall(
        _ scale: InstrumentScale,
        _ rules: InstrumentRules,
        _ startPrice: Price,
        _ composition: MarketComposition,
        _ participants: [Participant],
        _ elapsed: Int64,
        _ random: inout RandomStream
    ) -> Stall {
        let symbol = rules.contract.symbol
        func accounts(_ role: ParticipantRole) -> [AccountID] {
            participants.filter { $0.role == role }.map(\.account)
        }
        let named = composition.instruments.first { $0.symbol == symbol }
        return Stall(
            symbol: symbol,
            scale: scale,
            index: IndexWalk(
                start: startPrice,
                scale: scale,
                course: named?.course ?? composition.course,
                shocks: composition.shocks.filter { ($0.instrument ?? symbol) == symbol },
                elapsed: elapsed,
                random: &random
            ),
            makers: accounts(.maker).enumerated().map { rung, account in
                MarketMaker(
                    account: account,
                    scale: scale,
                    terms: composition.makers,
                    isWide: !rung.isMultiple(of: 2)
                )
            },
            noise: NoiseCrowd(
                accounts: accounts(.noise),
                scale: scale,
                terms: composition.noise
            ),
            arbitrageurs: Arbitrageurs(
                accounts: accounts(.arbitrageur),
                scale: scale,
                terms: composition.arbitrageurs
            )
        )
    }

    /// What is settled in, and what a unit of it is worth.
    static func assets(
        _ instruments: [(InstrumentID, InstrumentRules, startPrice: Price)]
    ) -> [(asset: AssetID, worth: Price)] {
        var assets: [(asset: AssetID, worth: Price)] = []
        for (_, rules, startPrice) in instruments {
            let asset = rules.contract.settleAsset
            guard !assets.contains(where: { $0.asset == asset }) else { continue }
            assets.append((asset, rules.contract.kind == .inverse ? startPrice : Price(1)))
        }
        return assets
    }

    /// Traders with one instrument each take turns among the instruments.
    mutating func seatTraders(_ horizons: [Int]) {
        guard !stalls.isEmpty else { return }
        for participant in participants {
            switch participant.role {
            case .trendFollower:
                let terms = composition.trendFollowers
                seat(
                    participant,
                    .trend,
                    (terms.horizonSeconds, terms.threshold, terms.orderSize),
                    horizons
                )
            case .meanReverter:
                let terms = composition.meanReverters
                seat(
                    participant,
                    .reversion,
                    (terms.horizonSeconds, terms.threshold, terms.orderSize),
                    horizons
                )
            case .leveraged:
                let stall = crowd.count % stalls.count
                crowd.append(
                    LeveragedTrader(
                        account: participant.account,
                        stall: stall,
                        deposit: participant.deposit,
                        terms: composition.leveragedCrowd,
                        scale: stalls[stall].scale,
                        price: sights[stall].index,
                        start: time,
                        random: &random
                    )
                )
            case .maker, .noise, .arbitrageur, .predator: break
            }
        }
    }

    mutating func seat(
        _ participant: Participant,
        _ belief: DirectionalTrader.Belief,
        _ terms: (horizons: Choices<Int>, threshold: Rate, size: Amount),
        _ horizons: [Int]
    ) {
        let seconds = terms.horizons.draw(&random)
        directional.append(
            DirectionalTrader(
                account: participant.account,
                stall: directional.count % stalls.count,
                belief: belief,
                horizon: (horizons.firstIndex(of: seconds) ?? 0, seconds),
                shortest: terms.horizons.choices.map(\.value).min() ?? seconds,
                threshold: terms.threshold,
                size: terms.size
            )
        )
    }
}
