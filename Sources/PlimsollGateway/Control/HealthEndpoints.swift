import PlimsollModel
import PlimsollNode
import PlimsollProjections

// What whoever operates the venue asks of it: does it live, does it take orders, how long does it take.
extension Gateway {
    /// After so long at one batch the engine's thread counts as stuck.
    private static let nanosecondsBehindMax: UInt64 = 10_000_000_000

    /// Whether the venue does its work; where it does not, a restart is what is left to try.
    func health(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let behind = node.statistics.nanosecondsBehind
        if let failure = node.failure { throw DialectError(-1000, "\(failure)", status: 503) }
        guard behind < Self.nanosecondsBehindMax else {
            let seconds = behind / 1_000_000_000
            throw DialectError(
                -1000,
                "the venue has been at one batch for \(seconds) s",
                status: 503
            )
        }
        json.beginObject()
        json.field("healthy", true)
        json.field("behindMilliseconds", Int(behind / 1_000_000))
        json.endObject()
    }

    /// Whether orders sent now can be executed.
    func ready(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let isPaused = node.clock.isPaused
        let isPriced = node.read { venue in venue.markets.contains { $0.prices != nil } }
        var reasons: [String] = []
        if let failure = node.failure { reasons.append("\(failure)") }
        if isClosing { reasons.append("the venue is closing") }
        // Whoever stops the clock knows that nothing comes.
        if !isPriced, !isPaused { reasons.append("no market has a price yet") }
        if node.statistics.nanosecondsBehind >= Self.nanosecondsBehindMax {
            reasons.append("commands wait too long")
        }
        guard reasons.isEmpty else {
            throw DialectError(-1016, reasons.joined(separator: "; "), status: 503, retrySeconds: 1)
        }
        json.beginObject()
        json.field("ready", true)
        json.endObject()
    }

    /// How long each stage of a request took within the last minute.
    func stageMetrics(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let gate = gate.status
        json.beginObject()
        json.field("windowMilliseconds", Int(StageMeter.windowNanoseconds / 1_000_000))
        json.beginArray("stages")
        for figures in node.stages.figures() {
            json.beginObject()
            json.field("name", figures.stage.name)
            json.field("count", figures.count)
            json.field("p50Microseconds", Self.microseconds(figures.median))
            json.field("p99Microseconds", Self.microseconds(figures.percentile99))
            json.field("maxMicroseconds", Self.microseconds(figures.longest))
            json.endObject()
        }
        json.endArray()
        json.field("requestsUnderWay", gate.underWay)
        json.field("requestsWaiting", gate.waiting)
        json.field("requestsShed", Int(gate.refused))
        json.field("commandsQueued", node.statistics.queued)
        json.key("residentBytes")
        if let bytes = ProcessMemory.residentBytes { json.integer(bytes) } else { json.null() }
        json.endObject()
    }

    /// Rounded up: what was measured is never told as nothing.
    private static func microseconds(_ nanoseconds: UInt64) -> Int {
        Int((nanoseconds + 999) / 1000)
    }
}
