public import PlimsollModel

/// What the board has to know of a request.
public struct DoorRequest: Hashable, Sendable {
    public var way: DoorWay
    public var kind: RequestKind
    /// Whose key came with it.
    public var account: AccountID?
    public var symbol: Symbol?

    public init(
        _ way: DoorWay,
        _ kind: RequestKind,
        account: AccountID? = nil,
        symbol: Symbol? = nil
    ) {
        self.way = way
        self.kind = kind
        self.account = account
        self.symbol = symbol
    }
}

/// What the board has to know of a stream, or of a connection.
public struct DoorStream: Hashable, Sendable {
    public var way: DoorWay
    /// Whose user data it tells.
    public var account: AccountID?
    public var symbol: Symbol?

    public init(_ way: DoorWay = .stream, account: AccountID? = nil, symbol: Symbol? = nil) {
        self.way = way
        self.account = account
        self.symbol = symbol
    }
}

/// What becomes of a request at the door.
public struct DoorVerdict: Hashable, Sendable {
    public enum Answer: Hashable, Sendable {
        /// The venue's.
        case own
        /// That of the fault, whatever the venue would have said.
        case failure(DoorFault.Kind)
        /// None: the connection ends.
        case nothing
    }

    public var answer = Answer.own
    public var isCarriedOut = true
    /// Milliseconds of the client's time for which the answer is held back.
    public var delay: Int64 = 0
    /// Milliseconds by which the venue's clock is ahead.
    public var clockSkew: Int64 = 0
    public var showsStaleBook = false

    public init() {}

    /// Nothing is wrong.
    public static let open = DoorVerdict()
}

extension DoorFault {
    /// Whether a request is within the fault's reach.
    func touches(_ request: DoorRequest) -> Bool {
        switch kind {
        case .streamDrop, .lostEvents, .duplicatedEvents, .reorderedEvents: return false
        case .haltedWithdrawals: guard request.kind == .withdrawals else { return false }
        // Transfers come by the operator's own door, so a fault has to name them to reach them.
        default: guard request.kind != .withdrawals || scope.requests != nil else { return false }
        }
        return scope.ways?.contains(request.way) ?? true
            && scope.requests?.contains(request.kind) ?? true
            && (scope.account == nil || scope.account == request.account)
            // Which books of an answer stand still is looked up book by book.
            && (scope.symbol == nil || scope.symbol == request.symbol || kind == .staleBook)
    }

    /// Whether a stream is within the fault's reach.
    func touches(_ stream: DoorStream) -> Bool {
        scope.ways?.contains(stream.way) ?? true
            && (scope.account == nil || scope.account == stream.account)
            && (scope.symbol == nil || scope.symbol == stream.symbol)
    }
}
