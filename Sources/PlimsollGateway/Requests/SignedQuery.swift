/// A query with the signature that the dialect asks for.
public enum SignedQuery {
    /// `query` with a timestamp of now and the signature of both, and of the document behind them,
    /// under `secret`.
    public static func make(
        _ query: String = "",
        document: String = "",
        secret: String
    ) -> String {
        let stamped = (query.isEmpty ? "" : query + "&") + "timestamp=\(WallClock.now)"
        return stamped + "&signature=" + Signature.make((stamped + document).utf8, secret: secret)
    }
}
