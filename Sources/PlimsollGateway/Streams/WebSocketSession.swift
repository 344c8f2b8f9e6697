/// Decides what a stream connection does; the channel handler around it does it.
///
/// Time comes in as milliseconds of a clock that only moves forward.
///
/// Spec: STRM-002, STRM-003.
struct WebSocketSession: Sendable {
    struct Limits: Sendable {
        var subscriptionCountMax = 1024
        /// Messages from the client in any one second, pings and pongs included.
        ///
        /// Above the ten that the venue's documentation names, since clients on the same machine
        /// are quicker.
        var messageCountPerSecondMax = 50
        /// The same where messages are requests: more than one connection is ever served, since
        /// what it costs others is bounded by its queue, and an account's orders by their rate.
        var requestCountPerSecondMax = 20_000
        var pingInterval: Int64 = 180_000
        /// Silence after which a connection is given up.
        var silenceMax: Int64 = 600_000
    }

    enum Action: Equatable, Sendable {
        /// A text frame.
        case send([UInt8])
        /// Starts the streams; `reply` is sent once they run.
        case subscribe([StreamName], reply: [UInt8]?)
        case unsubscribe([StreamName])
        /// Changes whether events come wrapped in their stream's name.
        case wrapEvents(Bool)
        case ping
        case pong([UInt8])
        case close(code: UInt16, reason: String)
    }

    let limits: Limits
    private(set) var subscriptions: [StreamName]
    private(set) var isCombined: Bool
    private var lastHeard: Int64
    private var lastPing: Int64
    private var secondStart: Int64
    private var messageCount = 0
    private let messageCountMax: Int

    init(target: WebSocketTarget, at time: Int64, limits: Limits = Limits()) {
        self.limits = limits
        messageCountMax =
            target.takesRequests
            ? limits.requestCountPerSecondMax : limits.messageCountPerSecondMax
        subscriptions = target.streams
        isCombined = target.isCombined
        lastHeard = time
        lastPing = time
        secondStart = time
    }

    /// The streams named in the address.
    func opened() -> [Action] {
        guard subscriptions.count <= limits.subscriptionCountMax else {
            return [.close(code: 1008, reason: tooManyStreams)]
        }
        return subscriptions.isEmpty ? [] : [.subscribe(subscriptions, reply: nil)]
    }

    mutating func received(text bytes: [UInt8], at time: Int64) -> [Action] {
        guard admit(at: time) else { return [tooManyMessages] }
        do throws(ControlMessage.Refusal) {
            return try answer(ControlMessage(parsing: bytes))
        } catch {
            return [.send(Reply.refusal(error))]
        }
    }

    /// A request that somebody else answers.
    mutating func receivedRequest(at time: Int64) -> [Action] {
        admit(at: time) ? [] : [tooManyMessages]
    }

    mutating func received(ping payload: [UInt8], at time: Int64) -> [Action] {
        admit(at: time) ? [.pong(payload)] : [tooManyMessages]
    }

    mutating func receivedPong(at time: Int64) -> [Action] {
        admit(at: time) ? [] : [tooManyMessages]
    }

    /// Called every few seconds.
    mutating func heartbeat(at time: Int64) -> [Action] {
        if time - lastHeard > limits.silenceMax {
            return [.close(code: 1008, reason: "no pong within ten minutes")]
        }
        guard time - lastPing >= limits.pingInterval else { return [] }
        lastPing = time
        return [.ping]
    }

    /// A listen key ended: its stream no longer counts.
    mutating func ended(_ stream: StreamName) {
        subscriptions.removeAll { $0 == stream }
    }

    // MARK: Methods

    private mutating func answer(
        _ message: ControlMessage
    ) throws(ControlMessage.Refusal) -> [Action] {
        switch message.method {
        case "SUBSCRIBE":
            let known = Set(subscriptions)
            let added = try names(in: message).filter { !known.contains($0) }
            guard subscriptions.count + added.count <= limits.subscriptionCountMax else {
                throw .invalidRequest(tooManyStreams, id: message.id)
            }
            subscriptions += added
            return [.subscribe(added, reply: Reply.done(message.id))]
        case "UNSUBSCRIBE":
            let named = Set(try names(in: message))
            let removed = subscriptions.filter { named.contains($0) }
            subscriptions.removeAll { named.contains($0) }
            return [.unsubscribe(removed), .send(Reply.done(message.id))]
        case "LIST_SUBSCRIPTIONS":
            return [.send(Reply.list(subscriptions.map(\.text), message.id))]
        case "SET_PROPERTY":
            guard message.parameters.count == 2, message.parameters[0] == .string("combined") else {
                throw Self.unknownProperty(message.id)
            }
            guard case .bool(let isCombined) = message.parameters[1] else {
                throw ControlMessage.Refusal(
                    code: 1,
                    message: "Invalid value type: expected Boolean",
                    id: message.id
                )
            }
            self.isCombined = isCombined
            return [.wrapEvents(isCombined), .send(Reply.done(message.id))]
        case "GET_PROPERTY":
            guard message.parameters == [.string("combined")] else {
                throw Self.unknownProperty(message.id)
            }
            return [.send(Reply.bool(isCombined, message.id))]
        default:
            throw .invalidRequest(
                "unknown variant `\(message.method.prefix(32))`, expected one of `SUBSCRIBE`, "
                    + "`UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
                id: message.id
            )
        }
    }

    private func names(
        in message: ControlMessage
    ) throws(ControlMessage.Refusal) -> [StreamName] {
        var names: [StreamName] = []
        var seen: Set<StreamName> = []
        for parameter in message.parameters {
            guard case .string(let text) = parameter else {
                throw .invalidRequest("stream names are strings", id: message.id)
            }
            guard let name = StreamName(text) else {
                throw .invalidRequest(
                    "`\(text.prefix(64))` is no stream name; symbols are lower case, "
                        + "as in `btcusdt@aggTrade`",
                    id: message.id
                )
            }
            if seen.insert(name).inserted { names.append(name) }
        }
        return names
    }

    private static func unknownProperty(_ id: JSONValue) -> ControlMessage.Refusal {
        ControlMessage.Refusal(code: 0, message: "Unknown property", id: id)
    }

    // MARK: Bounds

    private mutating func admit(at time: Int64) -> Bool {
        lastHeard = time
        if time - secondStart >= 1000 {
            secondStart = time
            messageCount = 0
        }
        messageCount += 1
        return messageCount <= messageCountMax
    }

    private var tooManyMessages: Action { .close(code: 1008, reason: "Too many requests") }

    private var tooManyStreams: String {
        "a connection carries at most \(limits.subscriptionCountMax) streams"
    }
}

private enum Reply {
    static func done(_ id: JSONValue) -> [UInt8] {
        reply(id) { (json: inout JSONWriter) in json.null() }
    }

    static func bool(_ value: Bool, _ id: JSONValue) -> [UInt8] {
        reply(id) { (json: inout JSONWriter) in json.bool(value) }
    }

    static func list(_ names: [String], _ id: JSONValue) -> [UInt8] {
        reply(id) { (json: inout JSONWriter) in
            json.beginArray()
            for name in names { json.string(name) }
            json.endArray()
        }
    }

    static func refusal(_ refusal: ControlMessage.Refusal) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.beginObject("error")
        json.field("code", refusal.code)
        json.field("msg", refusal.message)
        json.endObject()
        write(refusal.id, into: &json)
        json.endObject()
        return json.takeBytes()
    }

    private static func reply(
        _ id: JSONValue,
        _ result: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("result")
        result(&json)
        write(id, into: &json)
        json.endObject()
        return json.takeBytes()
    }

    private static func write(_ id: JSONValue, into json: inout JSONWriter) {
        json.key("id")
        switch id {
        case .string(let text): json.string(text)
        // An integer, as the message's reader made sure.
        case .number(let text): json.raw(text.utf8)
        default: json.null()
        }
    }
}
