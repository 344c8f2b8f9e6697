/// A reader of foreign bytes.
///
/// Each takes any bytes and holds facts about what it read: libFuzzer's run ends where one does not
/// hold, the test of the kept corpus records an issue. What a reader refuses is no fault.
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
