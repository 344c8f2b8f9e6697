import Foundation
import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Key ring` {
    static let account = AccountID(rawValue: 16)

    static func withDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "plimsoll-keys-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func `makes keys and secrets of 64 letters and digits, never the same`() throws {
        let keys = KeyRing()
        var seen: Set<String> = []
        for number in 16..<36 as Range<UInt32> {
            let credential = try keys.grant(account: AccountID(rawValue: number))
            #expect(credential.key.count == KeyRing.generatedLength)
            #expect(credential.secret?.count == KeyRing.generatedLength)
            #expect(KeyRing.isWellFormed(credential.key))
            #expect(seen.insert(credential.key).inserted)
            #expect(seen.insert(try #require(credential.secret)).inserted)
        }
        #expect(keys.credentials.map(\.account.rawValue) == Array(16..<36))
    }

    @Test func `keeps its keys in a file that only the owner may read`() throws {
        try Self.withDirectory { directory in
            let granted = try KeyRing.open(directory: directory)
                .grant(account: Self.account, permissions: .read)
            let path = directory + "/" + KeyRing.fileName
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect(try KeyRing.open(directory: directory).credentials == [granted])
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(Set(names) == [KeyRing.fileName, KeyRing.secretFileName])
        }
    }

    @Test func `no file holds a secret as it is, and one without the other opens nothing`() throws {
        try Self.withDirectory { directory in
            let granted = try KeyRing.open(directory: directory).grant(account: Self.account)
            let secret = try #require(granted.secret)
            let paths = [KeyRing.fileName, KeyRing.secretFileName].map { directory + "/" + $0 }
            for path in paths {
                let data = try #require(FileManager.default.contents(atPath: path))
                #expect(data.range(of: Data(secret.utf8)) == nil)
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            }
            #expect(try !KeyRing.keepsOpenSecrets(directory: directory))
            let kept = try #require(FileManager.default.contents(atPath: paths[1]))
            for other in [nil, Data(repeating: 7, count: 32), Data(repeating: 7, count: 31)] {
                try FileManager.default.removeItem(atPath: paths[1])
                try other?.write(to: URL(fileURLWithPath: paths[1]))
                #expect(throws: KeyRingError.self) { try KeyRing.open(directory: directory) }
                try kept.write(to: URL(fileURLWithPath: paths[1]))
            }
            #expect(try KeyRing.open(directory: directory).credentials == [granted])
        }
    }

    @Test func `a secret belongs to its key and to no other`() throws {
        try Self.withDirectory { directory in
            let box = try SecretBox.own(directory: directory)
            let sealed = try box.seal("secret", of: "one")
            #expect(box.open(sealed, of: "one") == "secret")
            #expect(box.open(sealed, of: "two") == nil)
            #expect(box.open("", of: "one") == nil)
            #expect(try box.seal("secret", of: "one") != sealed)
        }
    }

    @Test func `a key is bound to a time and to addresses`() throws {
        try Self.withDirectory { directory in
            let keys = try KeyRing.open(directory: directory)
            let bounds = KeyBounds(
                expiry: Timestamp(milliseconds: 1000),
                addresses: ["127.0.0.1", "::1"]
            )
            let key = try keys.grant(account: Self.account, bounds: bounds).key
            for ring in [keys, try KeyRing.open(directory: directory)] {
                func opens(from address: String, at time: Int64) -> Bool {
                    let time = Timestamp(milliseconds: time)
                    return ring.credential(key: key, from: address, at: time) != nil
                }
                #expect(opens(from: "127.0.0.1", at: 999) && opens(from: "::1", at: 0))
                #expect(!opens(from: "127.0.0.1", at: 1000))
                #expect(!opens(from: "127.0.0.2", at: 999))
            }
        }
    }

    @Test func `a key that was revoked stays revoked after a restart`() throws {
        try Self.withDirectory { directory in
            let keys = try KeyRing.open(directory: directory)
            let first = try keys.grant(account: Self.account)
            let second = try keys.grant(account: Self.account, permissions: .read)
            try keys.revoke(key: first.key)
            #expect(try KeyRing.open(directory: directory).credentials == [second])
        }
    }

    @Test func `public keys are kept as they were given`() throws {
        try Self.withDirectory { directory in
            let keys = try KeyRing.open(directory: directory)
            for pem in [`Public keys`.ed25519, `Public keys`.rsa] {
                let publicKey = try #require(SigningPublicKey(pem: pem))
                #expect(publicKey.pem == pem)
                try keys.grant(account: Self.account, publicKey: publicKey)
            }
            #expect(try KeyRing.open(directory: directory).credentials == keys.credentials)
        }
    }

    @Test func `a key file of version 1 is read`() throws {
        try Self.withDirectory { directory in
            let key = String(repeating: "k", count: 64)
            let file =
                #"{"version":1,"keys":[{"key":"\#(key)","secret":"s0123456789abcdef","#
                + #""account":16,"permissions":3}]}"#
            let path = directory + "/" + KeyRing.fileName
            try file.write(toFile: path, atomically: false, encoding: .utf8)
            let credential = try #require(try KeyRing.open(directory: directory).credentials.first)
            #expect(credential.key == key)
            #expect(credential.secret == "s0123456789abcdef")
            // Once read, its secrets no longer lie open.
            let data = try #require(FileManager.default.contents(atPath: path))
            #expect(data.range(of: Data("s0123456789abcdef".utf8)) == nil)
            #expect(try KeyRing.open(directory: directory).credentials == [credential])
            #expect(credential.permissions == [.read, .trade])
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"version":4,"keys":[]}"#, #"{"version":1}"#, "\u{0}"])
    func `a damaged file is refused and not overwritten`(contents: String) throws {
        try Self.withDirectory { directory in
            let path = directory + "/" + KeyRing.fileName
            try contents.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: KeyRingError.self) { try KeyRing.open(directory: directory) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == contents)
        }
    }

    @Test func `the environment names the demo account's key`() throws {
        let key = String(repeating: "k", count: 64)
        let secret = String(repeating: "s", count: 64)
        let environment = ["PLIMSOLL_KEY": key, "PLIMSOLL_SECRET": secret]
        let keys = KeyRing()
        let generated = try keys.demoCredential(account: Self.account, environment: [:])
        #expect(try keys.demoCredential(account: Self.account, environment: [:]) == generated)
        let named = try keys.demoCredential(account: Self.account, environment: environment)
        #expect(named.key == key)
        #expect(named.secret == secret)
        #expect(try keys.demoCredential(account: Self.account, environment: environment) == named)
        let other = ["PLIMSOLL_KEY": key, "PLIMSOLL_SECRET": String(repeating: "t", count: 64)]
        #expect(
            try keys.demoCredential(account: Self.account, environment: other).secret
                == other["PLIMSOLL_SECRET"]
        )
        #expect(keys.credential(key: key)?.secret == other["PLIMSOLL_SECRET"])
    }

    @Test(arguments: [
        "", "short", "with space 0123456789", String(repeating: "a", count: 129),
        "ключключключключ",
    ])
    func `what is no key is refused`(key: String) {
        #expect(throws: KeyRingError.self) {
            try KeyRing().grant(account: Self.account, key: key)
        }
    }

    @Test func `a key opens one account only, until it is revoked`() throws {
        let keys = KeyRing()
        let key = try keys.grant(account: Self.account).key
        #expect(throws: KeyRingError.self) {
            try keys.grant(account: AccountID(rawValue: 17), key: key)
        }
        #expect(try keys.revoke(key: key).account == Self.account)
        #expect(keys.credential(key: key) == nil)
        #expect(throws: KeyRingError.self) { try keys.revoke(key: key) }
    }

    @Test func `a secret does not show in what is printed`() throws {
        let credential = try KeyRing().grant(account: Self.account)
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped] {
            #expect(!text.contains(try #require(credential.secret)))
        }
    }
}
