import ArgumentParser
import PlimsollNode

/// `plimsoll conform`: the venue's formulas and its whole engine against what files tell.
struct ConformCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conform",
        abstract: "Run vector files against the venue's formulas, scenarios against its engine.",
        discussion: """
            A vector is a formula with inputs and what comes out; a scenario is a whole flow of \
            commands with what is true after each, played on an empty venue in memory. One line \
            for each failure, one for each formula id that the venue does not have, and last \
            `N passed, N failed, N skipped`, where a scenario counts as one. Arithmetic is exact. \
            Exit code 1 if any failed.
            """
    )

    @Argument(help: "Vector and scenario files, or folders of them.")
    var paths: [String]

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let report: Conformance.Report
        do {
            report = try Conformance.run(paths: paths)
        } catch {
            throw CommandFailure(error.isMissing ? .notFound : .failed, error.description)
        }
        if json {
            try Console.say(json: Document(report))
        } else {
            list(report)
        }
        guard report.failures.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func list(_ report: Conformance.Report) {
        for failure in report.failures {
            let field = failure.field.isEmpty ? "" : " \(failure.field):"
            Console.say(
                "FAILED \(failure.id) (\(failure.formula)):\(field) expected \(failure.expected), "
                    + "got \(failure.got)"
            )
        }
        for (formula, count) in report.skipped.sorted(by: { $0.key < $1.key }) {
            Console.say("skipped \(formula): \(count)")
        }
        for table in report.tables { Console.remark("\(table) holds no vectors") }
        Console.say(report.summary)
    }

    private struct Document: Encodable {
        struct Failure: Encodable {
            let id, formula, profile, file, field, expected, got: String
        }

        let passed, failed, skipped: Int
        let failures: [Failure]
        let passedByFormula: [String: Int]
        let skippedByFormula: [String: Int]

        init(_ report: Conformance.Report) {
            passed = report.passedCount
            failed = report.failures.count
            skipped = report.skippedCount
            failures = report.failures.map {
                Failure(
                    id: $0.id,
                    formula: $0.formula,
                    profile: $0.profile,
                    file: $0.file,
                    field: $0.field,
                    expected: $0.expected,
                    got: $0.got
                )
            }
            passedByFormula = report.passed
            skippedByFormula = report.skipped
        }
    }
}
