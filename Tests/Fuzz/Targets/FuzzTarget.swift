/// A reader of foreign bytes.
///
/// Each takes any bytes and traps where a fact about what it read does not hold. What it refuses is
/// no fault.
enum FuzzTarget: String, CaseIterable {
    case decimal
    /// Query and form body of a request, with every value that is read from them.
    case query
    /// The bodies of the control API, socket requests and stream messages.
    case json
    /// What comes over a WebSocket.
    case frames
    /// The body of a journal's record.
    case journal
    /// The write-ahead log that a crash left.
    case log
    /// Recordings, in every layout and packing.
    case tape
    case scenario
    case profile

    func take(_ bytes: [UInt8]) {
        switch self {
        case .decimal: readDecimal(bytes)
        case .query: readQuery(bytes)
        case .json: readJSON(bytes)
        case .frames: readFrames(bytes)
        case .journal: readJournal(bytes)
        case .log: readWriteAheadLog(bytes)
        case .tape: readTape(bytes)
        case .scenario: readScenario(bytes)
        case .profile: readProfile(bytes)
        }
    }
}

/// Ends the run with the bytes that did it.
func hold(_ fact: Bool, _ words: @autoclosure () -> String) {
    precondition(fact, words())
}
