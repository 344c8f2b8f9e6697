import PlimsollModel
import PlimsollProjections

/// What the encoders must know of each instrument, kept by the streams so that they need not ask.
struct VenueDirectory: Sendable {
    struct Instrument: Sendable {
        var id: InstrumentID
        var rules: InstrumentRules
        var settleAsset: Symbol

        var symbol: Symbol { rules.contract.symbol }
        var priceDecimals: Int { Int(rules.contract.priceDecimals) }
        var quantityDecimals: Int { Int(rules.contract.quantityDecimals) }
    }

    private(set) var instruments: [Instrument] = []
    private(set) var assets: [Symbol] = []

    init() {}

    init(_ venue: borrowing VenueProjections) {
        assets = venue.assets
        for market in venue.markets {
            let settleAsset = market.rules.contract.settleAsset
            // A market whose assets are still being defined has no trades to tell of.
            guard assets.indices.contains(settleAsset.index) else { break }
            instruments.append(
                Instrument(
                    id: market.id,
                    rules: market.rules,
                    settleAsset: assets[settleAsset.index]
                )
            )
        }
    }

    subscript(id: InstrumentID) -> Instrument? {
        instruments.indices.contains(id.index) ? instruments[id.index] : nil
    }

    subscript(symbol: Symbol) -> Instrument? { instruments.first { $0.symbol == symbol } }

    func asset(_ id: AssetID) -> Symbol? {
        assets.indices.contains(id.index) ? assets[id.index] : nil
    }
}
