import PlimsollModel
import Synchronization

/// The newest requests that came with a key, so that a bot's author sees what the bot is told.
///
/// Neither parameters nor signatures are kept: a path and an answer say enough, and secrets stay out.
final class RequestLog: Sendable {
    struct Entry: Sendable {
        var time: Timestamp
        var key: String
        /// `GET`, or `WS` over a socket.
        var method: String
        /// Over a socket, the method's name.
        var path: String
        var status: Int
        /// Of this request alone.
        var weight: Int
        /// Of a refusal.
        var code: Int?
        var reason: String?
        /// From the request's head to its answer.
        var milliseconds: Int64
    }

    static let countMax = 2000

    private struct State {
        var entries: [Entry] = []
        /// Where the next one goes once all places are taken.
        var next = 0
    }

    private let state = Mutex(State())

    func add(_ entry: Entry) {
        state.withLock { state in
            guard state.entries.count >= Self.countMax else {
                state.entries.append(entry)
                return
            }
            state.entries[state.next] = entry
            state.next = (state.next + 1) % Self.countMax
        }
    }

    /// Newest first.
    func newest(of key: String?, limit: Int) -> [Entry] {
        state.withLock { state in
            let count = state.entries.count
            var found: [Entry] = []
            for offset in 1..<(count + 1) where found.count < limit {
                let entry = state.entries[(state.next + count - offset) % count]
                if key == nil || entry.key == key { found.append(entry) }
            }
            return found
        }
    }
}

extension Gateway {
    /// The newest requests, of one key or of all.
    func requestLog(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let limit = try call.parameters.limit(default: 100, max: 500)
        json.beginObject()
        json.beginArray("requests")
        for entry in requests.newest(of: call.parameters.text("key"), limit: limit) {
            json.beginObject()
            json.field("time", entry.time)
            json.field("key", entry.key)
            json.field("method", entry.method)
            json.field("path", entry.path)
            json.field("status", entry.status)
            json.field("weight", entry.weight)
            json.key("code")
            if let code = entry.code { json.integer(code) } else { json.null() }
            json.key("reason")
            if let reason = entry.reason { json.string(reason) } else { json.null() }
            json.field("milliseconds", entry.milliseconds)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
