import NIOCore

/// The connections of one event loop by the streams they watch.
///
/// Used on that loop only.
final class SubscriberTable {
    private struct Subscribers {
        var plain: [ObjectIdentifier: WebSocketHandler] = [:]
        var wrapped: [ObjectIdentifier: WebSocketHandler] = [:]
    }

    private var streams: [StreamName: Subscribers] = [:]
    private var connections: [ObjectIdentifier: WebSocketHandler] = [:]

    func open(_ connection: WebSocketHandler) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func close(_ connection: WebSocketHandler) {
        connections[ObjectIdentifier(connection)] = nil
    }

    /// Closes every connection, whether it watches anything or not.
    func closeAll(code: UInt16, reason: String) {
        for connection in connections.values { connection.close(code: code, reason: reason) }
    }

    /// Ends the connections that a fault strikes, without a word.
    func hangUp(where isStruck: (WebSocketHandler) -> Bool) {
        for connection in connections.values where isStruck(connection) { connection.hangUp() }
    }

    func add(_ connection: WebSocketHandler, to name: StreamName, isWrapped: Bool) {
        if isWrapped {
            streams[name, default: Subscribers()].wrapped[ObjectIdentifier(connection)] = connection
        } else {
            streams[name, default: Subscribers()].plain[ObjectIdentifier(connection)] = connection
        }
    }

    func remove(_ connection: WebSocketHandler, from name: StreamName) {
        guard var subscribers = streams[name] else { return }
        streams[name] = nil
        subscribers.plain[ObjectIdentifier(connection)] = nil
        subscribers.wrapped[ObjectIdentifier(connection)] = nil
        guard !subscribers.plain.isEmpty || !subscribers.wrapped.isEmpty else { return }
        streams[name] = subscribers
    }

    /// Hands out the frames of one batch, and sends them off connection by connection.
    func deliver(_ frames: [StreamFrame]) {
        var touched: [ObjectIdentifier: WebSocketHandler] = [:]
        for frame in frames {
            guard let subscribers = streams[frame.stream] else { continue }
            if let bytes = frame.plain {
                for (key, connection) in subscribers.plain where connection.deliver(bytes) {
                    touched[key] = connection
                }
            }
            if let bytes = frame.wrapped {
                for (key, connection) in subscribers.wrapped where connection.deliver(bytes) {
                    touched[key] = connection
                }
            }
        }
        for connection in touched.values { connection.flushDelivered() }
    }

    /// A listen key has ended: its stream has no subscribers any more.
    func end(_ name: StreamName) {
        guard let subscribers = streams.removeValue(forKey: name) else { return }
        for connection in subscribers.plain.values { connection.streamEnded(name) }
        for connection in subscribers.wrapped.values { connection.streamEnded(name) }
    }
}
