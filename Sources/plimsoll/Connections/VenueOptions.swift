import ArgumentParser

/// Which running venue a command is for, and how it prints the answer.
struct VenueOptions: ParsableArguments {
    @Option(help: "The port of a venue on this machine.")
    var port: UInt16 = Doors.standardPort

    @Option(help: "The file that `plimsoll up --ready-file` wrote.")
    var readyFile: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    func client() throws -> ControlClient {
        try ControlClient.venue(readyFile: readyFile, port: port)
    }
}
