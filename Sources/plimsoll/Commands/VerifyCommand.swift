import ArgumentParser
import PlimsollModel
import PlimsollNode

/// `plimsoll verify`: replays a journal and compares digests.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Replay a data directory's journal and compare digests.",
        discussion: """
            Every command is applied again by a fresh engine; the digests before every batch and \
            in every snapshot must be the recorded ones. Exit code 6 on a difference, naming the \
            first sequence that differs.
            """
    )

    @Argument(help: "The data directory of a venue that is not running.")
    var data: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let report: VerificationReport
        do {
            report = try VenueVerifier.verify(directory: data) { done, last in
                showProgress(done, of: last)
            }
        } catch {
            throw CommandFailure(error)
        }
        if Console.showsProgress { Console.remarkInPlace("") }
        if json {
            try Console.say(json: Document(report))
        } else if report.mismatch == nil {
            Console.say(
                "commands \(report.commands), batches \(report.batches), snapshots "
                    + "\(report.snapshots): all replay as they were written"
            )
            Console.say("sequence \(report.sequence), digest \(report.digest)")
        }
        guard let mismatch = report.mismatch else { return }
        guard !json else { throw ExitCode(ExitStatus.invariantBroken.rawValue) }
        throw CommandFailure(.invariantBroken, "sequence \(mismatch.first): \(mismatch)")
    }

    private func showProgress(_ done: Sequence, of last: Sequence) {
        guard Console.showsProgress, last > .zero else { return }
        Console.remarkInPlace("verified \(done) of \(last)")
    }

    private struct Document: Encodable {
        struct Mismatch: Encodable {
            let first, last: UInt64
            let recorded, replayed: String
        }

        let verified: Bool
        let commands, batches, sequence: UInt64
        let snapshots: Int
        let digest: String
        let mismatch: Mismatch?

        init(_ report: VerificationReport) {
            verified = report.mismatch == nil
            commands = report.commands
            batches = report.batches
            sequence = report.sequence.rawValue
            snapshots = report.snapshots
            digest = report.digest.description
            mismatch = report.mismatch.map {
                Mismatch(
                    first: $0.first.rawValue,
                    last: $0.last.rawValue,
                    recorded: $0.recorded.description,
                    replayed: $0.replayed.description
                )
            }
        }
    }
}
