import ArgumentParser
import PlimsollJournal

/// `plimsoll backup`: a checked copy of a journal, also while its venue runs.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a venue's journal into a new directory, also while the venue runs.",
        discussion: """
            Every record is checked on the way. The copy holds no key and no certificate. \
            `plimsoll up --data TO` starts it; `plimsoll restore` makes of it the venue as it was earlier.
            """
    )

    @Argument(help: "The data directory of a venue.")
    var data: String

    @Argument(help: "Where the copy is made: an empty or a new directory.")
    var to: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        try JournalCopyReport.make(of: data, in: to, upTo: .last, asJSON: json)
    }
}
