import Foundation
import NIOCore
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Synchronization

@testable import PlimsollGateway

/// A client that keeps the books from their streams, one event after the other.
final class SimulatedReader {
    private struct Book {
        var bids: [Price: Quantity] = [:]
        var asks: [Price: Quantity] = [:]
        /// Of the snapshot or of the last event.
        var update: UInt64
        /// Whether an event has continued the snapshot.
        var isFollowing = false
    }

    private final class Inbox: Sendable {
        let commands = Mutex<[PublishedCommand]>([])
    }

    private let inbox = Inbox()
    private let publisher: StreamPublisher
    private var books: [String: Book] = [:]

    /// Begins to read, with a snapshot of each book.
    init(_ node: VenueNode, _ symbols: [String]) {
        publisher = StreamPublisher(
            read: { body in node.read { body($0) } },
            listenKeys: ListenKeyStore()
        )
        node.addListener { [inbox] batch in
            inbox.commands.withLock { $0 += batch.commands }
        }
        let names = symbols.compactMap { StreamName("\($0.lowercased())@depth@0ms") }
        publisher.watch(names, loop: 0, isWrapped: false)
        for symbol in symbols {
            let book = node.read { venue in Symbol(symbol).flatMap { venue.market($0)?.book } }
            guard let book else { continue }
            var own = Book(update: book.lastUpdate)
            for level in book.bids() { own.bids[level.price] = level.quantity }
            for level in book.asks() { own.asks[level.price] = level.quantity }
            books[symbol] = own
        }
    }

    /// Bytes before the payload of an unmasked frame, by the code of its length (RFC 6455, 5.2).
    private static func header(_ frame: ByteBufferView) -> Int {
        switch frame.dropFirst().first {
        case 126: 4
        case 127: 10
        default: 2
        }
    }

    /// Reads what has come since.
    ///
    /// - Returns: What is wrong with it, where something is.
    func follow() -> String? {
        publisher.publish(inbox.commands.withLock { exchange(&$0, with: []) })
        for frame in publisher.takeFrames().joined() {
            guard let bytes = frame.plain?.readableBytesView,
                let event = try? JSONValue(parsing: Array(bytes.dropFirst(Self.header(bytes))))
            else { return "an event that cannot be read" }
            if let fault = apply(event) { return fault }
        }
        return nil
    }

    /// Whether the book of an answer is the reader's own; a reason where it is not.
    func contradiction(of symbol: String, _ answer: JSONValue) -> String? {
        guard let book = books[symbol] else { return "no book of \(symbol)" }
        guard number(answer["lastUpdateId"]) == book.update else {
            return "the stream of \(symbol) is at \(book.update), the answer at"
                + " \(answer["lastUpdateId"]?.scalarText ?? "nothing")"
        }
        let bids = book.bids.sorted { $0.key > $1.key }
        let asks = book.asks.sorted { $0.key < $1.key }
        for (name, own) in [("bids", bids), ("asks", asks)] {
            let told = levels(answer[name])
            guard told.elementsEqual(own.prefix(told.count), by: ==),
                told.count == min(own.count, 50)
            else { return "the \(name) of \(symbol) are others in the stream than in the answer" }
        }
        return nil
    }

    private func apply(_ event: JSONValue) -> String? {
        guard let symbol = event["s"]?.scalarText, var book = books[symbol],
            let first = number(event["U"]), let last = number(event["u"]),
            let previous = number(event["pu"])
        else { return "an event of no book" }
        if book.isFollowing {
            guard previous == book.update else {
                return "a gap in \(symbol): \(previous) after \(book.update)"
            }
        } else {
            // Older than the snapshot.
            guard last > book.update else { return nil }
            guard first <= book.update + 1 else {
                return "\(symbol) begins with \(first) after the snapshot at \(book.update)"
            }
            book.isFollowing = true
        }
        for (price, quantity) in levels(event["b"]) {
            book.bids[price] = quantity.isZero ? nil : quantity
        }
        for (price, quantity) in levels(event["a"]) {
            book.asks[price] = quantity.isZero ? nil : quantity
        }
        book.update = last
        books[symbol] = book
        return nil
    }

    private func number(_ value: JSONValue?) -> UInt64? { value?.scalarText.flatMap { UInt64($0) } }

    private func levels(_ value: JSONValue?) -> [(key: Price, value: Quantity)] {
        guard case .array(let rows)? = value else { return [] }
        return rows.compactMap { row in
            guard case .array(let cells) = row, cells.count == 2,
                let price = cells[0].scalarText, let quantity = cells[1].scalarText
            else { return nil }
            guard let price = try? Price(parsing: price),
                let quantity = try? Quantity(parsing: quantity)
            else { return nil }
            return (price, quantity)
        }
    }
}
