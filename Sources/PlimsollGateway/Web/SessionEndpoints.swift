import PlimsollModel

// How a browser becomes the venue's own user.
extension Gateway {
    /// `{"link": token}`: spends the token of a link; the answer sets the session's cookie.
    ///
    /// - Returns: The cookie.
    func openSession(_ call: Call, _ json: inout JSONWriter) throws(DialectError) -> String {
        let request = try ControlRequest(call.parameters.body, allowed: ["link"])
        guard let link = try request.text("link") else { throw .parameterMissing("link") }
        guard let session = sessions.open(link) else {
            throw DialectError(-2015, "this link is spent or of another venue", status: 401)
        }
        json.beginObject()
        json.field("open", true)
        json.endObject()
        return WebSessions.cookie(session, port: boundPort)
    }

    /// Whether the browser that asks has a session, and whose account it opens.
    func session(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        json.beginObject()
        json.field("open", call.credential != nil)
        json.key("account")
        if let account = call.credential?.account {
            json.integer(account.rawValue)
        } else {
            json.null()
        }
        json.field("port", boundPort)
        json.endObject()
    }

    /// A further link, for a browser more: asked for with an admin key, or from a session.
    func makeLink(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard call.credential?.permissions.contains(.admin) == true else { throw .keyUnknown }
        json.beginObject()
        json.field("link", sessions.link())
        json.endObject()
    }
}
