import ArgumentParser
import Foundation

/// `plimsoll connect`: a complete block for a client, to paste and run.
struct ConnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Print a complete configuration for a client.",
        discussion: """
            With --ready-file, addresses and key are those of the venue that wrote the file. \
            Otherwise PLIMSOLL_KEY and PLIMSOLL_SECRET are put in where they are set; where they \
            are not, the block reads them when it runs. A block covers every address that its \
            client has: one that is left out would still point at the real exchange.
            """
    )

    enum Client: String, ExpressibleByArgument, CaseIterable {
        case ccxt
        case ccxtAsync = "ccxt-async"
        case ccxtPro = "ccxt-pro"
        case ccxtJS = "ccxt-js"
        case ccxtProJS = "ccxt-pro-js"
        case pythonBinance = "python-binance"
        case binanceConnector = "binance-futures-connector"
        case binanceSDK = "binance-sdk"
        case freqtrade
        case nautilus = "nautilus_trader"
        case hummingbot
        case curl
    }

    @Argument(help: ArgumentHelp("The client.", valueName: "client"))
    var client: Client

    @Option(help: "Where the venue listens.")
    var url: String?

    @Option(help: "The port of a venue on this machine.")
    var port: UInt16 = Doors.standardPort

    @Option(help: "Its TLS port.")
    var tlsPort: UInt16 = Doors.standardTLSPort

    @Flag(
        inversion: .prefixedNo,
        help: "Send ccxt and freqtrade to the TLS port; freqtrade goes there anyway."
    )
    var tls: Bool?

    @Option(help: "The file that `plimsoll up --ready-file` wrote.")
    var readyFile: String?

    @Flag(help: "Print the block inside one JSON document.")
    var json = false

    func run() throws {
        let address = try address()
        let usesTLS = tls ?? (client == .freqtrade && address.https != nil)
        guard !usesTLS || address.https != nil else {
            throw CommandFailure(
                .configuration,
                "the venue has no TLS port",
                suggestion: "Start it without --no-tls"
            )
        }
        let block = client.block(at: address, usesTLS: usesTLS)
        if json {
            try Console.say(
                json: ["client": client.rawValue, "url": address.http, "block": block.text]
            )
        } else {
            Console.say(block.text)
            if let remark = block.remark { Console.remark(remark) }
        }
    }

    private func address() throws -> VenueAddress {
        let ready = try readyFile.map(ReadyFile.read)
        let environment = ProcessInfo.processInfo.environment
        let http = try checked(address: url ?? ready?.url ?? "http://127.0.0.1:\(port)")
        var https = ready?.tlsBase
        if ready == nil, let host = URLComponents(string: http)?.host {
            https = "https://\(host):\(tlsPort)"
        }
        let scheme = http.hasPrefix("https:") ? "wss:" : "ws:"
        return VenueAddress(
            http: http,
            webSocket: scheme + http.drop { $0 != "/" },
            https: try https.map(checked(address:)),
            key: try checked(key: ready?.key ?? environment["PLIMSOLL_KEY"]),
            secret: try checked(key: ready?.secret ?? environment["PLIMSOLL_SECRET"])
        )
    }

    /// Keys are letters and digits; anything else could break out of the block's quotes.
    private func checked(key text: String?) throws -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isAlphanumeric }) else {
            throw CommandFailure(.configuration, "a key or secret is letters and digits")
        }
        return text
    }

    /// An address without a slash at its end, checked so that the block is not broken by it.
    private func checked(address text: String) throws -> String {
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
        return "\(scheme)://\(host)" + (components.port.map { ":\($0)" } ?? "")
    }
}

extension ConnectCommand.Client {
    func block(at address: VenueAddress, usesTLS: Bool) -> ClientBlock {
        let ccxt = CCXTConnection(address: address, usesTLS: usesTLS)
        let official = OfficialConnections(address: address)
        let systems = TradingSystemConnections(address: address)
        return switch self {
        case .ccxt: ccxt.python(.synchronous)
        case .ccxtAsync: ccxt.python(.asynchronous)
        case .ccxtPro: ccxt.python(.streaming)
        case .ccxtJS: ccxt.javaScript(.asynchronous)
        case .ccxtProJS: ccxt.javaScript(.streaming)
        case .pythonBinance: PythonBinanceConnection(address: address).block
        case .binanceConnector: official.connector
        case .binanceSDK: official.sdk
        case .freqtrade: FreqtradeConnection(address: address, usesTLS: usesTLS).block
        case .nautilus: systems.nautilus
        case .hummingbot: systems.hummingbot
        case .curl: CurlConnection(address: address).block
        }
    }
}

extension Character {
    fileprivate var isAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
