import Foundation
import PlimsollGateway

/// What `plimsoll up` tells scripts once the venue takes orders.
struct ReadyFile: Codable {
    struct Account: Codable {
        /// The venue's number of the account.
        let id: UInt32
        let key: String
        let secret: String
    }

    let url: String
    /// The web app, with the link that opens one session; `null` where it was not built.
    let web: String?
    let restBase: String
    let wsBase: String
    /// `null` where there is no TLS listener.
    let tlsBase: String?
    /// What the TLS listener shows, in PEM, for clients that verify.
    let tlsCertificate: String?
    let key: String
    let secret: String
    let accounts: [Account]
    let seed: UInt64
    let pid: Int32
    let profile: String
    let dataDirectory: String?

    /// A key that is not there yet is written as null, so that scripts find every key.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(url, forKey: .url)
        try container.encode(web, forKey: .web)
        try container.encode(restBase, forKey: .restBase)
        try container.encode(wsBase, forKey: .wsBase)
        try container.encode(tlsBase, forKey: .tlsBase)
        try container.encode(tlsCertificate, forKey: .tlsCertificate)
        try container.encode(key, forKey: .key)
        try container.encode(secret, forKey: .secret)
        try container.encode(accounts, forKey: .accounts)
        try container.encode(seed, forKey: .seed)
        try container.encode(pid, forKey: .pid)
        try container.encode(profile, forKey: .profile)
        try container.encode(dataDirectory, forKey: .dataDirectory)
    }

    static func read(_ path: String) throws -> ReadyFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                .notFound,
                "there is no ready file at \(path)",
                suggestion: "plimsoll up --ready-file \(path) writes it once the venue takes orders"
            )
        }
        do {
            return try JSONDecoder().decode(ReadyFile.self, from: data)
        } catch {
            throw CommandFailure(.configuration, "\(path) is not a ready file")
        }
    }

    /// Writes the file, which holds a secret, for its owner alone.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try PrivateFile.write(try encoder.encode(self) + Data("\n".utf8), to: path)
        } catch {
            throw CommandFailure(.failed, "\(path) cannot be written")
        }
    }
}
