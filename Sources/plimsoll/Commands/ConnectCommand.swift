import ArgumentParser
import Foundation

/// `plimsoll connect`: a complete block for a client, to paste and run.
struct ConnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Print a complete configuration for a client.",
        discussion: """
            With --ready-file, address and key are those of the venue that wrote the file; \
            otherwise the block reads PLIMSOLL_KEY and PLIMSOLL_SECRET from the environment.
            """
    )

    enum Client: String, ExpressibleByArgument, CaseIterable {
        case ccxt, curl
    }

    @Argument(help: "ccxt or curl.")
    var client: Client

    @Option(help: "Where the venue listens.")
    var url = "http://127.0.0.1:9870"

    @Option(help: "The file that `plimsoll up --ready-file` wrote.")
    var readyFile: String?

    @Flag(help: "Print the block inside one JSON document.")
    var json = false

    func run() throws {
        let ready = try readyFile.map(ReadyFile.read)
        let address = try address(ready?.url ?? url)
        let block: String
        switch client {
        case .ccxt:
            block =
                CCXTConnection(
                    url: address.http,
                    webSocketURL: address.webSocket,
                    key: ready?.key,
                    secret: ready?.secret
                ).python
        case .curl:
            block = CurlConnection(url: address.http, key: ready?.key, secret: ready?.secret).shell
        }
        if json {
            try Console.say(json: ["client": client.rawValue, "url": address.http, "block": block])
        } else {
            Console.say(block)
        }
    }

    /// The address in both of its schemes, checked so that the block is not broken by it.
    private func address(_ text: String) throws -> (http: String, webSocket: String) {
        guard let components = URLComponents(string: text), let host = components.host,
            let scheme = components.scheme, ["http", "https"].contains(scheme),
            host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-.:[]".contains($0)) }),
            ["", "/"].contains(components.path), components.query == nil
        else {
            throw CommandFailure(
                .usage,
                "\(text) is not the address of a venue",
                suggestion: "An address is scheme, host and port, as in http://127.0.0.1:9870"
            )
        }
        let port = components.port.map { ":\($0)" } ?? ""
        return (
            "\(scheme)://\(host)\(port)", "\(scheme == "https" ? "wss" : "ws")://\(host)\(port)"
        )
    }
}
