public import PlimsollModel

/// What stands at a price, absolutely; a quantity of zero takes the level away.
public struct TapeLevel: BitwiseCopyable, Hashable, Sendable {
    public var side: Side
    public var price: Price
    public var quantity: Quantity

    public init(side: Side, price: Price, quantity: Quantity) {
        self.side = side
        self.price = price
        self.quantity = quantity
    }

    /// Why it cannot have stood.
    var fault: String? {
        if price <= .zero { return "a price is greater than zero, not \(price)" }
        if quantity < .zero { return "a quantity is not negative: \(quantity)" }
        return nil
    }
}

/// One event of a recorded book: a snapshot of all of it, or what changed.
public struct TapeDepthUpdate: Hashable, Sendable {
    public var time: Timestamp
    /// Whether the book is empty but for these levels.
    public var isSnapshot: Bool
    /// Of the last change that it holds; zero where changes are not counted.
    public var lastUpdate: Int64
    /// That of the event before, where it is told; zero otherwise.
    public var previousUpdate: Int64
    /// Where its levels are in the tape.
    public var levels: Range<Int32>

    public init(
        time: Timestamp,
        isSnapshot: Bool,
        lastUpdate: Int64,
        previousUpdate: Int64,
        levels: Range<Int32>
    ) {
        self.time = time
        self.isSnapshot = isSnapshot
        self.lastUpdate = lastUpdate
        self.previousUpdate = previousUpdate
        self.levels = levels
    }
}

/// A recorded market as its whole book: a snapshot, then every change.
public struct DepthTape: Hashable, Sendable {
    /// As the file's name tells it.
    public private(set) var symbol: String?
    /// At least one; the first is a snapshot, none is earlier than the one before.
    public let updates: [TapeDepthUpdate]
    public let levels: [TapeLevel]

    /// Checks what every recorded book promises.
    ///
    /// - Parameters:
    ///   - symbol: The instrument that was recorded, if known.
    ///   - updates: In order of time, beginning with a snapshot.
    ///   - levels: Of all of them.
    ///   - file: What errors call the tape.
    /// - Throws: The first update or level that is impossible.
    public init(
        symbol: String? = nil,
        updates: [TapeDepthUpdate],
        levels: [TapeLevel],
        file: String = "tape"
    ) throws(TapeError) {
        guard let first = updates.first, first.isSnapshot else {
            throw TapeError(file: file, message: "a recorded book begins with a snapshot")
        }
        for level in levels {
            if let fault = level.fault { throw TapeError(file: file, message: fault) }
        }
        var time = first.time
        for update in updates {
            guard update.levels.lowerBound >= 0, update.levels.upperBound <= Int32(levels.count)
            else { throw TapeError(file: file, message: "an update has levels that are not there") }
            guard update.time >= time else {
                throw TapeError(
                    file: file,
                    message: "update \(update.lastUpdate) is out of order"
                )
            }
            time = update.time
        }
        self.symbol = symbol
        self.updates = updates
        self.levels = levels
    }

    /// The same book of another name.
    func named(_ symbol: String?) -> DepthTape {
        var tape = self
        tape.symbol = symbol
        return tape
    }

    public func levels(of update: TapeDepthUpdate) -> ArraySlice<TapeLevel> {
        levels[Int(update.levels.lowerBound)..<Int(update.levels.upperBound)]
    }

    public var startTime: Timestamp { updates.first?.time ?? .zero }

    /// The first instant after the last update.
    public var endTime: Timestamp {
        (updates.last?.time ?? .zero).advanced(byMilliseconds: 1)
    }

    func digest(into digest: inout Digest) {
        for update in updates {
            digest.put(update.time)
            digest.put(update.lastUpdate)
            digest.put(update.isSnapshot)
            for level in levels(of: update) {
                digest.put(level.side.rawValue)
                digest.put(level.price)
                digest.put(level.quantity)
            }
        }
    }
}
