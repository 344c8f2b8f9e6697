import ArgumentParser
import Foundation

/// `plimsoll keys`: who may do what at a running venue.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "List, add and revoke the keys of a running venue.",
        subcommands: [List.self, Add.self, Revoke.self],
        defaultSubcommand: List.self
    )

    /// A key as the control API describes it.
    struct Key: Codable {
        let key: String
        let account: UInt32
        let algorithm: String
        let permissions: [String]
        /// There once: in the answer that makes it.
        var secret: String?
        /// When it ends by itself.
        var expiry: Int64?
        /// From where alone it may be used.
        var addresses: [String]?

        var line: String {
            var words = [
                key, "account \(account)", algorithm, permissions.joined(separator: ","),
            ]
            if let expiry { words.append("until \(TimeArgument.text(expiry))") }
            if let addresses { words.append("from " + addresses.joined(separator: ",")) }
            return words.joined(separator: "  ")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every key and what it opens; secrets are not told again."
        )

        @OptionGroup var venue: VenueOptions

        func run() async throws {
            let keys = try await venue.client().get("/v1/keys", as: [Key].self)
            guard !venue.json else { return try Console.say(json: keys) }
            for key in keys { Console.say(key.line) }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A further key for an account: with a secret, or for a public key.",
            discussion: """
                openssl genpkey -algorithm ed25519 -out mine.pem
                openssl pkey -in mine.pem -pubout -out mine.pub
                plimsoll keys add --account 16 --public-key mine.pub
                """
        )

        @OptionGroup var venue: VenueOptions

        @Option(help: "The number of the account; that of the demo account is 16.")
        var account: UInt32

        @Option(help: "Any of read, trade, transfer and admin, with commas between them.")
        var permissions = "read,trade,transfer"

        @Option(help: "The PEM file of an Ed25519 or RSA public key; without it, a secret is made.")
        var publicKey: String?

        @Option(
            help: "After which time it ends by itself, such as 30d.",
            transform: TimeArgument.duration
        )
        var lasts: Int64?

        @Option(
            name: .customLong("address"),
            help: "From where alone it may be used, such as 127.0.0.1; may be repeated."
        )
        var addresses: [String] = []

        private struct Request: Encodable {
            let account: UInt32
            let permissions: [String]
            let publicKey: String?
            let expiry: Int64?
            let addresses: [String]?
        }

        func run() async throws {
            var pem: String?
            if let publicKey {
                guard let text = try? String(contentsOfFile: publicKey, encoding: .utf8) else {
                    throw CommandFailure(.notFound, "\(publicKey) cannot be read")
                }
                // Nothing is sent that was meant to stay with its owner.
                guard !text.contains("PRIVATE") else {
                    throw CommandFailure(
                        .usage,
                        "\(publicKey) is a private key",
                        suggestion: "openssl pkey -in \(publicKey) -pubout makes its public half"
                    )
                }
                pem = text
            }
            let request = Request(
                account: account,
                permissions: permissions.split(separator: ",").map(String.init),
                publicKey: pem,
                expiry: lasts.map { Int64(Date().timeIntervalSince1970 * 1000) + $0 },
                addresses: addresses.isEmpty ? nil : addresses
            )
            let key = try await venue.client().post("/v1/keys", request, as: Key.self)
            guard !venue.json else { return try Console.say(json: key) }
            Console.say(key.line)
            if let secret = key.secret { Console.say("secret, told this once: \(secret)") }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a key at once.")

        @OptionGroup var venue: VenueOptions

        @Argument(help: "The key.")
        var key: String

        func run() async throws {
            guard key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }), !key.isEmpty
            else {
                throw CommandFailure(.usage, "a key is letters and digits")
            }
            let ended = try await venue.client().delete("/v1/keys/\(key)", as: Key.self)
            guard !venue.json else { return try Console.say(json: ended) }
            Console.say("revoked: \(ended.line)")
        }
    }
}
