public import PlimsollModel

/// Forced closes that belong together: each follows from another one of them, or came in the same
/// instrument within ten seconds of one.
///
/// All of them settle in one asset. A cascade has several roots where a price put several scopes in
/// danger that no forced close had touched.
public struct Cascade: Hashable, Sendable {
    /// Further closes count in the sums alone.
    public static let closeCountMax = 10_000
    public static let pathCountMax = 1000
    /// Venue time after which a close that follows from no other begins a new cascade.
    public static let pauseMilliseconds: Int64 = 10_000
    /// Older generations are summed one by one, all after them with the last.
    public static let generationCountMax = 64

    /// Of its first close.
    public let id: LiquidationID
    /// Of its first close.
    public let instrument: InstrumentID
    public let startSequence: Sequence
    public let startTime: Timestamp
    /// When the newest close began.
    public internal(set) var lastTime: Timestamp
    public internal(set) var lastSequence: Sequence

    /// Rising by number.
    public internal(set) var closes: [CascadeClose] = []
    public internal(set) var closeCount = 0
    /// By generation.
    public internal(set) var generations: [CascadeGeneration] = []
    /// The prices of its instrument, rising by time: from just before the first close until ten
    /// seconds after the newest.
    public internal(set) var path: [CascadePrices] = []
    /// The lowest and the highest last price so far.
    public internal(set) var lowest: Price
    public internal(set) var highest: Price

    init(_ first: CascadeClose, before: CascadePrices?) {
        id = first.liquidation
        instrument = first.instrument
        startSequence = first.sequence
        startTime = first.time
        lastTime = first.time
        lastSequence = first.sequence
        lowest = first.lastBefore
        highest = first.lastBefore
        if let before, before.time < first.time { path.append(before) }
    }

    /// Whether one of its closes has this number.
    func holds(_ liquidation: LiquidationID) -> Bool {
        var low = 0
        var high = closes.count
        while low < high {
            let middle = low + (high - low) / 2
            if closes[middle].liquidation < liquidation { low = middle + 1 } else { high = middle }
        }
        return low < closes.count && closes[low].liquidation == liquidation
    }

    func isOpen(at time: Timestamp) -> Bool {
        time.milliseconds - lastTime.milliseconds <= Self.pauseMilliseconds
    }

    mutating func add(_ close: CascadeClose) {
        lastTime = close.time
        lastSequence = close.sequence
        closeCount += 1
        if closes.count < Self.closeCountMax { closes.append(close) }
        let place = min(Int(close.generation), Self.generationCountMax - 1)
        while generations.count <= place { generations.append(CascadeGeneration()) }
        generations[place].add(close)
    }

    /// A later price of the same instant takes an earlier one's place.
    mutating func follow(_ prices: CascadePrices) {
        if !prices.last.isZero {
            lowest = lowest.isZero ? prices.last : min(lowest, prices.last)
            highest = max(highest, prices.last)
        }
        if let last = path.indices.last, path[last].time == prices.time {
            path[last] = prices
        } else if path.count < Self.pathCountMax {
            path.append(prices)
        }
    }
}

/// The prices of an instrument at an instant.
public struct CascadePrices: BitwiseCopyable, Hashable, Sendable {
    public var time: Timestamp
    public var mark: Price
    public var index: Price
    /// Zero before the first trade.
    public var last: Price
}

/// One forced close of a cascade, with what it did.
public struct CascadeClose: BitwiseCopyable, Hashable, Sendable {
    public var liquidation: LiquidationID
    /// The close that it follows from; `none` for a root.
    public var parent: LiquidationID
    public var generation: UInt16
    public var cause: LiquidationCause
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: PositionSide
    public var scope: MarginMode
    public var leverage: UInt16
    /// The command in which it began.
    public var sequence: Sequence
    public var time: Timestamp
    /// Signed, before.
    public var quantity: Quantity
    /// Signed, after.
    public var quantityLeft: Quantity
    /// At the mark price, before.
    public var notional: Amount
    public var markPrice: Price
    /// The mark price as it would be without the trades of forced closes.
    public var undisturbedMark: Price
    public var liquidationPrice: Price
    public var bankruptcyPrice: Price
    /// The last price when it began and when it ended; zero before the first trade.
    public var lastBefore: Price
    public var lastAfter: Price
    /// Into the book, unsigned.
    public var filledQuantity: Quantity
    public var filledValue: Amount
    /// Signed, as the position.
    public var takenOverQuantity: Quantity
    public var deleveragedQuantity: Quantity
    public var realizedPnL: Amount
    public var liquidationFee: Amount
    public var insurancePaid: Amount
    public var deficit: Amount

    init(_ receipt: LiquidationReceipt, lastBefore: Price, lastAfter: Price) {
        let start = receipt.started
        liquidation = start.liquidation
        parent = start.parent
        generation = start.generation
        cause = start.cause
        account = start.account
        instrument = start.instrument
        side = start.side
        scope = start.scope
        leverage = start.leverage
        sequence = receipt.startSequence
        time = receipt.startTime
        quantity = start.quantity
        quantityLeft = receipt.quantityLeft
        notional = receipt.tradedValue(of: start.quantity, at: start.markPrice)
        markPrice = start.markPrice
        undisturbedMark = start.undisturbedMark
        liquidationPrice = start.liquidationPrice
        bankruptcyPrice = start.bankruptcyPrice
        self.lastBefore = lastBefore
        self.lastAfter = lastAfter
        filledQuantity = receipt.filledQuantity
        filledValue = receipt.filledValue
        takenOverQuantity = receipt.takenOverQuantity
        deleveragedQuantity = receipt.deleveragedQuantity
        realizedPnL = receipt.realizedPnL
        liquidationFee = receipt.finished.liquidationFee
        insurancePaid = receipt.finished.insurancePaid
        deficit = receipt.deficit
    }
}

/// What the closes of one generation come to.
public struct CascadeGeneration: BitwiseCopyable, Hashable, Sendable {
    public internal(set) var closeCount = 0
    /// At the mark prices, before.
    public internal(set) var notional = Amount.zero
    public internal(set) var filledValue = Amount.zero
    /// Profit before fees; negative where it is a loss.
    public internal(set) var realizedPnL = Amount.zero
    public internal(set) var liquidationFee = Amount.zero
    public internal(set) var insurancePaid = Amount.zero
    public internal(set) var deficit = Amount.zero

    init() {}

    mutating func add(_ close: CascadeClose) {
        closeCount += 1
        notional += close.notional
        filledValue += close.filledValue
        realizedPnL += close.realizedPnL
        liquidationFee += close.liquidationFee
        insurancePaid += close.insurancePaid
        deficit += close.deficit
    }

    mutating func add(_ other: CascadeGeneration) {
        closeCount += other.closeCount
        notional += other.notional
        filledValue += other.filledValue
        realizedPnL += other.realizedPnL
        liquidationFee += other.liquidationFee
        insurancePaid += other.insurancePaid
        deficit += other.deficit
    }
}

extension Cascade {
    /// Over all generations.
    public var total: CascadeGeneration {
        var total = CascadeGeneration()
        for generation in generations { total.add(generation) }
        return total
    }

    /// How many of the kept closes follow from no other.
    public var rootCount: Int { closes.count { $0.parent == .none } }

    /// How many accounts the kept closes fell on.
    public var accountCount: Int { Set(closes.map(\.account)).count }
}
