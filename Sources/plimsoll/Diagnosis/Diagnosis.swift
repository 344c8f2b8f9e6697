import Foundation
import PlimsollGateway
import PlimsollJournal
import PlimsollModel
import PlimsollNode

/// One thing that a venue needs, and how it stands here.
struct Check: Encodable {
    enum Status: String, Encodable {
        case ok, warning, failed
    }

    let name: String
    let status: Status
    let detail: String
}

/// Looks at what a venue needs before it starts: nothing here changes anything that stays.
struct Diagnosis {
    let port: UInt16
    let tlsPort: UInt16
    let dataDirectory: String
    let profile: String

    func run() -> [Check] {
        [
            check(port, "port", option: "--port", whenTaken: .failed),
            // A venue that is not told a TLS port takes another one.
            check(tlsPort, "TLS port", option: "--tls-port", whenTaken: .warning),
            checkProfile(), checkDirectory(), checkJournal(), checkCertificate(), checkSync(),
            checkMemory(),
        ]
    }

    private func check(
        _ port: UInt16,
        _ name: String,
        option: String,
        whenTaken: Check.Status
    ) -> Check {
        switch LoopbackPort.state(of: port) {
        case .free:
            return Check(name: name, status: .ok, detail: "127.0.0.1:\(port) is free")
        case .taken:
            return Check(
                name: name,
                status: whenTaken,
                detail: "127.0.0.1:\(port) is in use; another one can be taken with \(option)"
            )
        case .refused(let reason):
            return Check(name: name, status: .failed, detail: "127.0.0.1:\(port): \(reason)")
        }
    }

    /// The certificate that the venue made for itself; looking at it makes none.
    private func checkCertificate() -> Check {
        let name = "TLS certificate"
        do {
            guard let identity = try TLSIdentity.kept(directory: dataDirectory) else {
                return Check(name: name, status: .ok, detail: "will be made by the first start")
            }
            let date = identity.notAfter.formatted(.iso8601.year().month().day())
            return Check(name: name, status: .ok, detail: "self-signed, valid until \(date)")
        } catch {
            return Check(name: name, status: .failed, detail: error.description)
        }
    }

    private func checkProfile() -> Check {
        let name = "profile"
        do {
            let rules = try ProfileLoader.load(profile)
            return Check(
                name: name,
                status: .ok,
                detail: "\(rules.name) is possible, with \(rules.instruments.count) instruments"
            )
        } catch {
            return Check(name: name, status: .failed, detail: error.description)
        }
    }

    private func checkDirectory() -> Check {
        let name = "data directory"
        let files = FileManager.default
        guard files.fileExists(atPath: dataDirectory) else {
            let parent = existingParent
            guard files.isWritableFile(atPath: parent) else {
                return Check(
                    name: name,
                    status: .failed,
                    detail: "\(dataDirectory) cannot be made: \(parent) is not writable"
                )
            }
            return Check(
                name: name,
                status: .ok,
                detail: "\(dataDirectory) will be made by the first start"
            )
        }
        guard files.isWritableFile(atPath: dataDirectory) else {
            return Check(name: name, status: .failed, detail: "\(dataDirectory) is not writable")
        }
        return Check(name: name, status: .ok, detail: "\(dataDirectory) is writable")
    }

    private func checkJournal() -> Check {
        let name = "journal"
        do {
            let journal = try Journal.openForReading(directory: dataDirectory)
            let last = journal.lastSequence
            try journal.close()
            return Check(
                name: name,
                status: .ok,
                detail: "\(last) commands, their chain of checksums holds"
            )
        } catch .notFound {
            return Check(name: name, status: .ok, detail: "none yet")
        } catch .locked(let owner) {
            return Check(name: name, status: .warning, detail: "in use: \(owner)")
        } catch {
            return Check(name: name, status: .failed, detail: error.description)
        }
    }

    /// The time of one sync bounds how long an order takes to be durable.
    private func checkSync() -> Check {
        let name = "disk sync"
        let folder =
            FileManager.default.fileExists(atPath: dataDirectory) ? dataDirectory : existingParent
        guard let milliseconds = DiskSync.medianMilliseconds(in: folder) else {
            return Check(name: name, status: .failed, detail: "\(folder) cannot be synced")
        }
        let detail = "\(milliseconds.formatted(decimals: 1)) ms for a sync in \(folder)"
        return Check(name: name, status: milliseconds > 25 ? .warning : .ok, detail: detail)
    }

    private func checkMemory() -> Check {
        let name = "memory"
        let mebibyte: UInt64 = 1 << 20
        guard let available = AvailableMemory.bytes else {
            let total = ProcessInfo.processInfo.physicalMemory / mebibyte
            return Check(name: name, status: .ok, detail: "\(total) MiB in all")
        }
        return Check(
            name: name,
            status: available < 256 * mebibyte ? .warning : .ok,
            detail: "\(available / mebibyte) MiB available; an idle venue needs about 150"
        )
    }

    /// The nearest folder above the data directory that exists.
    private var existingParent: String {
        var url = URL(fileURLWithPath: dataDirectory)
        repeat {
            url.deleteLastPathComponent()
        } while url.path != "/" && !FileManager.default.fileExists(atPath: url.path)
        return url.path
    }
}

extension Double {
    /// For times only; nothing near money is a `Double`.
    fileprivate func formatted(decimals: Int) -> String {
        String(format: "%.\(decimals)f", self)
    }
}
