import ArgumentParser

/// The command line: it wires, and decides nothing.
@main
struct Plimsoll: AsyncParsableCommand {
    static let disclaimer = "A simulation; education, not financial advice."
    static let versionNumber = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "plimsoll",
        abstract: "A leveraged-trading venue that you run on your own machine.",
        discussion: """
            Perpetual futures with real matching, margin, funding and liquidation, and an API that \
            existing Binance futures clients trade against unmodified.

            \(disclaimer)
            """,
        version: "plimsoll \(versionNumber)\n\(disclaimer)",
        subcommands: [
            UpCommand.self, RunCommand.self, DemoCommand.self, CalculateCommand.self,
            ConnectCommand.self, OpenCommand.self, KeysCommand.self, ClockCommand.self,
            FaultCommand.self, DataCommand.self, MarketCommand.self,
            ConformCommand.self, VerifyCommand.self, BackupCommand.self, RestoreCommand.self,
            BenchCommand.self, DoctorCommand.self, ReferenceCommand.self,
        ]
    )

    /// Parses and runs, and turns what goes wrong into one sentence and an exit code.
    static func main() async {
        let asJSON = CommandLine.arguments.contains("--json")
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Console.complain(failure, asJSON: asJSON)
            Console.leave(failure.status.rawValue)
        } catch let status as ExitCode {
            Console.leave(status.rawValue)
        } catch {
            finish(error, asJSON: asJSON)
        }
    }

    /// Help and version are no errors; what the parser refuses is a wrong use of the command line.
    private static func finish(_ error: any Error, asJSON: Bool) -> Never {
        switch exitCode(for: error) {
        case .success:
            Console.say(fullMessage(for: error))
            Console.leave(ExitStatus.success.rawValue)
        case .validationFailure where !asJSON:
            Console.remark(fullMessage(for: error))
            Console.leave(ExitStatus.usage.rawValue)
        case .validationFailure:
            let failure = CommandFailure(
                .usage,
                message(for: error),
                suggestion: "See plimsoll --help"
            )
            Console.complain(failure, asJSON: true)
            Console.leave(failure.status.rawValue)
        default:
            Console.complain(CommandFailure(.failed, "\(error)"), asJSON: asJSON)
            Console.leave(ExitStatus.failed.rawValue)
        }
    }
}
