import PlimsollTestSupport
import Testing

private let tree = SourceTree()

/// What each module may import of the project's own: the layers below it.
private let walls: [String: Set<String>] = [
    "PlimsollModel": [],
    "PlimsollEngine": ["PlimsollModel"],
    "PlimsollJournal": ["PlimsollModel"],
    "PlimsollProjections": ["PlimsollModel"],
    "PlimsollAgents": ["PlimsollModel"],
    "PlimsollTapes": ["PlimsollModel"],
    "PlimsollNode": [
        "PlimsollModel", "PlimsollEngine", "PlimsollJournal", "PlimsollProjections",
        "PlimsollAgents", "PlimsollTapes",
    ],
    "PlimsollGateway": [
        "PlimsollModel", "PlimsollEngine", "PlimsollProjections", "PlimsollNode", "PlimsollTapes",
    ],
    "plimsoll": [
        "PlimsollModel", "PlimsollEngine", "PlimsollJournal", "PlimsollProjections",
        "PlimsollAgents", "PlimsollTapes", "PlimsollNode", "PlimsollGateway",
    ],
]

/// Modules that hold nothing but values and rules: no clock, chance, thread, file or fraction.
private let pure = ["PlimsollModel", "PlimsollEngine"]

private func places(_ file: SourceTree.File, where isFound: (String) -> Bool) -> [String] {
    file.code.enumerated().compactMap { isFound($1) ? "\(file.path):\($0 + 1): \($1)" : nil }
}

@Suite(.computesForLong) struct `The sources are tidy` {
    @Test func `a module imports only from the layers below it`() throws {
        let files = try tree.files(under: "Sources", suffix: ".swift")
        #expect(files.count > 50)
        for file in files {
            let allowed = try #require(walls[file.module], "a module without walls: \(file.path)")
            for name in file.imports where name.lowercased().hasPrefix("plimsoll") {
                #expect(allowed.contains(name), "\(file.path) imports \(name)")
            }
        }
    }

    @Test(arguments: pure)
    func `model and engine import nothing from outside`(module: String) throws {
        for file in try tree.files(under: "Sources/\(module)", suffix: ".swift") {
            for name in file.imports { #expect(name == "PlimsollModel", "\(file.path)") }
        }
    }

    @Test(arguments: pure)
    func `model and engine know no clock, chance, thread, file or fraction`(module: String) throws {
        let forbidden =
            /\b(Double|Float|Float16|Date|UUID|Task|Thread|Mutex|FileManager)\b|\b(async|await|print|getenv)\b|\brandom\(|RandomNumberGenerator|\w+Clock\b/
        for file in try tree.files(under: "Sources/\(module)", suffix: ".swift") {
            #expect(places(file) { $0.contains(forbidden) } == [])
        }
    }

    @Test(arguments: pure)
    func `model and engine hold nothing that is kept in hash order`(module: String) throws {
        let unordered = /\b(Dictionary|Set)<|: *\[\w+ *: *\w+[\]<?.]|\.hashValue\b|\bHasher\(/
        for file in try tree.files(under: "Sources/\(module)", suffix: ".swift") {
            #expect(places(file) { $0.contains(unordered) } == [])
        }
    }

    @Test func `the gateway holds no engine of its own`() throws {
        for file in try tree.files(under: "Sources/PlimsollGateway", suffix: ".swift") {
            #expect(places(file) { $0.contains(/\bEngine\(/) } == [])
        }
    }

    @Test(arguments: ["Sources", "Tests"])
    func `no file is longer than six hundred lines`(folder: String) throws {
        for suffix in [".swift", ".py"] {
            for file in try tree.files(under: folder, suffix: suffix) {
                #expect(file.lines.count <= 601, "\(file.path): \(file.lines.count) lines")
            }
        }
    }

    @Test(arguments: ["Sources", "Tests"])
    func `every room has a name, and nothing is left for later`(folder: String) throws {
        let nameless = /(^|\/|\+)(Utils?|Helpers?|Common|Misc|New)(\.swift|\/)/
        // Put together here, so that this file does not find itself.
        let unfinished: Set = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        for file in try tree.files(under: folder, suffix: ".swift") {
            #expect(!file.path.contains(nameless), "\(file.path)")
            for line in file.lines {
                let words = line.split { !$0.isLetter }.map(String.init)
                #expect(unfinished.isDisjoint(with: words), "\(file.path): \(line)")
            }
        }
    }

    @Test func `every clause cited exists, and sources and tests cite every clause`() throws {
        let cited = try citations(under: "Sources", after: /Spec: (.*)/)
        // The slow twin, which is written from the clauses and compared with the engine, names them in
        // its comments.
        let held = try citations(under: "Tests", after: /\/\/ (.*)/)
        var written: Set<String> = []
        for file in try tree.files(under: "Documentation/Specification", suffix: ".md") {
            for line in file.lines {
                guard let match = line.prefixMatch(of: /- \*\*([A-Z]+-\d{3})\*\* \S/) else {
                    continue
                }
                let clause = String(match.1)
                #expect(!written.contains(clause), "\(clause) is written twice")
                written.insert(clause)
            }
        }
        let unwritten = cited.filter { !written.contains($0.key) }
        #expect(unwritten.isEmpty, "cited, and on no page")
        let uncited = written.filter { cited[$0] == nil }
        #expect(uncited.isEmpty, "written, and implemented by no source")
        let unheld = written.filter { held[$0] == nil }
        #expect(unheld.isEmpty, "written, and held by no test")
        #expect(written.count > 50)
    }

    /// Where each clause is cited.
    private func citations(
        under folder: String,
        after sign: Regex<(Substring, Substring)>
    ) throws -> [String: String] {
        var cited: [String: String] = [:]
        for file in try tree.files(under: folder, suffix: ".swift") {
            for line in file.lines {
                guard let citation = line.firstMatch(of: sign) else { continue }
                for clause in clauses(in: String(citation.1)) { cited[clause] = file.path }
            }
        }
        return cited
    }

    /// The clauses of a citation, ranges spelled out.
    private func clauses(in text: String) -> [String] {
        text.matches(of: /([A-Z]{2,5})-(\d{3})(?: to ([A-Z]{2,5})-(\d{3}))?/).flatMap { match in
            let first = Int(match.2) ?? 0
            let last = match.4.flatMap { Int($0) } ?? first
            return (first...max(first, last)).map { number in
                "\(match.1)-" + String(repeating: "0", count: 3 - String(number).count)
                    + "\(number)"
            }
        }
    }
}
