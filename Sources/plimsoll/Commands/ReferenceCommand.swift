import ArgumentParser
import Foundation
import PlimsollGateway

/// `plimsoll reference`: the page of the API, for those who work on the venue.
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Write the reference of the API from the routes and the tests that use them.",
        shouldDisplay: false
    )

    @Option(help: ArgumentHelp("Folder of the tests, seen from the root of the project."))
    var tests = "Tests"

    func run() throws {
        let names: [String]
        do {
            names = try FileManager.default.subpathsOfDirectory(atPath: tests)
        } catch {
            throw CommandFailure(.notFound, "\(tests) cannot be read")
        }
        let files = try names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }.map { name in
            let path = tests + "/" + name
            return APIReference.TestFile(
                path: path,
                text: try String(contentsOfFile: path, encoding: .utf8)
            )
        }
        // Printing ends the last line.
        Console.say(String(APIReference(tests: files).markdown.dropLast()))
    }
}
