/// The newest elements of a history, oldest first: when it is full, the oldest makes room.
public struct Ring<Element: Sendable>: RandomAccessCollection, Sendable {
    /// The most elements kept; one or more.
    public private(set) var capacity: Int

    private var storage: [Element] = []
    // Of the oldest element; zero until the ring is full.
    private var head = 0

    public init(capacity: Int) {
        precondition(capacity > 0, "a ring has room for one element at least")
        self.capacity = capacity
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { storage.count }

    public internal(set) subscript(position: Int) -> Element {
        get { storage[slot(of: position)] }
        set { storage[slot(of: position)] = newValue }
    }

    mutating func append(_ element: Element) {
        guard storage.count == capacity else {
            storage.append(element)
            return
        }
        storage[head] = element
        head += 1
        if head == capacity { head = 0 }
    }

    /// Takes in an element; where the ring is full, one of the others makes room for it, or one of the
    /// favoured where they fill more than half.
    mutating func append(_ element: Element, favouring isFavoured: (Element) -> Bool) {
        guard storage.count == capacity else { return append(element) }
        let leaves = count(where: isFavoured) > capacity / 2
        guard let place = firstIndex(where: { isFavoured($0) == leaves }), place > 0 else {
            return append(element)
        }
        storage = Array(self)
        head = 0
        storage.remove(at: place)
        storage.append(element)
    }

    /// Keeps the newest elements, as many as the new capacity holds.
    mutating func shrink(to capacity: Int) {
        var shorter = Self(capacity: capacity)
        for element in suffix(capacity) { shorter.append(element) }
        self = shorter
    }

    /// The position of the first element for which `isBefore` no longer holds.
    ///
    /// The elements for which it holds must all come first.
    func partitioningIndex(where isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = storage.count
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func slot(of position: Int) -> Int {
        precondition(position >= 0 && position < storage.count, "the position is in the ring")
        let slot = head + position
        return slot < storage.count ? slot : slot - storage.count
    }
}
