import PlimsollModel
import PlimsollTapes

/// Turns what another venue tells of a market into the commands that make it stand here.
///
/// A book is a snapshot and every change after it, each naming the one before; where one is missing,
/// the book is unknown until the next snapshot, and what stands of it is taken down: nobody shall
/// trade with what may not be there.
struct FollowedMarket {
    private let place: ReplayPlace
    private var mirror: BookMirror
    /// Of the last change that the book holds; `nil` while the book is unknown.
    private var lastUpdate: Int64?
    private var isFirstAfterSnapshot = false
    private var hasIndex = false
    private var fundingRate: Rate?

    init(_ place: ReplayPlace) {
        self.place = place
        mirror = BookMirror(place)
    }

    /// Whether the book is as it is told.
    var hasBook: Bool { lastUpdate != nil }

    mutating func take(_ snapshot: FollowedSnapshot) -> [Command] {
        var commands: [Command] = []
        mirror = BookMirror(place)
        mirror.learn(snapshot.levels, isSnapshot: true)
        if !hasIndex, let middle = mirror.middle {
            // Without a mark price no order is taken; the real index comes within a second.
            commands.append(.updateIndexPrice(place.instrument, middle))
            hasIndex = true
        }
        mirror.begin(into: &commands)
        lastUpdate = snapshot.lastUpdate
        isFirstAfterSnapshot = true
        return commands
    }

    mutating func take(_ message: FollowedMessage) -> [Command] {
        var commands: [Command] = []
        switch message {
        case .depth(let depth): take(depth, into: &commands)
        case .trade(let trade):
            // Trades of a book that is unknown would meet nothing.
            if hasBook { mirror.trade(trade, into: &commands) }
        case .prices(let index, let rate):
            mirror.restore(into: &commands)
            commands.append(.updateIndexPrice(place.instrument, index))
            hasIndex = true
            if rate != fundingRate {
                commands.append(.setFundingRate(place.instrument, rate))
                fundingRate = rate
            }
        }
        return commands
    }

    /// Learns what users did here.
    mutating func note(_ events: ArraySlice<Event>) { mirror.note(events) }

    /// Takes the book down: the other venue has fallen silent, or something was missed.
    mutating func lose() -> [Command] {
        lastUpdate = nil
        mirror = BookMirror(place)
        return [.cancelAllOrders(place.maker, place.instrument)]
    }

    private mutating func take(_ depth: FollowedDepth, into commands: inout [Command]) {
        // Older than the snapshot.
        guard let last = lastUpdate, depth.lastUpdate >= last else { return }
        let follows =
            isFirstAfterSnapshot
            ? depth.firstUpdate <= last + 1 || depth.previousUpdate <= last
            : depth.previousUpdate == last
        guard follows else {
            commands += lose()
            return
        }
        isFirstAfterSnapshot = false
        lastUpdate = depth.lastUpdate
        mirror.change(depth.levels, into: &commands)
    }
}
