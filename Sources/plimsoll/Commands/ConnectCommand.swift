import ArgumentParser
import Foundation

/// `plimsoll connect`: a complete block for a client, to paste and run.
struct ConnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Print a complete configuration for a client.",
        discussion: """
            With --ready-file, address and key are those of the venue that wrote the file. \
            Otherwise PLIMSOLL_KEY and PLIMSOLL_SECRET are put in where they are set; where they \
            are not, the block reads them when it runs.
            """
    )

    enum Client: String, ExpressibleByArgument, CaseIterable {
        case ccxt, curl
    }

    @Argument(help: "ccxt or curl.")
    var client: Client

    @Option(help: "Where the venue listens.")
    var url: String?

    @Option(help: "The port of a venue on this machine.")
    var port: UInt16 = 9870

    @Option(help: "The file that `plimsoll up --ready-file` wrote.")
    var readyFile: String?

    @Flag(help: "Print the block inside one JSON document.")
    var json = false

    func run() throws {
        let ready = try readyFile.map(ReadyFile.read)
        let address = try address(url ?? ready?.url ?? "http://127.0.0.1:\(port)")
        let environment = ProcessInfo.processInfo.environment
        let key = try checked(ready?.key ?? environment["PLIMSOLL_KEY"])
        let secret = try checked(ready?.secret ?? environment["PLIMSOLL_SECRET"])
        let block: String
        switch client {
        case .ccxt:
            block =
                CCXTConnection(
                    url: address.http,
                    webSocketURL: address.webSocket,
                    key: key,
                    secret: secret
                ).python
        case .curl:
            block = CurlConnection(url: address.http, key: key, secret: secret).shell
        }
        if json {
            try Console.say(json: ["client": client.rawValue, "url": address.http, "block": block])
        } else {
            Console.say(block)
        }
    }

    /// Keys are letters and digits; anything else could break out of the block's quotes.
    private func checked(_ text: String?) throws -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isAlphanumeric }) else {
            throw CommandFailure(.configuration, "a key or secret is letters and digits")
        }
        return text
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

extension Character {
    fileprivate var isAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
