import PlimsollGateway

/// Where a venue listens and what it asks of who knocks, as the command line says.
struct Doors {
    /// The ports of a venue that is not told otherwise.
    static let standardPort: UInt16 = 9870
    static let standardTLSPort: UInt16 = 9871

    /// The certificate of the TLS listener.
    enum Identity {
        /// Made at the first start and kept with the data.
        case own
        case files(certificate: String, key: String)
    }

    let port: UInt16
    /// `nil` for no TLS listener; zero takes any free port.
    let tlsPort: UInt16?
    let identity: Identity
    let enforcesRateLimits: Bool
    let controlNeedsKey: Bool

    /// The same at the ports that were bound, for what follows in this process.
    func bound(to port: Int, tls: Int?) -> Doors {
        Doors(
            port: UInt16(clamping: port),
            tlsPort: tls.map { UInt16(clamping: $0) },
            identity: identity,
            enforcesRateLimits: enforcesRateLimits,
            controlNeedsKey: controlNeedsKey
        )
    }

    func tls(directory: String?) throws(TLSIdentityError) -> TLSListener? {
        guard let tlsPort else { return nil }
        let identity: TLSIdentity
        switch self.identity {
        case .own: identity = try .own(directory: directory)
        case .files(let certificate, let key):
            identity = try .files(certificate: certificate, key: key)
        }
        return TLSListener(port: Int(tlsPort), identity: identity)
    }

    /// The TLS port of who names none: the standard one beside the standard port, if it is free.
    static func tlsPort(beside port: UInt16) -> UInt16 {
        guard port == standardPort, case .free = LoopbackPort.state(of: standardTLSPort) else {
            return 0
        }
        return standardTLSPort
    }
}
