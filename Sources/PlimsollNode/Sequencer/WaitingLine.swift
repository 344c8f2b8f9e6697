/// Elements in order of arrival; taking the first costs no more than adding one.
///
/// It never holds more than twice what waits, also where it is never empty.
public struct WaitingLine<Element> {
    private var elements: [Element] = []
    /// Elements before this one are taken.
    private var head = 0

    public init() {}

    public var count: Int { elements.count - head }
    public var isEmpty: Bool { head == elements.count }
    public var first: Element? { isEmpty ? nil : elements[head] }

    /// What is kept, taken elements with it.
    var storedCount: Int { elements.count }

    public mutating func append(_ element: Element) { elements.append(element) }

    public mutating func popFirst() -> Element? {
        guard let first else { return nil }
        head += 1
        if isEmpty {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 32, head > elements.count / 2 {
            elements.removeFirst(head)
            head = 0
        }
        return first
    }
}

extension WaitingLine: Sendable where Element: Sendable {}
