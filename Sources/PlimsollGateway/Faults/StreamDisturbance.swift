import PlimsollModel
import PlimsollNode

/// Loses, doubles and swaps the events of streams on their way to the connections.
///
/// The frames of one event loop are disturbed alike for all of its connections.
struct StreamDisturbance {
    /// Frames that wait for the next one of their stream, to come after it.
    private var late: [[StreamName: StreamFrame]] = []

    /// Whether a frame still waits that no fault holds back any more.
    var isPending: Bool { late.contains { !$0.isEmpty } }

    mutating func disturb(
        _ frames: [StreamFrame],
        loop: Int,
        strikes: (DoorFault.Name, StreamName) -> Bool
    ) -> [StreamFrame] {
        while late.count <= loop { late.append([:]) }
        var told: [StreamFrame] = []
        told.reserveCapacity(frames.count)
        for frame in frames {
            if strikes(.lostEvents, frame.stream) { continue }
            let earlier = late[loop].removeValue(forKey: frame.stream)
            if earlier == nil, strikes(.reorderedEvents, frame.stream) {
                late[loop][frame.stream] = frame
                continue
            }
            told.append(frame)
            if strikes(.duplicatedEvents, frame.stream) { told.append(frame) }
            if let earlier { told.append(earlier) }
        }
        return told
    }
}

extension FaultDesk {
    /// Why a connection is not opened; `nil` where it is.
    func refusal(of target: WebSocketTarget) -> DialectError? {
        guard isArmed, !target.streams.isOfControl else { return nil }
        let connection = [DoorStream(target.takesRequests ? .socket : .stream)]
        if strikes(.maintenance, connection) { return .outOfService }
        return strikes(.streamDrop, connection) ? .statusUnknown : nil
    }
}

extension StreamName {
    /// What the fault board has to know of the stream; `nil` where no fault may touch it.
    func doorStream(_ listenKeys: ListenKeyStore, at time: Timestamp) -> DoorStream? {
        switch feed {
        case .aggregateTrades(let symbol), .trades(let symbol), .depth(let symbol, _),
            .topOfBook(let symbol, _, _), .bookTicker(let symbol), .candles(let symbol, _),
            .continuousCandles(let symbol, _), .markPrice(let symbol, _), .ticker(let symbol),
            .miniTicker(let symbol), .liquidations(let symbol):
            DoorStream(symbol: symbol)
        case .userData: DoorStream(account: listenKeys.account(of: text, at: time))
        case .allBookTickers, .allMarkPrices, .allTickers, .allMiniTickers, .allLiquidations,
            .unserved:
            DoorStream()
        case .control: nil
        }
    }
}

extension Collection<StreamName> {
    /// Whether a connection serves whoever runs the venue and nobody else.
    ///
    /// Faults pass it by: whoever breaks the venue can see that and mend it.
    var isOfControl: Bool { !isEmpty && allSatisfy { $0.feed == .control } }
}
