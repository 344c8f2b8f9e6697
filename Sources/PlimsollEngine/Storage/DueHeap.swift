import PlimsollModel

/// What is due when: the earliest first and, at one instant, by rising key.
///
/// Nothing is ever taken out of the middle. Who uses it asks of each entry whether it still stands,
/// and from time to time drops those that do not.
struct DueHeap: ~Copyable, Sendable {
    struct Entry: BitwiseCopyable, Comparable {
        var instant: Timestamp
        var key: UInt64

        static func < (left: Entry, right: Entry) -> Bool {
            left.instant == right.instant ? left.key < right.key : left.instant < right.instant
        }
    }

    private static let pruneCountMin = 64

    /// A binary heap: an entry is never before its parent at half its place.
    private var entries = Slab<Entry>()
    /// How many entries are too many not to look for fallen ones.
    private var pruneCount = pruneCountMin

    var count: Int { entries.count }
    var first: Entry? { entries.count > 0 ? entries[0] : nil }
    var isCrowded: Bool { entries.count >= pruneCount }

    subscript(place: Int) -> Entry { entries[place] }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var place = entries.count - 1
        while place > 0, entry < entries[(place - 1) / 2] {
            entries[place] = entries[(place - 1) / 2]
            place = (place - 1) / 2
        }
        entries[place] = entry
    }

    mutating func removeFirst() {
        let last = entries.removeLast()
        guard entries.count > 0 else { return }
        var place = 0
        while let child = smallerChild(of: place), entries[child] < last {
            entries[place] = entries[child]
            place = child
        }
        entries[place] = last
    }

    /// Sets when to look for fallen entries next: once as many again have come.
    mutating func markPruned() { pruneCount = max(Self.pruneCountMin, entries.count * 2) }

    private func smallerChild(of place: Int) -> Int? {
        let left = place * 2 + 1
        guard left < entries.count else { return nil }
        let right = left + 1
        return right < entries.count && entries[right] < entries[left] ? right : left
    }
}
