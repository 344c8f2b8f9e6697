import ArgumentParser
import Foundation

/// `plimsoll doctor`: what would keep a venue from running here, or from being safe.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what a venue needs: ports, profile, data, certificate, disk, memory.",
        discussion: """
            With --security it looks at who else could read the secrets in the data directory, and \
            tries the doors of the venue that runs at --port with requests that have to be refused.

            Changes nothing. Exit code 1 if something failed.
            """
    )

    @Option(help: "The port that a venue would listen at.")
    var port: UInt16 = Doors.standardPort

    @Option(help: "The port at which it would listen for TLS.")
    var tlsPort: UInt16 = Doors.standardTLSPort

    @Option(help: "The data directory that a venue would use.")
    var data = DataDirectory.standard

    @Option(help: "Name or file of the profile.")
    var profile = "binance-usdm"

    @Flag(help: "Look at files, rights and doors in place of what a start needs.")
    var security = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let checks = await checks()
        let isWell = checks.allSatisfy { $0.status != .failed }
        if json {
            try Console.say(json: Document(ok: isWell, checks: checks))
        } else {
            let paint = Paint(isOn: Console.hasColor)
            for check in checks {
                let word = check.status.rawValue
                let padded = word + String(repeating: " ", count: 8 - word.count)
                let name = check.name + String(repeating: " ", count: 16 - check.name.count)
                Console.say(color(padded, check.status, paint) + name + check.detail)
            }
        }
        guard isWell else { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func checks() async -> [Check] {
        if security {
            return await SecurityDiagnosis(
                port: port,
                dataDirectory: data,
                environment: ProcessInfo.processInfo.environment
            ).run()
        }
        return Diagnosis(port: port, tlsPort: tlsPort, dataDirectory: data, profile: profile).run()
    }

    private func color(_ text: String, _ status: Check.Status, _ paint: Paint) -> String {
        switch status {
        case .ok: paint.green(text)
        case .warning: paint.bold(text)
        case .failed: paint.red(text)
        }
    }

    private struct Document: Encodable {
        let ok: Bool
        let checks: [Check]
    }
}
