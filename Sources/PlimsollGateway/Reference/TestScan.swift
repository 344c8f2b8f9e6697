import HTTPTypes

/// Which tests make which requests, found by reading them.
///
/// A request is a path in quotes behind its method: `.send(.GET, "/fapi/v1/depth")` in Swift,
/// `signed("GET", "/fapi/v1/depth")` in Python. What a stock client asks for is not seen; whatever is
/// served is also asked for by hand somewhere.
struct TestScan {
    /// A test or, of a table of requests, its file.
    struct Place: Hashable {
        var file: String
        var test: String
    }

    /// By index in the table of routes.
    private(set) var callers: [Int: [Place]] = [:]
    /// By the method's name.
    private(set) var socketCallers: [String: [Place]] = [:]
    /// By the number of the surprise.
    private(set) var surprises: [Int: [Place]] = [:]

    private let routes: RouteTable

    init(_ files: [APIReference.TestFile], routes: RouteTable) {
        self.routes = routes
        for file in files.sorted(by: { $0.path < $1.path }) { read(file) }
    }

    private mutating func read(_ file: APIReference.TestFile) {
        let isSwift = file.path.hasSuffix(".swift")
        let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
        // A table outside of any function speaks for the whole file.
        let table = name.hasPrefix("test_") ? name : nil
        var test = table
        // What stands between a test's attribute and its name is the test's: numbers of surprises, and
        // the requests that it is run with.
        var announced: [Int] = []
        var awaiting: [(line: Substring, before: String)]?
        var before = ""
        for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let name = Self.function(line, isSwift: isSwift) {
                test = Self.isTest(name, isSwift: isSwift) ? Self.plain(name) : nil
                for number in announced { note(test, of: file, at: number) }
                for (line, before) in awaiting ?? [] { find(in: line, after: before, test, file) }
                announced = []
                awaiting = nil
            } else if Self.isAttribute(line, isSwift: isSwift) {
                awaiting = awaiting ?? []
            } else if awaiting == nil, !isSwift, line.first?.isLetter == true {
                test = table
            }
            if let number = Self.surprise(line) {
                if isSwift { announced.append(number) } else { note(test, of: file, at: number) }
            }
            if awaiting == nil {
                find(in: line, after: before, test, file)
            } else {
                awaiting?.append((line, before))
            }
            before = String((before + "\n" + line).suffix(160))
        }
    }

    private mutating func note(_ test: String?, of file: APIReference.TestFile, at number: Int) {
        guard let test else { return }
        Self.add(Place(file: file.path, test: test), to: &surprises[number, default: []])
    }

    private static func add(_ place: Place, to places: inout [Place]) {
        if !places.contains(place) { places.append(place) }
    }

    // MARK: Functions

    /// The name of the function that a line begins.
    private static func function(_ line: Substring, isSwift: Bool) -> Substring? {
        let keyword = isSwift ? "func " : "def "
        // A function within a Python test belongs to it.
        if !isSwift, line.first == " " { return nil }
        guard let range = line.firstRange(of: keyword) else { return nil }
        let rest = line[range.upperBound...]
        if rest.first == "`" { return rest.dropFirst().prefix { $0 != "`" } }
        return rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    private static func isAttribute(_ line: Substring, isSwift: Bool) -> Bool {
        isSwift ? line.contains("@Test") : line.first == "@"
    }

    /// A Swift test's name is a sentence.
    private static func isTest(_ name: Substring, isSwift: Bool) -> Bool {
        isSwift ? name.contains(" ") : name.hasPrefix("test_")
    }

    private static func plain(_ name: Substring) -> String {
        name.hasPrefix("test_")
            ? String(name.dropFirst("test_".count)).replacing("_", with: " ") : String(name)
    }

    private static func surprise(_ line: Substring) -> Int? {
        guard let range = line.firstRange(of: "Surprise: ") else { return nil }
        return Int(line[range.upperBound...].prefix { $0.isNumber })
    }

    // MARK: Requests

    private mutating func find(
        in line: Substring,
        after before: String,
        _ test: String?,
        _ file: APIReference.TestFile
    ) {
        guard let place = test.map({ Place(file: file.path, test: $0) }) else { return }
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        var passed = before + "\n"
        for (index, part) in parts.enumerated() {
            defer { passed += part + "\"" }
            guard index % 2 == 1 else { continue }
            // Their names are common words.
            if file.text.contains("ws-fapi"), SocketMethod.routes[String(part)] != nil {
                Self.add(place, to: &socketCallers[String(part), default: []])
            }
            let isFollowed = index + 1 < parts.count && parts[index + 1].first == ","
            guard let (method, path) = Self.request(part, after: passed, isFollowed: isFollowed),
                let route = routes.index(of: method, path)
            else { continue }
            Self.add(place, to: &callers[route, default: []])
        }
    }

    /// - Parameters:
    ///   - text: In quotes.
    ///   - before: What stands before it, with its opening quote.
    ///   - isFollowed: Whether another argument comes after it.
    /// - Returns: The request that the text is the path of.
    private static func request(
        _ text: Substring,
        after before: String,
        isFollowed: Bool
    ) -> (HTTPRequest.Method, String)? {
        var words = before.dropLast()
        if words.last == "f" { words = words.dropLast() }
        while let last = words.last, " \n(,".contains(last) { words = words.dropLast() }
        if words.hasSuffix(".control") {
            return (isFollowed ? .post : .get, "/v1/\(text.prefix { $0 != "?" })")
        }
        guard text.first == "/" else { return nil }
        let path = String(text.prefix { $0 != "?" })
        if words.last == "\"" { words = words.dropLast() }
        for method in [HTTPRequest.Method.get, .post, .put, .delete] {
            let name = method.rawValue
            if words.hasSuffix(".\(name)") || words.hasSuffix("\"\(name)")
                || words.hasSuffix(".\(name.lowercased())")
            {
                return (method, path)
            }
        }
        return nil
    }
}
