import PlimsollModel

/// Complete configurations for clients, written by whoever knows the clients.
public struct ClientConfigurations: Sendable {
    /// Where a client finds the venue, and with which key.
    public struct Address: Sendable {
        public var http: String
        public var webSocket: String
        /// `nil` where there is no TLS listener.
        public var https: String?
        public var key: String
        /// `nil` for a key whose secret half only its owner has.
        public var secret: String?
    }

    let names: [String]
    let text: @Sendable (_ client: String, Address) -> (text: String, remark: String?)?

    public init(
        names: [String],
        text: @escaping @Sendable (_ client: String, Address) -> (text: String, remark: String?)?
    ) {
        self.names = names
        self.text = text
    }

    /// For a venue that writes none.
    public static let none = ClientConfigurations(names: []) { _, _ in nil }
}

extension Gateway {
    func connections(_ call: Call, _ json: inout JSONWriter) {
        json.beginObject()
        json.beginArray("clients")
        for name in clients.names { json.string(name) }
        json.endArray()
        json.endObject()
    }

    /// The block holds a secret: only who may make keys anyway is told it.
    func connection(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard call.credential?.permissions.contains(.admin) == true else { throw .keyUnknown }
        let wanted = call.parameters.text("key")
        let held = wanted.map { keys.credential(key: $0) } ?? keys.credential(account: account)
        guard let credential = held else { throw .keyUnknown }
        let authority = "127.0.0.1:\(boundPort)"
        let address = ClientConfigurations.Address(
            http: "http://\(authority)",
            webSocket: "ws://\(authority)",
            https: boundTLSPort.map { "https://127.0.0.1:\($0)" },
            key: credential.key,
            secret: credential.secret
        )
        guard let block = clients.text(call.pathArgument, address) else {
            throw DialectError(-1000, "there is no client '\(call.pathArgument)'", status: 404)
        }
        json.beginObject()
        json.field("client", call.pathArgument)
        json.field("text", block.text)
        json.key("remark")
        if let remark = block.remark { json.string(remark) } else { json.null() }
        json.endObject()
    }
}
