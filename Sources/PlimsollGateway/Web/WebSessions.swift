public import PlimsollModel
import Synchronization

/// Which browsers may act for the venue's own user.
///
/// A browser on the loopback proves nothing by being there: other users and other pages of the machine
/// are there too. It shows a token from a link that only the venue's user has seen, once, and gets a
/// cookie for it that no script can read. Beside the cookie every request that acts carries a header
/// that no page of another origin can set.
public final class WebSessions: Sendable {
    private struct State {
        var links: Set<String> = []
        var sessions: Set<String> = []
    }

    /// Older links and sessions than this many are forgotten.
    static let countMax = 64
    static let headerName = "X-Plimsoll-Session"

    /// Whose account a session opens; `nil` where the venue has no user of its own.
    let account: AccountID?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - account: Whose account a session opens.
    ///   - earlier: Sessions of a venue at the same address, which stay open.
    public init(account: AccountID? = nil, continuing earlier: WebSessions? = nil) {
        self.account = account
        if let earlier {
            let carried = earlier.state.withLock { $0 }
            state.withLock { $0 = carried }
        }
    }

    /// A token that opens one session.
    public func link() -> String {
        let token = Self.token()
        state.withLock { state in
            if state.links.count >= Self.countMax { state.links.removeAll() }
            state.links.insert(token)
        }
        return token
    }

    /// A session for the token of a link, which is spent by it; `nil` for one that is not known.
    func open(_ link: String) -> String? {
        let session = Self.token()
        return state.withLock { state in
            guard state.links.remove(link) != nil else { return nil }
            if state.sessions.count >= Self.countMax { state.sessions.removeAll() }
            state.sessions.insert(session)
            return session
        }
    }

    /// What a request with this cookie header opens: everything that the venue's user may do.
    ///
    /// The port is the venue's own: a machine's ports share their cookies.
    func credential(cookies: String?, port: Int) -> Credential? {
        guard let account, let cookies else { return nil }
        let name = Self.cookieName(port: port) + "="
        let tokens = cookies.split(separator: ";").map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(name) }
            .map { String($0.dropFirst(name.count)) }
        // A set finds by hash, whose seed no outsider knows, so its time tells nothing of a token.
        let isKnown = state.withLock { state in tokens.contains(where: state.sessions.contains) }
        guard isKnown else { return nil }
        return Credential(key: Self.keyName, secret: "", account: account, permissions: .all)
    }

    /// What stands in place of a key in lists.
    static let keyName = "web"

    static func cookieName(port: Int) -> String { "plimsoll-\(port)" }

    static func cookie(_ session: String, port: Int) -> String {
        "\(cookieName(port: port))=\(session); Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"
    }

    /// 256 bits.
    private static func token() -> String {
        // The system's generator is cryptographically secure on every platform that we build for.
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let word = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }.joined()
    }
}
