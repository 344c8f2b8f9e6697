import PlimsollModel

/// The checks of a signed request that come after its key: time, then signature.
enum RequestSignature {
    static let windowDefault: Int64 = 5000
    static let windowMax: Int64 = 60_000
    /// How far a client's clock may be ahead.
    static let aheadMax: Int64 = 1000

    /// - Parameters:
    ///   - parameters: As received.
    ///   - credential: Of the request's key.
    ///   - time: Wall-clock time; the clock that clients sign with, whatever the venue's shows.
    /// - Returns: Until when the request is wanted.
    /// - Throws: -1102, -1130, -1021 or -1022, looked for in this order.
    @discardableResult
    static func check(
        _ parameters: RequestParameters,
        _ credential: Credential,
        at time: Timestamp
    ) throws(DialectError) -> Timestamp {
        // Both are asked for before either is looked at.
        _ = try parameters.required("timestamp")
        let signature = try parameters.required("signature")
        let expiry = try checkTime(parameters, at: time)
        if credential.proof.isValid(signature, of: parameters.signedPayload) { return expiry }
        // Over a socket the official clients sign values as a query would have them, ccxt as they are.
        guard let encoded = parameters.encodedPayload,
            credential.proof.isValid(signature, of: encoded)
        else { throw .signatureInvalid }
        return expiry
    }

    /// The time alone, of a request whose connection has signed before.
    static func checkTime(
        _ parameters: RequestParameters,
        at time: Timestamp
    ) throws(DialectError) -> Timestamp {
        let timestampText = try parameters.required("timestamp")
        guard let timestamp = RequestParameters.integer(timestampText) else {
            throw .parameterMissing("timestamp")
        }
        let window = try parameters.integer("recvWindow", in: 0...windowMax) ?? windowDefault
        guard timestamp <= time.milliseconds + aheadMax else { throw .timestampAhead }
        guard timestamp >= time.milliseconds - window else { throw .timestampStale }
        return Timestamp(milliseconds: timestamp + window)
    }
}
