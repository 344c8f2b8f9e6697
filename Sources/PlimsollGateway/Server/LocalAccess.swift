import HTTPTypes

/// Decides which requests a local server may listen to.
///
/// Every web page can send requests to the loopback. A foreign page gives itself away by the `Host`
/// that its name resolution used or by the `Origin` that the browser adds; programs send no origin.
struct LocalAccess: Sendable {
    enum Verdict: Equatable, Sendable {
        case allowed
        case refused(reason: String)
    }

    private static let loopbackNames: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    /// The ports that the server listens at.
    let ports: Set<Int>
    /// Names besides the loopback's; with a port only that port, without one any.
    let allowedHosts: Set<String>

    /// - Parameters:
    ///   - host: The `Host` header.
    ///   - origin: The `Origin` header.
    ///   - fetchSite: The `Sec-Fetch-Site` header.
    ///   - changesState: Whether the request could change anything, as an upgrade can.
    /// - Returns: Whether to go on, else why not.
    func verdict(
        host: String?,
        origin: String?,
        fetchSite: String?,
        changesState: Bool
    ) -> Verdict {
        guard let host, isOwn(host.lowercased()) else {
            return .refused(reason: "Host is not allowed")
        }
        guard changesState else { return .allowed }
        if let origin {
            guard let originHost = Self.host(of: origin.lowercased()), isOwn(originHost) else {
                return .refused(reason: "Origin is not allowed")
            }
        } else if let fetchSite, fetchSite != "same-origin", fetchSite != "none" {
            return .refused(reason: "cross-site requests are not allowed")
        }
        return .allowed
    }

    /// The host and port of an origin; `nil` for `null` and anything that is no web origin.
    private static func host(of origin: String) -> String? {
        for (scheme, port) in [("http://", "80"), ("https://", "443")]
        where origin.hasPrefix(scheme) {
            let host = String(origin.dropFirst(scheme.count))
            // A browser leaves out the scheme's own port.
            return split(host).port == nil ? "\(host):\(port)" : host
        }
        return nil
    }

    private func isOwn(_ host: String) -> Bool {
        let (name, hostPort) = Self.split(host)
        if Self.loopbackNames.contains(name) { return hostPort.map(isOwnPort) ?? true }
        return allowedHosts.contains(name) || allowedHosts.contains(host)
    }

    private func isOwnPort(_ text: String) -> Bool { ports.contains { "\($0)" == text } }

    private static func split(_ host: String) -> (name: String, port: String?) {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else {
            return (host, nil)
        }
        return (String(host[..<colon]), String(host[host.index(after: colon)...]))
    }
}
