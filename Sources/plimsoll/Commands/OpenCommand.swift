import ArgumentParser
import Foundation
import PlimsollGateway

/// `plimsoll open`: a link that makes a browser the user of a running venue.
struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Print a link that opens the web app in one more browser.",
        discussion: """
            The link works once. Asking for it takes an admin key: that of the ready file, else the one \
            in PLIMSOLL_KEY and PLIMSOLL_SECRET, else one kept with the venue's data.
            """
    )

    @Option(help: "The port of a venue on this machine.")
    var port: UInt16 = Doors.standardPort

    @Option(help: "The file that `plimsoll up --ready-file` wrote.")
    var readyFile: String?

    @Option(help: "Where the venue's journal is kept.")
    var data: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    private struct Link: Decodable {
        let link: String
    }

    func run() async throws {
        let client = try ControlClient.venue(readyFile: readyFile, port: port)
        let (key, secret) = try credential()
        let made = try await client.post(
            "/v1/session/links?" + SignedQuery.make(document: "{}", secret: secret),
            [String: String](),
            headers: [("X-MBX-APIKEY", key)],
            as: Link.self
        )
        let url = "http://\(client.host):\(client.port)/#link=\(made.link)"
        if json {
            try Console.say(json: ["url": url])
        } else {
            Console.say(url)
        }
    }

    private func credential() throws -> (key: String, secret: String) {
        if let readyFile {
            let ready = try ReadyFile.read(readyFile)
            return (ready.key, ready.secret)
        }
        let environment = ProcessInfo.processInfo.environment
        if let key = environment["PLIMSOLL_KEY"], let secret = environment["PLIMSOLL_SECRET"] {
            return (key, secret)
        }
        let directory = data ?? DataDirectory.standard
        let keys: [Credential]
        do {
            keys = try KeyRing.open(directory: directory).credentials
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
        let admin = keys.first { $0.permissions.contains(.admin) && $0.secret != nil }
        guard let admin, let secret = admin.secret else {
            throw CommandFailure(
                .configuration,
                "no admin key is kept in \(directory)",
                suggestion: "Name the venue's data with --data, or its ready file with --ready-file"
            )
        }
        return (admin.key, secret)
    }
}
