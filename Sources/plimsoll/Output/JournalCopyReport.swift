import PlimsollJournal
import PlimsollModel
import PlimsollNode

/// What a copy of a journal holds, in words or as JSON.
struct JournalCopyReport: Encodable {
    private let origin, lastSequence: UInt64
    private let lastTime: Int64
    private let snapshots, bytes: Int
    /// Why the copy ends where it does; not there where nothing was damaged.
    private let damage: String?

    private init(_ copy: JournalCopy) {
        origin = copy.origin.rawValue
        lastSequence = copy.lastSequence.rawValue
        lastTime = copy.lastTime.milliseconds
        snapshots = copy.snapshotCount
        bytes = copy.size
        damage = copy.damage?.description
    }

    /// Makes a copy and tells of it.
    static func make(
        of directory: String,
        in target: String,
        upTo end: JournalCopy.End,
        asJSON: Bool
    ) throws {
        let copy: JournalCopy
        do {
            copy = try JournalCopy.make(of: directory, in: target, upTo: end) { done in
                Console.remarkInPlace("copied up to command \(done)")
            }
        } catch {
            throw CommandFailure(NodeError.journal(error))
        }
        Console.remarkInPlace("")
        guard !asJSON else { return try Console.say(json: JournalCopyReport(copy)) }
        Console.say(
            "commands \(copy.origin.next) to \(copy.lastSequence), snapshots"
                + " \(copy.snapshotCount), \(copy.size / 1_000_000) MB, up to"
                + " \(TimeArgument.text(copy.lastTime.milliseconds)) of the venue's time"
        )
        if let damage = copy.damage {
            Console.say("cut there: \(damage)")
        } else if end == .damage {
            Console.say("nothing was damaged")
        }
    }
}
