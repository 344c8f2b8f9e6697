import Crypto
public import Foundation
import NIOSSL
import SwiftASN1
import X509

/// Why the venue cannot prove over TLS who it is.
public enum TLSIdentityError: Error, CustomStringConvertible, Sendable {
    case unreadable(path: String)
    case unwritable(path: String)
    /// What is wrong with a certificate or a key; never what is in it.
    case unusable(path: String, reason: String)

    public var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read"
        case .unwritable(let path): "\(path) cannot be written"
        case .unusable(let path, let reason): "\(path) cannot be used for TLS: \(reason)"
        }
    }
}

/// The certificate and private key of the TLS listener.
///
/// Without files of the user's own the venue makes a key and signs the certificate with it. Nobody
/// vouches for such a certificate: a client either trusts this one file or does not verify at all,
/// which on the loopback gives nothing away.
public struct TLSIdentity: Sendable {
    public static let certificateFileName = "tls-certificate.pem"
    public static let keyFileName = "tls-key.pem"

    /// How long a certificate of our own making lasts.
    static let validity: TimeInterval = 730 * 86_400
    /// One with less left than this is made anew at the next start.
    static let renewal: TimeInterval = 30 * 86_400

    /// The chain, leaf first, as PEM: what a client may be told to trust.
    public let certificate: String
    public let notAfter: Date
    private let privateKey: String
    private let path: String

    /// The user's own certificate, with its chain, and its key.
    public static func files(
        certificate: String,
        key: String
    ) throws(TLSIdentityError) -> TLSIdentity {
        let identity = TLSIdentity(
            certificate: try read(certificate),
            notAfter: try expiry(of: try read(certificate), path: certificate),
            privateKey: try read(key),
            path: certificate
        )
        _ = try identity.context()
        return identity
    }

    /// The venue's own: that of the data directory, made at the first start and before it runs out.
    ///
    /// Without a directory it lives as long as the process.
    public static func own(
        directory: String?,
        at time: Date = Date()
    ) throws(TLSIdentityError) -> TLSIdentity {
        guard let directory else { return try made(at: time) }
        if let kept = try kept(directory: directory),
            kept.notAfter.timeIntervalSince(time) > renewal
        {
            return kept
        }
        let identity = try made(at: time)
        let certificatePath = directory + "/" + certificateFileName
        // Without its certificate a key counts for nothing: no crash on the way leaves a pair that
        // does not match.
        try? FileManager.default.removeItem(atPath: certificatePath)
        try write(identity.privateKey, to: directory + "/" + keyFileName)
        try write(identity.certificate, to: certificatePath)
        return identity
    }

    /// The one in a data directory; `nil` where there is none yet.
    public static func kept(directory: String) throws(TLSIdentityError) -> TLSIdentity? {
        let certificatePath = directory + "/" + certificateFileName
        let keyPath = directory + "/" + keyFileName
        guard FileManager.default.fileExists(atPath: certificatePath),
            FileManager.default.fileExists(atPath: keyPath)
        else { return nil }
        return try files(certificate: certificatePath, key: keyPath)
    }

    /// What the listener needs; the certificate must be the key's.
    func context() throws(TLSIdentityError) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            // The clients' libraries may offer HTTP/2, which is not spoken here.
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusable(path: path, reason: "certificate and key do not belong together")
        }
    }

    // MARK: Making one

    private static func made(at time: Date) throws(TLSIdentityError) -> TLSIdentity {
        do {
            let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
            let name = try DistinguishedName {
                OrganizationName("Plimsoll")
                CommonName("Plimsoll on this machine")
            }
            let notAfter = time.addingTimeInterval(validity)
            let certificate = try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: key.publicKey,
                // A client whose clock is behind must not find it too young.
                notValidBefore: time.addingTimeInterval(-86_400),
                notValidAfter: notAfter,
                issuer: name,
                subject: name,
                extensions: extensions(of: key.publicKey),
                issuerPrivateKey: key
            )
            return TLSIdentity(
                certificate: try certificate.serializeAsPEM().pemString + "\n",
                notAfter: notAfter,
                privateKey: try key.serializeAsPEM().pemString + "\n",
                path: certificateFileName
            )
        } catch {
            throw .unusable(path: certificateFileName, reason: "\(error)")
        }
    }

    /// Its own authority, as the verifiers of several TLS libraries ask, yet one that can vouch for
    /// nothing but this machine's loopback: trusting it anywhere else gives nothing away.
    private static func extensions(
        of key: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        let loopback: [UInt8] = [127, 0, 0, 1]
        let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
        let wholeAddress = [UInt8](repeating: 255, count: 4)
        let wholeAddress6 = [UInt8](repeating: 255, count: 16)
        return try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
            Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectKeyIdentifier(hash: key)
            SubjectAlternativeNames([
                .dnsName("localhost"),
                .ipAddress(ASN1OctetString(contentBytes: loopback[...])),
                .ipAddress(ASN1OctetString(contentBytes: loopback6[...])),
            ])
            Critical(
                NameConstraints(
                    permittedDNSDomains: ["localhost"],
                    permittedIPRanges: [
                        ASN1OctetString(contentBytes: (loopback + wholeAddress)[...]),
                        ASN1OctetString(contentBytes: (loopback6 + wholeAddress6)[...]),
                    ]
                )
            )
        }
    }

    // MARK: Files

    private static func expiry(of text: String, path: String) throws(TLSIdentityError) -> Date {
        do {
            return try Certificate(pemEncoded: text).notValidAfter
        } catch {
            throw .unusable(path: path, reason: "it is no certificate in PEM")
        }
    }

    private static func read(_ path: String) throws(TLSIdentityError) -> String {
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)
        else { throw .unreadable(path: path) }
        return text
    }

    private static func write(_ text: String, to path: String) throws(TLSIdentityError) {
        do {
            try PrivateFile.write(Data(text.utf8), to: path)
        } catch {
            throw .unwritable(path: path)
        }
    }
}

extension TLSIdentity: CustomStringConvertible, CustomReflectable {
    // The private key must not reach a log through an interpolation or a dump.
    public var description: String { "TLS identity of \(path), valid until \(notAfter)" }
    public var customMirror: Mirror { Mirror(self, children: ["notAfter": notAfter]) }
}
