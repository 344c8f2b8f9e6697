import PlimsollModel
import PlimsollNode

// The venue's clock under the control API's hand. Speeds are decimals and never floating point.
extension Gateway {
    func clock(_ call: Call, _ json: inout JSONWriter) { json.clock(node.clock) }

    /// `{"runUntil": ms}`, `{"step": ms}`, or any of `{"speed": x, "paused": bool}`.
    ///
    /// A run and a step answer once venue time is there.
    func setClock(_ call: Call, _ json: inout JSONWriter) async throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: ["runUntil", "step", "speed", "paused"]
        )
        let changes = try Self.changes(request)
        guard !changes.isEmpty else {
            throw DialectError(-1102, "one of runUntil, step, speed, paused has to be given")
        }
        var status = node.clock
        for change in changes {
            do {
                status = try await node.setClock(change)
            } catch {
                throw unavailable(error)
            }
        }
        // A run takes what its venue time takes: that is no part of writing the answer.
        call.progress.noteReply()
        json.clock(status)
    }

    private static func changes(
        _ request: ControlRequest
    ) throws(DialectError) -> [ClockChange] {
        var changes: [ClockChange] = []
        if let speed = try request.text("speed") { changes.append(.speed(try Self.speed(speed))) }
        if let isPaused = try request.bool("paused") { changes.append(isPaused ? .pause : .resume) }
        if let end = try request.integer("runUntil") {
            changes.append(.runUntil(Timestamp(milliseconds: end)))
        }
        if let step = try request.integer("step") {
            guard step > 0 else { throw .valueInvalid("step") }
            changes.append(.step(step))
        }
        let runs = request["runUntil"] != nil || request["step"] != nil
        guard !runs || changes.count == 1 else { throw .combinationInvalid }
        return changes
    }

    private static func speed(_ text: String) throws(DialectError) -> Speed {
        if text == "max" { return .unlimited }
        guard let rate = try? Rate(parsing: text), rate > .zero else {
            throw .valueInvalid("speed")
        }
        return .times(rate)
    }
}

extension JSONWriter {
    mutating func clock(_ clock: ClockStatus) {
        beginObject()
        field("venueTime", clock.venueTime)
        field("wallTime", WallClock.now)
        key("speed")
        switch clock.speed {
        case .times(let rate):
            decimal(units: Int128(rate.units), scale: 8, decimalsMin: 0, decimalsMax: 8)
        case .unlimited: string("max")
        }
        field("paused", clock.isPaused)
        key("runUntil")
        if let end = clock.runUntil { integer(end.milliseconds) } else { null() }
        endObject()
    }
}
