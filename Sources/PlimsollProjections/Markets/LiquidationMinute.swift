public import PlimsollModel

/// What was closed by force in an instrument within one minute, by the side of the positions.
public struct LiquidationMinute: BitwiseCopyable, Hashable, Sendable {
    public struct Side: BitwiseCopyable, Hashable, Sendable {
        public internal(set) var count = 0
        public internal(set) var quantity = Quantity.zero
        /// At the mark prices at which the closes began, in the settle asset.
        public internal(set) var notional = Amount.zero

        init() {}

        mutating func add(_ other: Side) {
            count += other.count
            quantity.addClamped(other.quantity)
            notional += other.notional
        }
    }

    public var openTime: Timestamp
    public internal(set) var longs = Side()
    public internal(set) var shorts = Side()
}

extension MarketProjection {
    /// A day.
    public static let liquidationMinuteCountMax = 24 * 60

    /// What was closed by force in the minutes that begin at `start` or later.
    public func liquidations(since start: Timestamp) -> LiquidationMinute {
        var sum = LiquidationMinute(openTime: start)
        for minute in liquidationMinutes.reversed() {
            guard minute.openTime >= start else { break }
            sum.longs.add(minute.longs)
            sum.shorts.add(minute.shorts)
        }
        return sum
    }

    mutating func fold(_ receipt: LiquidationReceipt) {
        let start = receipt.started
        let closed = (start.quantity - receipt.quantityLeft).magnitude
        var side = LiquidationMinute.Side()
        side.count = 1
        side.quantity = closed
        side.notional = receipt.tradedValue(of: closed, at: start.markPrice)
        let minute = CandleInterval.oneMinute.openTime(of: receipt.finishTime)
        if liquidationMinutes.last?.openTime != minute {
            liquidationMinutes.append(LiquidationMinute(openTime: minute))
        }
        guard let last = liquidationMinutes.indices.last else { return }
        if start.quantity > .zero {
            liquidationMinutes[last].longs.add(side)
        } else {
            liquidationMinutes[last].shorts.add(side)
        }
    }
}

extension LiquidationMinute: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(openTime)
        longs.encode(into: &writer)
        shorts.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        openTime = try reader.timestamp()
        longs = try Side(from: &reader)
        shorts = try Side(from: &reader)
    }
}

extension LiquidationMinute.Side: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(count: count)
        writer.put(quantity)
        writer.put(notional)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        count = try reader.count()
        quantity = try reader.number()
        notional = try reader.amount()
    }
}
