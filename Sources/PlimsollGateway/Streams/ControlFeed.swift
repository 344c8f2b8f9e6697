import PlimsollModel
import PlimsollNode

/// The venue as whoever runs it sees it.
struct ControlRoom: Sendable {
    let node: VenueNode
    let faults: FaultDesk
    let scenario: ScenarioWatch?

    func write(_ subject: ControlFeed.Subject, into json: inout JSONWriter) {
        switch subject {
        case .clock: json.clock(node.clock)
        case .faults:
            let report = faults.report()
            json.beginArray()
            for row in report.rows { json.fault(row, at: report.time) }
            json.endArray()
        case .stress:
            let stress = faults.report().stress
            json.beginObject()
            json.field("range", stress.range, decimals: 8)
            json.field("liquidations", stress.liquidations)
            json.endObject()
        case .scenario: json.running(scenario, of: node)
        case .failure:
            if let failure = node.failure { json.string("\(failure)") } else { json.null() }
        }
    }
}

/// What the stream of whoever runs the venue tells: all of it when somebody joins, each subject when it
/// has changed, and the clock every second, so that silence means something.
///
/// Four steps a second; what is dear to reckon is looked at less often.
///
/// Spec: STRM-016.
struct ControlFeed {
    enum Subject: String, CaseIterable {
        case clock
        case faults
        case stress
        case scenario
        case failure

        /// How many steps pass between two looks.
        fileprivate var period: Int {
            switch self {
            case .clock, .faults, .failure: 1
            case .stress: 4
            case .scenario: 8
            }
        }
    }

    /// A subject as it stands.
    struct News {
        var subject: Subject
        var value: [UInt8]
    }

    private static let clockPeriod = 4

    private var step = 0
    private var told: [Subject: [UInt8]] = [:]
    private var clock: (speed: Speed, isPaused: Bool)?

    mutating func take(from room: ControlRoom) -> [News] {
        defer { step += 1 }
        return Subject.allCases.filter { step.isMultiple(of: $0.period) }.compactMap { subject in
            guard subject != .clock || isClockDue(room.node.clock) else { return nil }
            var json = JSONWriter()
            room.write(subject, into: &json)
            let value = json.takeBytes()
            let isNews = told.updateValue(value, forKey: subject) != value
            guard isNews || subject == .clock else { return nil }
            return News(subject: subject, value: value)
        }
    }

    /// Its time always changes: what counts is how it runs.
    private mutating func isClockDue(_ status: ClockStatus) -> Bool {
        let isOther = clock.map { $0 != (status.speed, status.isPaused) } ?? true
        clock = (status.speed, status.isPaused)
        return isOther || step.isMultiple(of: Self.clockPeriod)
    }
}

extension JSONWriter {
    mutating func news(_ news: ControlFeed.News, at time: Timestamp) {
        beginObject()
        field("e", news.subject.rawValue)
        field("E", time)
        key("value")
        raw(news.value)
        endObject()
    }
}
