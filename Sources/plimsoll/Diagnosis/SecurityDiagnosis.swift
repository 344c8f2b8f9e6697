import Foundation
import NIOHTTP1
import PlimsollGateway

/// Looks at who else could read a venue's secrets or use its doors.
///
/// The files are those of the data directory; the doors are tried with requests that a venue has to
/// refuse, so that nothing changes whatever it answers.
struct SecurityDiagnosis {
    let port: UInt16
    let dataDirectory: String
    let environment: [String: String]

    func run() async -> [Check] {
        [checkDirectory(), checkSecretFiles(), checkSecretsAtRest(), checkEnvironment()]
            + (await checkDoors())
    }

    // MARK: Files

    private func checkDirectory() -> Check {
        let name = "data directory"
        guard let rights = rights(of: dataDirectory) else {
            return Check(name: name, status: .ok, detail: "\(dataDirectory) is not there yet")
        }
        guard rights & 0o022 == 0 else {
            return Check(
                name: name,
                status: .failed,
                detail: "others may write to \(dataDirectory): chmod 700 \(dataDirectory)"
            )
        }
        guard rights & 0o077 == 0 else {
            return Check(
                name: name,
                status: .warning,
                detail: "others may read the journal, which holds no secret, in \(dataDirectory)"
            )
        }
        return Check(name: name, status: .ok, detail: "only you may read \(dataDirectory)")
    }

    private func checkSecretFiles() -> Check {
        let name = "secret files"
        let files = [KeyRing.fileName, KeyRing.secretFileName, TLSIdentity.keyFileName]
            .map { "\(dataDirectory)/\($0)" }
        let known = files.filter { rights(of: $0) != nil }
        if let open = known.first(where: { rights(of: $0).map { $0 & 0o077 != 0 } ?? false }) {
            return Check(
                name: name,
                status: .failed,
                detail: "others may read \(open): chmod 600 it, and revoke the keys in it"
            )
        }
        return Check(
            name: name,
            status: .ok,
            detail: known.isEmpty ? "none yet" : "only you may read \(known.count) of them"
        )
    }

    private func checkSecretsAtRest() -> Check {
        let name = "secrets at rest"
        do {
            let areOpen = try KeyRing.keepsOpenSecrets(directory: dataDirectory)
            return Check(
                name: name,
                status: areOpen ? .warning : .ok,
                detail: areOpen
                    ? "\(KeyRing.fileName) holds secrets as they are; a start encrypts them"
                    : "no file holds the secret of a key as it is"
            )
        } catch {
            return Check(name: name, status: .failed, detail: "\(error)")
        }
    }

    private func checkEnvironment() -> Check {
        let isSet = environment["PLIMSOLL_SECRET"] != nil
        return Check(
            name: "environment",
            status: isSet ? .warning : .ok,
            detail: isSet
                ? "PLIMSOLL_SECRET is set: every program started here can read it"
                : "it holds no secret of a venue"
        )
    }

    private func rights(of path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? NSNumber)?.intValue
    }

    // MARK: Doors

    /// A request that has to be refused, and why.
    private struct Trial {
        var name: String
        var method = HTTPMethod.GET
        var path: String
        var headers: [(String, String)]
        var refusals: Set<Int> = [403, 421]
        var well: String
        var danger: String
    }

    private static let upgrade = [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    private var trials: [Trial] {
        let foreign = "http://evil.example"
        return [
            Trial(
                name: "foreign host",
                path: "/v1/status",
                headers: [("Host", "evil.example:\(port)")],
                well: "a page that calls this machine by another name is refused",
                danger: "a page that calls this machine by another name can read the venue"
            ),
            Trial(
                name: "foreign page",
                method: .POST,
                path: "/v1/clock",
                headers: [("Origin", foreign)],
                well: "a page of another origin can change nothing",
                danger: "a page of another origin can change the venue"
            ),
            Trial(
                name: "foreign socket",
                path: "/ws-fapi/v1",
                headers: Self.upgrade + [("Origin", foreign)],
                well: "a page of another origin opens no WebSocket",
                danger: "a page of another origin can open a WebSocket"
            ),
            Trial(
                name: "web form",
                method: .POST,
                path: "/v1/clock",
                headers: [("Content-Type", "text/plain")],
                refusals: [415],
                well: "what a page may send without asking is not taken",
                danger: "what a page may send without asking is taken"
            ),
        ]
    }

    private func checkDoors() async -> [Check] {
        let client = ControlClient(host: "127.0.0.1", port: Int(port))
        guard (try? await client.send(.GET, "/v1/status"))?.status == 200 else {
            return [
                Check(
                    name: "doors",
                    status: .warning,
                    detail: "not tried, since no venue answers at 127.0.0.1:\(port)"
                )
            ]
        }
        var checks = [checkListeners()]
        for trial in trials {
            let reply = try? await client.send(
                trial.method,
                trial.path,
                Data("{}".utf8),
                headers: trial.headers
            )
            let allowed = reply?.headers.contains(name: "access-control-allow-origin") ?? false
            let isRefused = reply.map { trial.refusals.contains($0.status) } ?? false
            let isWell = isRefused && !allowed
            checks.append(
                Check(
                    name: trial.name,
                    status: isWell ? .ok : .failed,
                    detail: isWell ? trial.well : trial.danger
                )
            )
        }
        return checks + [await checkControl(client), await checkKeys(client)]
    }

    /// An empty order to the clock: refused by itself where it is not refused for want of a key.
    private func checkControl(_ client: ControlClient) async -> Check {
        let name = "control API"
        let reply = try? await client.send(.POST, "/v1/clock", Data("{}".utf8))
        guard reply?.status == 401 else {
            return Check(
                name: name,
                status: .warning,
                detail: "whoever can reach the port can move the clock and hand out play money; "
                    + "--control-needs-key asks for an admin's signature"
            )
        }
        return Check(name: name, status: .ok, detail: "changes need an admin's signature")
    }

    /// What the venue tells of its keys; nothing where it asks for an admin's signature.
    private func checkKeys(_ client: ControlClient) async -> Check {
        let name = "keys"
        guard let keys = try? await client.get("/v1/keys", as: [KeysCommand.Key].self) else {
            return Check(name: name, status: .ok, detail: "told to an admin only")
        }
        let admins = keys.filter { $0.permissions.contains("admin") }
        let secrets = keys.filter { $0.algorithm == "HMAC-SHA256" }
        let bounded = keys.filter { $0.expiry != nil || $0.addresses != nil }
        return Check(
            name: name,
            status: .ok,
            detail: "\(keys.count), of which \(admins.count) may do everything, "
                + "\(secrets.count) share a secret with the venue and \(bounded.count) are bound to "
                + "a time or a place"
        )
    }

    /// Where the port is listened at, as the system says.
    private func checkListeners() -> Check {
        let name = "listeners"
        guard let addresses = ListeningAddresses.of(port: port) else {
            return Check(name: name, status: .ok, detail: "the system does not say where")
        }
        let others = addresses.filter { !ListeningAddresses.isLoopback($0) }
        return Check(
            name: name,
            status: others.isEmpty ? .ok : .failed,
            detail: others.isEmpty
                ? "port \(port) is open to this machine only"
                : "port \(port) is open to other machines"
        )
    }
}

/// The addresses at which a port of this machine is listened at, from `/proc`.
enum ListeningAddresses {
    /// As the system writes them, in hexadecimal; `nil` where it does not.
    static func of(port: UInt16) -> [Substring]? {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap {
            FileManager.default.contents(atPath: $0).map { String(decoding: $0, as: UTF8.self) }
        }
        guard !tables.isEmpty else { return nil }
        return tables.flatMap { table in
            table.split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(separator: " ")
                // 0A: the state of a socket that listens.
                guard fields.count > 3, fields[3] == "0A" else { return nil }
                let place = fields[1].split(separator: ":")
                guard place.count == 2, UInt16(place[1], radix: 16) == port else { return nil }
                return place[0]
            }
        }
    }

    static func isLoopback(_ address: Substring) -> Bool {
        // 127.x.x.x with its bytes in the machine's order, ::1, and the former within IPv6.
        address.count == 8
            ? address.hasSuffix("7F")
            : address == "00000000000000000000000001000000"
                || address.hasPrefix("0000000000000000FFFF0000") && address.hasSuffix("7F")
    }
}
