/// A row of values that grows by doubling and never moves in a steady state.
///
/// An array would do, but each element here is changed in place, with no reference count and no
/// copy-on-write test on the way, and elements may be noncopyable. Every access is bounds-checked.
@safe
struct Slab<Element: ~Copyable>: ~Copyable, @unchecked Sendable {
    private var elements: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        unsafe elements = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe elements.deinitialize(count: count)
        unsafe elements.deallocate()
    }

    subscript(index: Int) -> Element {
        @inline(__always) _read {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "an index in the slab")
            yield unsafe elements[index]
        }
        @inline(__always) _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "an index in the slab")
            yield unsafe &elements[index]
        }
    }

    mutating func append(_ element: consuming Element) {
        if count == capacity { reserve(capacity * 2) }
        unsafe (elements + count).initialize(to: element)
        count += 1
    }

    mutating func removeLast() -> Element {
        precondition(count > 0, "an element to remove")
        count -= 1
        return unsafe (elements + count).move()
    }

    mutating func reserve(_ minimumCapacity: Int) {
        guard minimumCapacity > capacity else { return }
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: minimumCapacity)
        unsafe moved.moveInitialize(from: elements, count: count)
        unsafe elements.deallocate()
        unsafe elements = moved
        capacity = minimumCapacity
    }
}

extension Slab where Element: BitwiseCopyable {
    /// Grows to `newCount` elements, the new ones being `element`.
    mutating func extend(to newCount: Int, with element: Element) {
        if newCount > capacity { reserve(max(newCount, capacity * 2)) }
        while count < newCount { append(element) }
    }

    /// Lends a run of elements to a formula that reads a table.
    @inline(__always)
    func withSpan<Result>(
        _ range: Range<Int>,
        _ body: (borrowing Span<Element>) -> Result
    ) -> Result {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "a range in the slab"
        )
        let buffer = unsafe UnsafeBufferPointer(
            start: elements + range.lowerBound,
            count: range.count
        )
        return unsafe body(buffer.span)
    }
}
