/// Finds a slot by the hash of its key: open addressing, linear probing, removal without tombstones.
///
/// The order of its entries is never looked at, so it may differ between two engines that agree in
/// everything else.
struct SlotIndex: ~Copyable, Sendable {
    struct Entry: BitwiseCopyable {
        var hash: UInt64
        var slot: Int32
    }

    private static let free = Entry(hash: 0, slot: -1)

    private var entries: Slab<Entry>
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        let size = 1 << (Int.bitWidth - (max(capacity, 8) - 1).leadingZeroBitCount)
        entries = Slab(capacity: size)
        entries.extend(to: size, with: Self.free)
        mask = size - 1
    }

    /// A spread of a 64-bit key over all bits; different keys never collide in the hash itself.
    @inline(__always)
    static func hash(_ key: UInt64) -> UInt64 {
        let product = key &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 32)
    }

    /// The first slot under `hash` that `isMatch` accepts.
    @inline(__always)
    func find(_ hash: UInt64, where isMatch: (Int32) -> Bool) -> Int32? {
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = entries[position]
            if entry.slot < 0 { return nil }
            if entry.hash == hash, isMatch(entry.slot) { return entry.slot }
            position = (position + 1) & mask
        }
    }

    mutating func insert(_ hash: UInt64, slot: Int32) {
        if (count + 1) * 2 > entries.count { grow() }
        place(Entry(hash: hash, slot: slot))
        count += 1
    }

    /// Removes the entry of exactly this slot, which must be there.
    mutating func remove(_ hash: UInt64, slot: Int32) {
        var hole = Int(truncatingIfNeeded: hash) & mask
        while entries[hole].slot != slot || entries[hole].hash != hash {
            precondition(entries[hole].slot >= 0, "a removed key is in the index")
            hole = (hole + 1) & mask
        }
        // Entries behind the hole move up unless that would put them before their own place.
        var next = (hole + 1) & mask
        while entries[next].slot >= 0 {
            let home = Int(truncatingIfNeeded: entries[next].hash) & mask
            if (next - home) & mask >= (next - hole) & mask {
                entries[hole] = entries[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        entries[hole] = Self.free
        count -= 1
    }

    private mutating func place(_ entry: Entry) {
        var position = Int(truncatingIfNeeded: entry.hash) & mask
        while entries[position].slot >= 0 { position = (position + 1) & mask }
        entries[position] = entry
    }

    private mutating func grow() {
        let oldCount = entries.count
        var old = Slab<Entry>(capacity: oldCount)
        for position in 0..<oldCount { old.append(entries[position]) }
        entries = Slab(capacity: oldCount * 2)
        entries.extend(to: oldCount * 2, with: Self.free)
        mask = oldCount * 2 - 1
        for position in 0..<oldCount where old[position].slot >= 0 { place(old[position]) }
    }
}
