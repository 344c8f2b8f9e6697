import PlimsollModel
import PlimsollNode

// The scenarios that ship, and how the one stands that the venue plays.
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
        if let watch = configuration.scenario, let script = node.script {
            json.running(watch, since: script.start)
        } else {
            json.null()
        }
        json.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func running(_ watch: ScenarioWatch, since start: Timestamp) {
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
