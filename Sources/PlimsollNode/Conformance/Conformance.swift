import Foundation

/// Runs vector files against the venue's formulas, and flow files against the whole engine.
public enum Conformance {
    /// Why vectors could not be run at all.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// Whether the path does not exist, as against a file that is not a vector file.
        public var isMissing: Bool
        public var file: String
        public var reason: String

        public var description: String { "\(file): \(reason)" }
    }

    /// What a run found.
    public struct Report: Sendable {
        public struct Failure: Hashable, Sendable {
            public var id: String
            public var formula: String
            public var profile: String
            public var file: String
            /// The field that differs first.
            public var field: String
            public var expected: String
            public var got: String
        }

        public var failures: [Failure] = []
        /// How many vectors passed, by formula id.
        public var passed: [String: Int] = [:]
        /// How many vectors were left out because no formula answers their id.
        public var skipped: [String: Int] = [:]
        /// Files without vectors, such as tables of data.
        public var tables: [String] = []

        public var passedCount: Int { passed.values.reduce(0, +) }
        public var skippedCount: Int { skipped.values.reduce(0, +) }
        public var summary: String {
            "\(passedCount) passed, \(failures.count) failed, \(skippedCount) skipped"
        }
    }

    /// The formula ids that the venue answers.
    public static var formulas: [String] { FormulaChecks.all.keys.sorted() }

    /// Runs every vector of files, and of the `.json` files directly inside folders.
    public static func run(paths: [String]) throws(Problem) -> Report {
        var report = Report()
        for path in paths {
            for file in try files(at: path) { try run(file: file, into: &report) }
        }
        return report
    }

    private static func files(at path: String) throws(Problem) -> [String] {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Problem(isMissing: true, file: path, reason: "there is no such file or folder")
        }
        // A file has no contents as a folder.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            return [path]
        }
        return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(path)/\($0)" }
    }

    private static func run(file: String, into report: inout Report) throws(Problem) {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw Problem(isMissing: false, file: file, reason: "the file cannot be read")
        }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            let place = error.path.isEmpty ? "" : "\(error.path): "
            throw Problem(isMissing: false, file: file, reason: place + error.reason)
        }
        guard case .object(let members) = document else {
            throw Problem(isMissing: false, file: file, reason: "not a vector file")
        }
        if ConformanceFlow.isFlow(members) {
            try run(flow: document, of: file, into: &report)
            return
        }
        guard case .list(let vectors)? = members["vectors"] else {
            report.tables.append(file)
            return
        }
        for (index, vector) in vectors.enumerated() {
            guard let vector = Vector(vector) else {
                throw Problem(
                    isMissing: false,
                    file: file,
                    reason: "vectors[\(index)] lacks id, formula, inputs, expected or a tolerance"
                )
            }
            run(vector, of: file, into: &report)
        }
    }

    /// The id under which flows are counted, beside those of formulas.
    static let flowFormula = "SCENARIO"

    private static func run(
        flow document: JSONValue,
        of file: String,
        into report: inout Report
    ) throws(Problem) {
        let name: String
        let failure: FlowFailure?
        do {
            let flow = try ConformanceFlow(DocumentReader(file: file, path: "", value: document))
            name = flow.name
            failure = try flow.run()
        } catch {
            let place = error.path.isEmpty ? "" : "\(error.path): "
            throw Problem(isMissing: false, file: file, reason: place + error.reason)
        }
        guard let failure else {
            report.passed[flowFormula, default: 0] += 1
            return
        }
        report.failures.append(
            Report.Failure(
                id: "\(file) \(failure.step) of \(name)",
                formula: flowFormula,
                profile: "",
                file: file,
                field: failure.mismatch.field,
                expected: failure.mismatch.expected,
                got: failure.mismatch.got
            )
        )
    }

    private static func run(_ vector: Vector, of file: String, into report: inout Report) {
        guard let check = FormulaChecks.all[vector.formula] else {
            report.skipped[vector.formula, default: 0] += 1
            return
        }
        guard let mismatch = vector.mismatch(under: check) else {
            report.passed[vector.formula, default: 0] += 1
            return
        }
        report.failures.append(
            Report.Failure(
                id: vector.id,
                formula: vector.formula,
                profile: vector.profile,
                file: file,
                field: mismatch.field,
                expected: mismatch.expected,
                got: mismatch.got
            )
        )
    }
}

/// One vector: inputs, what someone else says comes out, and how exactly.
struct Vector: Sendable {
    let id: String
    let profile: String
    let formula: String
    let inputs: [String: JSONValue]
    let expected: JSONValue
    let tolerance: Tolerance

    init?(_ value: JSONValue) {
        guard case .object(let members) = value,
            case .text(let id)? = members["id"],
            case .text(let formula)? = members["formula"],
            case .object(let inputs)? = members["inputs"],
            let expected = members["expected"],
            case .object(let tolerance)? = members["tolerance"]
        else { return nil }
        self.id = id
        self.formula = formula
        self.inputs = inputs
        self.expected = expected
        if case .text(let profile)? = members["profile"] {
            self.profile = profile
        } else {
            profile = ""
        }
        self.tolerance = Tolerance(
            absolute: tolerance["abs"]?.exact,
            relative: tolerance["rel"]?.exact
        )
    }

    /// How the outcome of a check parts from what the vector expects; `nil` where it does not.
    func mismatch(under check: FormulaCheck) -> VectorMismatch? {
        do {
            let outcome = VectorOutcome.object(try check(VectorInputs(values: inputs)))
            return outcome.mismatch(with: expected, within: tolerance)
        } catch ConformanceProblem.refused where expected.expectsRefusal {
            return nil
        } catch {
            return VectorMismatch(field: "", expected: expected.brief, got: error.sentence)
        }
    }
}
