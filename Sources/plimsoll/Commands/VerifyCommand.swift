import ArgumentParser
import PlimsollModel
import PlimsollNode

/// `plimsoll verify`: replays a journal and compares digests.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Replay a journal or the record of a run and compare digests.",
        discussion: """
            Every command is applied again by a fresh engine; the digests before every batch and \
            in every snapshot must be the recorded ones. A journal that no longer keeps its first \
            commands is replayed from its oldest snapshot. The RUN.json of `plimsoll run` is played \
            again from its scenario and seed. Exit code 6 on a difference, naming the first sequence \
            that differs.
            """
    )

    @Argument(help: "The data directory of a venue that is not running, or a record of a run.")
    var data: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        if data.hasSuffix(".json") { return try verifyRun() }
        let report: VerificationReport
        do {
            report = try VenueVerifier.verify(directory: data) { done, last in
                showProgress(done, of: last)
            }
        } catch {
            throw CommandFailure(error)
        }
        Console.remarkInPlace("")
        if json {
            try Console.say(json: Document(report))
        } else if report.mismatch == nil {
            Console.say(
                "commands \(report.commands), batches \(report.batches), snapshots "
                    + "\(report.snapshots): all replay as they were written"
            )
            if report.origin > .zero {
                Console.say(
                    "from the snapshot at command \(report.origin) on: what is before it is"
                        + " no longer kept"
                )
            }
            Console.say("sequence \(report.sequence), digest \(report.digest)")
        }
        guard let mismatch = report.mismatch else { return }
        guard !json else { throw ExitCode(ExitStatus.invariantBroken.rawValue) }
        throw CommandFailure(.invariantBroken, "sequence \(mismatch.first): \(mismatch)")
    }

    private func verifyRun() throws {
        let record: RunRecord
        let mismatch: VenueMismatch?
        do {
            record = try RunRecord.read(path: data)
        } catch {
            throw CommandFailure(scenario: error)
        }
        do {
            mismatch = try record.mismatch { share in
                Console.remarkInPlace("played \(Figures.percent(share, signed: false))")
            }
        } catch {
            throw failure(error)
        }
        Console.remarkInPlace("")
        if json {
            try Console.say(json: RunDocument(record, mismatch))
        } else if mismatch == nil {
            Console.say("\(record.name), seed \(record.seed): comes out as it was recorded")
            Console.say("sequence \(record.sequence), digest \(record.digest)")
        }
        guard let mismatch else { return }
        guard !json else { throw ExitCode(ExitStatus.invariantBroken.rawValue) }
        throw CommandFailure(.invariantBroken, "sequence \(mismatch.first): \(mismatch)")
    }

    private func failure(_ error: RunError) -> CommandFailure {
        switch error {
        case .scenario(let error): CommandFailure(scenario: error)
        case .node(let error): CommandFailure(error)
        case .otherRules(let profile):
            CommandFailure(
                .configuration,
                "the profile \(profile) has other rules than when the run was recorded"
            )
        }
    }

    private func showProgress(_ done: Sequence, of last: Sequence) {
        guard last > .zero else { return }
        Console.remarkInPlace("verified \(done) of \(last)")
    }

    private struct Mismatch: Encodable {
        let first, last: UInt64
        let recorded, replayed: String

        init(_ mismatch: VenueMismatch) {
            first = mismatch.first.rawValue
            last = mismatch.last.rawValue
            recorded = mismatch.recorded.description
            replayed = mismatch.replayed.description
        }
    }

    private struct RunDocument: Encodable {
        let verified: Bool
        let name: String
        let seed, sequence: UInt64
        let digest: String
        let mismatch: Mismatch?

        init(_ record: RunRecord, _ difference: VenueMismatch?) {
            verified = difference == nil
            name = record.name
            seed = record.seed
            sequence = record.sequence
            digest = record.digest
            mismatch = difference.map(Mismatch.init)
        }
    }

    private struct Document: Encodable {
        let verified: Bool
        let origin, commands, batches, sequence: UInt64
        let snapshots: Int
        let digest: String
        let mismatch: Mismatch?

        init(_ report: VerificationReport) {
            verified = report.mismatch == nil
            origin = report.origin.rawValue
            commands = report.commands
            batches = report.batches
            sequence = report.sequence.rawValue
            snapshots = report.snapshots
            digest = report.digest.description
            mismatch = report.mismatch.map(Mismatch.init)
        }
    }
}
