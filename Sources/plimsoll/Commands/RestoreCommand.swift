import ArgumentParser
import PlimsollJournal
import PlimsollModel

/// `plimsoll restore`: the venue as it was earlier, or what is left of a damaged one.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract:
            "Make a data directory from a backup: whole, up to a command, or what is not damaged.",
        discussion: """
            The other directory is only read. Without an option everything is copied, and damage is \
            refused with its position.

            plimsoll restore backup data --time 2026-01-31T08:00:00Z
            """
    )

    @Argument(help: "A backup, or a data directory.")
    var from: String

    @Argument(help: "The new data directory: empty or not there.")
    var to: String

    @Option(help: "The last command that is kept.")
    var command: UInt64?

    @Option(
        help: "Keep the commands up to this venue time, such as 2026-01-31T08:00:00Z.",
        transform: TimeArgument.moment
    )
    var time: Int64?

    @Flag(help: "Cut off a damaged journal before the damage, and say where.")
    var lastGood = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard [command != nil, time != nil, lastGood].filter({ $0 }).count < 2 else {
            throw ValidationError("Give one of --command, --time and --last-good.")
        }
        guard command != 0 else { throw ValidationError("The first command is 1.") }
    }

    func run() throws {
        try JournalCopyReport.make(of: from, in: to, upTo: end, asJSON: json)
    }

    private var end: JournalCopy.End {
        if let command { return .command(Sequence(rawValue: command)) }
        if let time { return .time(Timestamp(milliseconds: time)) }
        return lastGood ? .damage : .last
    }
}
