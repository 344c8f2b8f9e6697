import PlimsollModel

/// One side of an order book: a level for every tick, in pages that exist once they were used.
///
/// Three bitmaps find the next best level without a search: one bit a level, one bit a word of
/// levels, one bit a page. Resting, cancelling and taking cost the same at any depth.
///
/// Spec: BOOK-001, BOOK-002.
struct Ladder: ~Copyable, Sendable {
    /// Orders at one price, oldest first, with their sum.
    struct Level: BitwiseCopyable {
        var head: Int32 = -1
        var tail: Int32 = -1
        var quantity = Quantity.zero
    }

    private static let levelsPerPage = 4096
    private static let wordsPerPage = 64

    let side: Side
    /// The best occupied tick, or −1: highest for bids, lowest for asks.
    private(set) var best: Int32 = -1

    /// Page number → page slot, or −1.
    private var directory = Slab<Int32>()
    private var levels = Slab<Level>(capacity: levelsPerPage)
    private var words = Slab<UInt64>(capacity: wordsPerPage)
    private var summaries = Slab<UInt64>()
    /// One bit a page that has any level.
    private var occupiedPages = Slab<UInt64>()
    private let addressedOnly = AddressedOnly()

    init(side: Side) { self.side = side }

    var isEmpty: Bool { best < 0 }

    func level(at tick: Int32) -> Level {
        guard let index = index(of: tick) else { return Level() }
        return levels[index]
    }

    /// Puts an order behind all others of its tick.
    mutating func append(_ slot: Int32, to orders: inout Slab<OrderState>) {
        let tick = orders[Int(slot)].tick
        let index = makeIndex(of: tick)
        let tail = levels[index].tail
        orders[Int(slot)].previousAtLevel = tail
        orders[Int(slot)].nextAtLevel = -1
        if tail < 0 {
            levels[index].head = slot
            occupy(tick, index)
            if best < 0 || isBetter(tick, than: best) { best = tick }
        } else {
            orders[Int(tail)].nextAtLevel = slot
        }
        levels[index].tail = slot
        levels[index].quantity += orders[Int(slot)].remaining
    }

    /// Takes an order out of its level.
    mutating func remove(_ slot: Int32, from orders: inout Slab<OrderState>) {
        let order = orders[Int(slot)]
        let index = occupiedIndex(of: order.tick)
        levels[index].quantity -= order.remaining
        if order.previousAtLevel < 0 {
            levels[index].head = order.nextAtLevel
        } else {
            orders[Int(order.previousAtLevel)].nextAtLevel = order.nextAtLevel
        }
        if order.nextAtLevel < 0 {
            levels[index].tail = order.previousAtLevel
        } else {
            orders[Int(order.nextAtLevel)].previousAtLevel = order.previousAtLevel
        }
        if levels[index].head < 0 {
            vacate(order.tick, index)
            if order.tick == best { best = next(after: order.tick) }
        }
    }

    /// Lowers what is open of an order without moving it in its queue.
    mutating func reduce(
        _ slot: Int32,
        by quantity: Quantity,
        in orders: inout Slab<OrderState>
    ) {
        levels[occupiedIndex(of: orders[Int(slot)].tick)].quantity -= quantity
        orders[Int(slot)].remaining -= quantity
    }

    /// The occupied tick next in price priority after `tick`, or −1.
    func next(after tick: Int32) -> Int32 {
        side == .buy ? occupied(below: tick) : occupied(above: tick)
    }

    func isBetter(_ tick: Int32, than other: Int32) -> Bool {
        side == .buy ? tick > other : tick < other
    }

    // MARK: Pages and bitmaps

    private func index(of tick: Int32) -> Int? {
        let page = Int(tick) / Self.levelsPerPage
        guard page < directory.count, directory[page] >= 0 else { return nil }
        return Int(directory[page]) * Self.levelsPerPage + Int(tick) % Self.levelsPerPage
    }

    private func occupiedIndex(of tick: Int32) -> Int {
        guard let index = index(of: tick) else {
            preconditionFailure("an order rests on a level of the ladder")
        }
        return index
    }

    private mutating func makeIndex(of tick: Int32) -> Int {
        if let index = index(of: tick) { return index }
        let page = Int(tick) / Self.levelsPerPage
        directory.extend(to: page + 1, with: -1)
        occupiedPages.extend(to: page / 64 + 1, with: 0)
        let slot = summaries.count
        directory[page] = Int32(slot)
        summaries.append(0)
        levels.extend(to: (slot + 1) * Self.levelsPerPage, with: Level())
        words.extend(to: (slot + 1) * Self.wordsPerPage, with: 0)
        return slot * Self.levelsPerPage + Int(tick) % Self.levelsPerPage
    }

    private mutating func occupy(_ tick: Int32, _ index: Int) {
        let slot = index / Self.levelsPerPage
        words[index / 64] |= 1 << UInt64(index % 64)
        summaries[slot] |= 1 << UInt64(index % Self.levelsPerPage / 64)
        let page = Int(tick) / Self.levelsPerPage
        occupiedPages[page / 64] |= 1 << UInt64(page % 64)
    }

    private mutating func vacate(_ tick: Int32, _ index: Int) {
        let slot = index / Self.levelsPerPage
        words[index / 64] &= ~(1 << UInt64(index % 64))
        guard words[index / 64] == 0 else { return }
        summaries[slot] &= ~(1 << UInt64(index % Self.levelsPerPage / 64))
        guard summaries[slot] == 0 else { return }
        let page = Int(tick) / Self.levelsPerPage
        occupiedPages[page / 64] &= ~(1 << UInt64(page % 64))
    }

    private func occupied(above tick: Int32) -> Int32 {
        let page = Int(tick) / Self.levelsPerPage
        let offset = Int(tick) % Self.levelsPerPage
        if page < directory.count, directory[page] >= 0 {
            let slot = Int(directory[page])
            let word = offset / 64
            let rest = words[slot * Self.wordsPerPage + word] & (~1 << UInt64(offset % 64))
            if rest != 0 { return tickOf(page, word, rest.trailingZeroBitCount) }
            let summary = summaries[slot] & (~1 << UInt64(word))
            if summary != 0 { return lowest(page, slot, summary.trailingZeroBitCount) }
        }
        var group = (page + 1) / 64
        guard group < occupiedPages.count else { return -1 }
        var pages = occupiedPages[group] & (~0 << UInt64((page + 1) % 64))
        while pages == 0 {
            group += 1
            guard group < occupiedPages.count else { return -1 }
            pages = occupiedPages[group]
        }
        let found = group * 64 + pages.trailingZeroBitCount
        let slot = Int(directory[found])
        return lowest(found, slot, summaries[slot].trailingZeroBitCount)
    }

    private func occupied(below tick: Int32) -> Int32 {
        let page = Int(tick) / Self.levelsPerPage
        let offset = Int(tick) % Self.levelsPerPage
        if page < directory.count, directory[page] >= 0 {
            let slot = Int(directory[page])
            let word = offset / 64
            let below = (1 as UInt64) << UInt64(offset % 64) &- 1
            let rest = words[slot * Self.wordsPerPage + word] & below
            if rest != 0 { return tickOf(page, word, 63 - rest.leadingZeroBitCount) }
            let summary = summaries[slot] & ((1 as UInt64) << UInt64(word) &- 1)
            if summary != 0 { return highest(page, slot, 63 - summary.leadingZeroBitCount) }
        }
        guard page > 0 else { return -1 }
        var group = (page - 1) / 64
        guard occupiedPages.count > 0 else { return -1 }
        var pages: UInt64
        if group >= occupiedPages.count {
            group = occupiedPages.count - 1
            pages = occupiedPages[group]
        } else {
            pages = occupiedPages[group] & (~0 >> UInt64(63 - (page - 1) % 64))
        }
        while pages == 0 {
            guard group > 0 else { return -1 }
            group -= 1
            pages = occupiedPages[group]
        }
        let found = group * 64 + 63 - pages.leadingZeroBitCount
        let slot = Int(directory[found])
        return highest(found, slot, 63 - summaries[slot].leadingZeroBitCount)
    }

    private func lowest(_ page: Int, _ slot: Int, _ word: Int) -> Int32 {
        tickOf(page, word, words[slot * Self.wordsPerPage + word].trailingZeroBitCount)
    }

    private func highest(_ page: Int, _ slot: Int, _ word: Int) -> Int32 {
        tickOf(page, word, 63 - words[slot * Self.wordsPerPage + word].leadingZeroBitCount)
    }

    private func tickOf(_ page: Int, _ word: Int, _ bit: Int) -> Int32 {
        Int32(page * Self.levelsPerPage + word * 64 + bit)
    }
}
