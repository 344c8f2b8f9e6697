import Foundation

/// The project's own text, for tests that read it.
struct SourceTree {
    struct File {
        /// From the root of the project.
        let path: String
        let lines: [String]

        /// The lines without comments, so that words may be spoken of.
        var code: [String] {
            lines.map { line in
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                guard !trimmed.hasPrefix("//") else { return "" }
                guard let comment = line.range(of: " // ") else { return line }
                return String(line[..<comment.lowerBound])
            }
        }

        /// The module that the file belongs to.
        var module: String { String(path.split(separator: "/").dropFirst().first ?? "") }

        /// Names of the modules imported.
        var imports: [String] {
            code.compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                guard let index = words.firstIndex(of: "import"), index <= 2,
                    words.dropLast().allSatisfy({ Self.importWords.contains($0) }),
                    let name = words.last
                else { return nil }
                return name
            }
        }

        private static let importWords: Set = [
            "import", "public", "internal", "private", "package", "@testable", "@preconcurrency",
            "struct", "func", "class", "enum", "protocol", "var", "let", "typealias",
        ]
    }

    let root: URL

    init() {
        root = URL(filePath: #filePath)
            .resolvingSymlinksInPath()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// All files of a kind under a folder, in the order of their paths.
    func files(under folder: String, suffix: String) throws -> [File] {
        let base = root.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: base.path)
        return try names.filter { $0.hasSuffix(suffix) }.sorted().map { name in
            let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
            return File(
                path: folder + "/" + name,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false)
                    .map(String.init)
            )
        }
    }
}
