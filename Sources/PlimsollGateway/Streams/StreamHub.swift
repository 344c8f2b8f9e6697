import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Synchronization

/// The streams of a venue: takes events from the engine's thread and brings them to connections.
///
/// One event loop is the home of all encoding, so that an event is encoded once however many watch
/// it; each loop then hands the ready frames to its own connections. Every way is bounded: a
/// connection that does not read is dropped, and if the home falls too far behind the venue, all
/// connections are closed and start afresh, since a stream with a hole in it would be a lie.
///
/// Spec: STRM-008, STRM-009.
public final class StreamHub: Sendable {
    public struct Limits: Sendable {
        public var connectionCountMax = 4096
        /// Bytes that may wait for one connection to read them.
        public var backlogBytesMax = 1 << 20
        /// Events that may wait to be encoded.
        public var pendingEventCountMax = 2_000_000
        /// The longest message that a client may send, in one frame or in fragments.
        public var messageBytesMax = 1 << 16

        public init() {}
    }

    /// What the streams have to tell of themselves.
    public struct Status: Equatable, Sendable {
        public var connectionCount: Int
        public var connectionsOpened: Int
        /// Dropped because they did not read fast enough.
        public var slowConnectionsDropped: Int
        /// How often the streams fell behind the venue and all connections were closed.
        public var overruns: Int
    }

    private struct Inbox {
        var commands: [PublishedCommand] = []
        var eventCount = 0
        var isScheduled = false
        var hasOverrun = false
    }

    private struct Desk: Sendable {
        var number: Int
        var loop: any EventLoop
        var table: NIOLoopBound<SubscriberTable>
    }

    public let listenKeys: ListenKeyStore
    let limits: Limits
    let sessionLimits: WebSocketSession.Limits

    private let home: any EventLoop
    private let publisher: NIOLoopBoundBox<StreamPublisher?>
    private let disturbance: NIOLoopBoundBox<StreamDisturbance>
    private let faults: FaultDesk?
    private let inbox = Mutex(Inbox())
    private let desks = Mutex<[ObjectIdentifier: Desk]>([:])
    private let isWatched = Atomic<Bool>(false)
    private let connectionCount = Atomic<Int>(0)
    private let connectionsOpened = Atomic<Int>(0)
    private let slowConnectionsDropped = Atomic<Int>(0)
    private let overruns = Atomic<Int>(0)

    /// Begins to listen to the venue.
    convenience init(
        node: VenueNode,
        faults: FaultDesk? = nil,
        scenario: ScenarioWatch? = nil,
        listenKeys: ListenKeyStore = ListenKeyStore(),
        limits: Limits = Limits()
    ) {
        self.init(
            read: { body in node.read { body($0) } },
            faults: faults,
            control: faults.map { ControlRoom(node: node, faults: $0, scenario: scenario) },
            listenKeys: listenKeys,
            limits: limits,
            sessionLimits: WebSocketSession.Limits()
        )
        node.addListener { [weak self] batch in self?.publish(batch.commands) }
    }

    init(
        read: @escaping @Sendable (_ body: (borrowing VenueProjections) -> Void) -> Void,
        faults: FaultDesk? = nil,
        control: ControlRoom? = nil,
        listenKeys: ListenKeyStore,
        limits: Limits,
        sessionLimits: WebSocketSession.Limits
    ) {
        self.faults = faults
        self.listenKeys = listenKeys
        self.limits = limits
        self.sessionLimits = sessionLimits
        let home = MultiThreadedEventLoopGroup.singleton.next()
        self.home = home
        publisher = NIOLoopBoundBox.makeEmptyBox(valueType: StreamPublisher.self, eventLoop: home)
        disturbance = NIOLoopBoundBox.makeBoxSendingValue(StreamDisturbance(), eventLoop: home)
        home.execute { [self] in
            publisher.value = StreamPublisher(
                read: read,
                listenKeys: listenKeys,
                bookStandsStill: { faults?.silencesBook($0) ?? false },
                control: control
            )
            startTimers()
        }
    }

    public var status: Status {
        Status(
            connectionCount: connectionCount.load(ordering: .relaxed),
            connectionsOpened: connectionsOpened.load(ordering: .relaxed),
            slowConnectionsDropped: slowConnectionsDropped.load(ordering: .relaxed),
            overruns: overruns.load(ordering: .relaxed)
        )
    }

    // MARK: Connections

    /// Whether another connection would be within the bounds.
    var hasRoom: Bool { connectionCount.load(ordering: .relaxed) < limits.connectionCountMax }

    /// Makes an upgraded channel a stream connection.
    ///
    /// Called on the channel's event loop.
    ///
    /// - Parameters:
    ///   - channel: Free of HTTP from here on.
    ///   - head: The request for the upgrade.
    ///   - position: Where the handlers go; what stands behind them sees no more data.
    ///   - gateway: What answers requests, where the address takes them.
    /// - Throws: Where the address is not that of a stream connection.
    func install(
        on channel: any Channel,
        head: HTTPRequestHead,
        position: ChannelPipeline.SynchronousOperations.Position = .last,
        gateway: Gateway? = nil
    ) throws {
        guard let target = WebSocketTarget(address: head.uri),
            gateway != nil || !target.takesRequests
        else { throw StreamHubError.notAStreamAddress }
        let desk = desk(of: channel.eventLoop)
        let aggregator = NIOWebSocketFrameAggregator(
            minNonFinalFragmentSize: 0,
            maxAccumulatedFrameCount: 1024,
            maxAccumulatedFrameSize: limits.messageBytesMax
        )
        let protocolHandlers: [any ChannelHandler] = [
            WebSocketFrameEncoder(),
            ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.messageBytesMax)),
            WebSocketFrameRulesHandler(),
            aggregator,
        ]
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(protocolHandlers, position: position)
        // It looks for the encoder, so it comes after all of them have found their places.
        try pipeline.addHandler(
            WebSocketHandler(
                target: target,
                hub: self,
                desk: desk.number,
                table: desk.table.value,
                gateway: gateway
            ),
            position: .after(aggregator)
        )
        // Above the high mark a connection counts as one that does not read.
        let mark = ChannelOptions.Types.WriteBufferWaterMark(
            low: limits.backlogBytesMax / 2,
            high: limits.backlogBytesMax
        )
        channel.setOption(.writeBufferWaterMark, value: mark).whenFailure { _ in
            channel.close(promise: nil)
        }
    }

    /// Takes leave of every connection, before the server goes.
    public func close() async {
        closeAll(code: 1001, reason: "the venue is closing")
        for desk in desks.withLock({ Array($0.values) }) {
            // Comes after the closing frames in the loop's queue; a loop that has ended has no
            // connections left.
            try? await desk.loop.submit {}.get()
        }
    }

    private func closeAll(code: UInt16, reason: String) {
        for desk in desks.withLock({ Array($0.values) }) {
            desk.loop.execute { desk.table.value.closeAll(code: code, reason: reason) }
        }
    }

    private func desk(of loop: any EventLoop) -> Desk {
        desks.withLock { desks in
            if let desk = desks[ObjectIdentifier(loop)] { return desk }
            let desk = Desk(
                number: desks.count,
                loop: loop,
                table: NIOLoopBound(SubscriberTable(), eventLoop: loop)
            )
            desks[ObjectIdentifier(loop)] = desk
            return desk
        }
    }

    func connectionOpened() {
        connectionCount.add(1, ordering: .relaxed)
        connectionsOpened.add(1, ordering: .relaxed)
    }

    func connectionClosed() { connectionCount.subtract(1, ordering: .relaxed) }

    func connectionDropped() { slowConnectionsDropped.add(1, ordering: .relaxed) }

    /// Begins the streams for a connection of a desk; done when they run.
    func watch(_ names: [StreamName], desk: Int, isWrapped: Bool) -> EventLoopFuture<Void> {
        home.submit { [self] in
            // Set before the publisher reads the venue: what the venue does after that read comes
            // through the listener.
            isWatched.store(true, ordering: .sequentiallyConsistent)
            publisher.value?.watch(names, loop: desk, isWrapped: isWrapped)
        }
    }

    func unwatch(_ names: [StreamName], desk: Int, isWrapped: Bool) {
        home.execute { [self] in
            guard let publisher = publisher.value else { return }
            publisher.unwatch(names, loop: desk, isWrapped: isWrapped)
            isWatched.store(publisher.isWatched, ordering: .sequentiallyConsistent)
        }
    }

    // MARK: Events

    /// Called on the engine's thread, in order.
    func publish(_ commands: [PublishedCommand]) {
        guard isWatched.load(ordering: .sequentiallyConsistent) else { return }
        let eventCount = commands.reduce(0) { $0 + $1.events.count }
        let mustSchedule = inbox.withLock { inbox in
            if inbox.eventCount + eventCount > limits.pendingEventCountMax {
                inbox.hasOverrun = true
                inbox.commands = []
                inbox.eventCount = 0
            } else if !inbox.hasOverrun {
                inbox.commands += commands
                inbox.eventCount += eventCount
            }
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { home.execute { [self] in publishPending() } }
    }

    private func publishPending() {
        let (commands, hasOverrun) = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return (inbox.commands, inbox.hasOverrun)
        }
        if hasOverrun {
            overruns.add(1, ordering: .relaxed)
            // 1013: try again later.
            closeAll(code: 1013, reason: "the streams fell behind the venue")
            return
        }
        publisher.value?.publish(commands)
        deliver()
    }

    /// Hands the frames to the loops of their connections, each loop once.
    private func deliver() {
        guard let frames = publisher.value?.takeFrames(), !frames.isEmpty else { return }
        for desk in desks.withLock({ Array($0.values) })
        where frames.indices.contains(desk.number) && !frames[desk.number].isEmpty {
            let share = disturbed(frames[desk.number], loop: desk.number)
            desk.loop.execute { desk.table.value.deliver(share) }
        }
    }

    // MARK: Faults

    /// The frames of one loop, as the fault board leaves them.
    private func disturbed(_ frames: [StreamFrame], loop: Int) -> [StreamFrame] {
        guard let faults, faults.isArmed || disturbance.value.isPending else { return frames }
        let now = WallClock.now
        return disturbance.value.disturb(frames, loop: loop) { name, stream in
            stream.doorStream(listenKeys, at: now).map { faults.strikes(name, [$0]) } ?? false
        }
    }

    /// Ends the connections that a fault strikes.
    func applyDrops() {
        guard let faults, faults.isArmed else { return }
        let now = WallClock.now
        for desk in desks.withLock({ Array($0.values) }) {
            desk.loop.execute { [listenKeys] in
                desk.table.value.hangUp { connection in
                    let streams = connection.doorStreams(listenKeys, at: now)
                    return faults.strikes(.streamDrop, streams)
                        || faults.strikes(.maintenance, streams)
                }
            }
        }
    }

    // MARK: Timers

    private func startTimers() {
        for speed in StreamSpeed.timed {
            let period = TimeAmount.milliseconds(Int64(speed.rawValue))
            home.scheduleRepeatedTask(initialDelay: period, delay: period) { [weak self] task in
                guard let self else { return task.cancel() }
                publisher.value?.step(speed)
                deliver()
            }
        }
        home.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
            [weak self] task in
            guard let self else { return task.cancel() }
            endListenKeys()
            applyDrops()
        }
    }

    private func endListenKeys() {
        guard let ended = publisher.value?.endListenKeys(), !ended.isEmpty else { return }
        deliver()
        for desk in desks.withLock({ Array($0.values) }) {
            desk.loop.execute {
                for name in ended { desk.table.value.end(name) }
            }
        }
    }
}

enum StreamHubError: Error {
    case notAStreamAddress
}
