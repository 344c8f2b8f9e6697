public import PlimsollModel

/// A failure between clients and the venue: what is asked, what is answered, what is streamed.
public struct DoorFault: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// 503 whose text says that the execution status is unknown; `carriedOut` is the share of
        /// the requests that were carried out all the same.
        case unknownStatus(carriedOut: Rate)
        /// 408 -1007 after so long; of the requests, `carriedOut` were carried out.
        case timeout(milliseconds: Int64, carriedOut: Rate)
        /// Carried out at once, and answered so much later.
        case slowAck(milliseconds: Int64)
        /// Carried out, and the connection ends without an answer.
        case lostAck
        /// 429 -1003 with `Retry-After`; not carried out.
        case rateLimited(milliseconds: Int64)
        /// 418 -1003, banned for so long from now on; not carried out.
        case banned(milliseconds: Int64)
        /// 503 -1008; not carried out.
        case overloaded
        /// 503 -1016 to whatever is asked, and no streams; not carried out.
        case maintenance
        /// Money cannot leave an account.
        case haltedWithdrawals
        /// Stream connections end without a word, and new ones are refused.
        case streamDrop
        /// Books stand still: in answers, and on the streams, which stay open and silent.
        case staleBook
        /// Stream events that never arrive.
        case lostEvents
        /// Stream events that arrive twice.
        case duplicatedEvents
        /// Stream events that arrive after the next one of their stream.
        case reorderedEvents
        /// The venue's clock, as clients see it, is ahead by so much; behind where negative.
        case clockSkew(milliseconds: Int64)
    }

    /// The kinds by the names that control API, scenarios and command line use.
    public enum Name: String, CaseIterable, Sendable {
        case unknownStatus, timeout, slowAck, lostAck, rateLimited, banned, overloaded, maintenance
        case haltedWithdrawals, streamDrop, staleBook, lostEvents, duplicatedEvents
        case reorderedEvents, clockSkew
    }

    public var kind: Kind
    public var scope: FaultScope
    public var schedule: FaultSchedule

    public init(
        _ kind: Kind,
        scope: FaultScope = .everything,
        schedule: FaultSchedule = FaultSchedule()
    ) {
        self.kind = kind
        self.scope = scope
        self.schedule = schedule
    }
}

/// What of the door a fault touches; what is `nil` is not told apart.
///
/// The control API is never touched: whoever breaks the venue can mend it.
public struct FaultScope: Hashable, Sendable {
    public var ways: Set<DoorWay>?
    public var requests: Set<RequestKind>?
    /// Only requests signed by a key of this account, and its user data streams.
    public var account: AccountID?
    /// Only requests that name this symbol, and its streams.
    public var symbol: Symbol?

    public init(
        ways: Set<DoorWay>? = nil,
        requests: Set<RequestKind>? = nil,
        account: AccountID? = nil,
        symbol: Symbol? = nil
    ) {
        self.ways = ways
        self.requests = requests
        self.account = account
        self.symbol = symbol
    }

    public static let everything = FaultScope()
}

/// By which way a client is at the door.
public enum DoorWay: String, CaseIterable, Hashable, Sendable {
    case rest
    /// Requests over the WebSocket API.
    case socket
    /// Market and user data streams.
    case stream
}

/// What a request is about.
public enum RequestKind: String, CaseIterable, Hashable, Sendable {
    /// New and amended orders.
    case orders
    case cancels
    /// Leverage, margin mode and the like.
    case settings
    /// What is asked of an account.
    case account
    /// What anybody may ask.
    case market
    /// Keys of user data streams.
    case listenKeys
    case withdrawals
}

extension DoorFault.Kind {
    public var name: DoorFault.Name {
        switch self {
        case .unknownStatus: .unknownStatus
        case .timeout: .timeout
        case .slowAck: .slowAck
        case .lostAck: .lostAck
        case .rateLimited: .rateLimited
        case .banned: .banned
        case .overloaded: .overloaded
        case .maintenance: .maintenance
        case .haltedWithdrawals: .haltedWithdrawals
        case .streamDrop: .streamDrop
        case .staleBook: .staleBook
        case .lostEvents: .lostEvents
        case .duplicatedEvents: .duplicatedEvents
        case .reorderedEvents: .reorderedEvents
        case .clockSkew: .clockSkew
        }
    }

    /// How long or how far, where the kind has such a measure.
    public var milliseconds: Int64? {
        switch self {
        case .timeout(let milliseconds, _), .slowAck(let milliseconds),
            .rateLimited(let milliseconds), .banned(let milliseconds),
            .clockSkew(let milliseconds):
            milliseconds
        default: nil
        }
    }

    /// The share of the requests that were carried out, where it is not all or none.
    public var carriedOut: Rate? {
        switch self {
        case .unknownStatus(let carriedOut), .timeout(_, let carriedOut): carriedOut
        default: nil
        }
    }
}
