import PlimsollModel
import PlimsollProjections

/// How near an instrument is to having winning positions closed against bankrupt ones.
///
/// The dialect names three ranks and keeps its rule to itself; this one is ours: the balance of the
/// insurance fund less the notional of its inventory, over the value of the open interest.
enum DeleveragingRisk: String, Sendable {
    /// A twentieth or more, or nothing is open.
    case low
    /// A hundredth or more.
    case medium
    case high

    init(_ market: MarketProjection, in venue: borrowing VenueProjections) {
        let contract = market.rules.contract
        let mark = market.prices?.mark ?? .zero
        let value = contract.tradedValue(of: market.openInterest, at: mark)
        var room = venue.insuranceFund(contract.settleAsset).balance
        for position in venue.insuranceInventory {
            let held = venue.markets[position.instrument.index]
            guard held.rules.contract.settleAsset == contract.settleAsset else { continue }
            room -= held.rules.contract.tradedValue(
                of: position.quantity.magnitude,
                at: held.prices?.mark ?? .zero
            )
        }
        // Compared by multiplication, so that nothing is divided by an empty market.
        if room.units >= value.units / 20 {
            self = .low
        } else if room.units >= value.units / 100 {
            self = .medium
        } else {
            self = .high
        }
    }
}
