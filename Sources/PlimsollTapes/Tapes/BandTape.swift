public import PlimsollModel

/// How much stood in a recorded book within some distances of its price, none earlier than the one
/// before.
public struct BandTape: Hashable, Sendable {
    public struct Band: BitwiseCopyable, Hashable, Sendable {
        public var time: Timestamp
        /// Of the price; negative for bids.
        public var distance: Rate
        /// In the base asset.
        public var quantity: Quantity
    }

    /// At least one.
    public let bands: [Band]

    /// - Throws: The first band that is impossible or out of order.
    public init(bands: [Band], file: String = "tape") throws(TapeError) {
        guard !bands.isEmpty else { throw TapeError(file: file, message: "no bands") }
        for (place, band) in bands.enumerated() {
            guard !band.distance.isZero, band.distance.magnitude < .one else {
                throw TapeError(
                    file: file,
                    message: "band \(place + 1) is \(band.distance) from the price"
                )
            }
            guard band.quantity >= .zero else {
                throw TapeError(file: file, message: "band \(place + 1) holds \(band.quantity)")
            }
            guard place == 0 || bands[place - 1].time <= band.time else {
                throw TapeError(file: file, message: "band \(place + 1) is out of order")
            }
        }
        self.bands = bands
    }

    /// The bands nearest to the price as they were told last; those told first for what was before.
    ///
    /// - Returns: Of each side `nil` where nothing stood.
    func nearest(at time: Timestamp) -> NearestBands {
        let place = max(1, bands.count(through: time) { $0.time }) - 1
        let told = bands[place].time
        var nearest = NearestBands()
        var first = place
        while first > 0, bands[first - 1].time == told { first -= 1 }
        for band in bands[first...] {
            guard band.time == told else { break }
            guard band.quantity > .zero else { continue }
            if band.distance < .zero {
                if band.distance > nearest.bids?.distance ?? -.one { nearest.bids = band }
            } else if band.distance < nearest.asks?.distance ?? .one {
                nearest.asks = band
            }
        }
        return nearest
    }

    func digest(into digest: inout Digest) {
        for band in bands {
            digest.put(band.time)
            digest.put(band.distance)
            digest.put(band.quantity)
        }
    }
}

/// How much stood within the smallest distance that was told of each side.
struct NearestBands: Hashable, Sendable {
    var bids: BandTape.Band?
    var asks: BandTape.Band?
}
