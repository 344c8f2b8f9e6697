/// Where another server is: scheme, host and port, and a path in front of all its paths.
public struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    public let isEncrypted: Bool
    public let host: String
    public let port: Int
    /// Without a slash at its end; mostly empty.
    public let basePath: String

    /// Reads `https://data.example.com/mirror`; `ws` and `wss` mean the same server.
    public init?(_ text: String) {
        let schemes = [("http://", false), ("https://", true), ("ws://", false), ("wss://", true)]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0.0) }) else {
            return nil
        }
        let rest = text.dropFirst(scheme.0.count)
        let authority = rest.prefix { $0 != "/" }
        // Nothing beyond an address belongs here, and a name before it would be a password's.
        guard !rest.contains(where: { "?#@ ".contains($0) || !$0.isASCII }) else { return nil }
        let colon = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
        let name = colon.map { authority[..<$0] } ?? authority
        let number = colon.map { Int(authority[authority.index(after: $0)...]) }
        if let number {
            guard let number, (1...65_535).contains(number) else { return nil }
            port = number
        } else {
            port = scheme.1 ? 443 : 80
        }
        guard !name.isEmpty else { return nil }
        host = String(name.filter { $0 != "[" && $0 != "]" })
        isEncrypted = scheme.1
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path = path.dropLast() }
        basePath = String(path)
    }

    /// As the `Host` header says it.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? name : "\(name):\(port)"
    }

    public var description: String {
        "\(isEncrypted ? "https" : "http")://\(authority)\(basePath)"
    }
}
