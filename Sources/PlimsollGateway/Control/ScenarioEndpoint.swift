import PlimsollModel
import PlimsollNode

// The scenarios that ship, how the one stands that the venue plays, and the way from one to the other.
extension Gateway {
    func scenarios(_ call: Call, _ json: inout JSONWriter) {
        json.beginObject()
        json.beginArray("scenarios")
        for entry in ScenarioGallery.entries() {
            json.beginObject()
            json.field("name", entry.name)
            json.field("title", entry.title)
            json.field("about", entry.about)
            json.field("duration", entry.duration)
            json.endObject()
        }
        json.endArray()
        json.key("running")
        json.running(configuration.scenario, of: node)
        json.field("home", configuration.isHome)
        json.endObject()
    }

    /// `{"play": "flash-crash"}`: ends this venue in good order and begins a fresh one with the
    /// scenario at the same address; `{"play": null}` comes back to the venue that was started.
    func play(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard call.credential?.permissions.contains(.admin) == true else { throw .keyUnknown }
        let request = try ControlRequest(call.parameters.body, allowed: ["play"])
        guard let wanted = request["play"] else { throw .parameterMissing("play") }
        let name = wanted == .null ? nil : try request.text("play")
        guard let stage = configuration.stage else {
            throw DialectError(-1000, "this venue plays what it was started with", status: 409)
        }
        do {
            try stage(name)
        } catch {
            throw DialectError(-1130, "\(error)")
        }
        json.beginObject()
        json.key("playing")
        if let name { json.string(name) } else { json.null() }
        json.endObject()
    }
}

extension JSONWriter {
    /// How the scenario stands that the venue plays; null where it plays none.
    mutating func running(_ watch: ScenarioWatch?, of node: VenueNode) {
        guard let watch, let start = node.script?.start else { return null() }
        let scenario = watch.scenario
        beginObject()
        field("name", scenario.name)
        field("title", scenario.title)
        field("about", scenario.about)
        field("startTime", start.milliseconds)
        field("countedSince", watch.since.milliseconds)
        field("endTime", start.advanced(byMilliseconds: scenario.duration).milliseconds)
        beginArray("thresholds")
        for (threshold, value) in watch.thresholds() {
            beginObject()
            field("metric", threshold.metric)
            field("comparison", threshold.comparison.rawValue)
            field("bound", threshold.bound.description)
            key("value")
            if let value { string(value.description) } else { null() }
            key("met")
            if let value { bool(threshold.holds(for: value)) } else { null() }
            endObject()
        }
        endArray()
        beginArray("metrics")
        for metric in watch.metrics() {
            beginObject()
            field("name", metric.name)
            field("unit", metric.unit.rawValue)
            field("value", metric.value.description)
            endObject()
        }
        endArray()
        endObject()
    }
}
