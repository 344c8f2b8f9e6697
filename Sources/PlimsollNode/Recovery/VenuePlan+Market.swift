internal import Foundation
internal import PlimsollAgents
internal import PlimsollJournal
internal import PlimsollModel

extension VenuePlan {
    /// Refuses a composition that cannot trade, or not under these rules.
    func check(_ composition: MarketComposition) throws(NodeError) {
        if let fault = composition.fault {
            throw .configuration("the market \(composition.name): \(fault)")
        }
        for course in composition.instruments where instrument(course.symbol) == nil {
            throw .configuration("the profile \(rules.name) has no instrument \(course.symbol)")
        }
    }

    /// Opens everybody's account, with money in every asset that is settled in.
    func arrivals(of composition: MarketComposition, with assets: [AssetID]) -> [Command] {
        let worths = assets.map { worth(of: $0, in: composition) }
        var commands: [Command] = []
        for participant in roles.participants {
            commands.append(.openAccount(.trader))
            guard participant.deposit > .zero else { continue }
            for (asset, worth) in zip(assets, worths) {
                let amount = Amount(
                    units: multiplyDivide(
                        participant.deposit.units,
                        by: Int128(Price.unitsPerOne),
                        over: Int128(worth.units),
                        rounding: .up
                    )
                )
                let change = BalanceChange(
                    account: participant.account,
                    asset: asset,
                    amount: amount.rounded(.up)
                )
                commands.append(.deposit(change))
            }
        }
        return commands
    }

    /// What a unit of a settle asset is worth in quote units where the market opens.
    private func worth(of asset: AssetID, in composition: MarketComposition) -> Price {
        let inverse = rules.instruments.first {
            $0.contract.settleAsset == asset && $0.contract.kind == .inverse
        }
        return inverse.map { OpeningPrice.price(of: $0, in: composition) } ?? Price(1)
    }

    /// The composition as the journal keeps it.
    static func text(of composition: MarketComposition) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(composition), as: UTF8.self)
        } catch {
            preconditionFailure("a composition is plain data: \(error)")
        }
    }

    static func composition(_ text: String) throws(JournalError) -> MarketComposition {
        do {
            return try JSONDecoder().decode(MarketComposition.self, from: Data(text.utf8))
        } catch {
            throw .damaged(position: "the setting market.composition", reason: "\(error)")
        }
    }
}
