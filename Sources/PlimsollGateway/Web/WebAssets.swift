import Crypto
import Foundation
import NIOCore

/// The files of the web app, read once at the start.
///
/// What is served is decided by this table and not by paths, so that no request can name another file.
/// A file `x.gz` beside `x` is the same, compressed when the assets were built.
public struct WebAssets: Sendable {
    struct Asset: Sendable {
        var plain: ByteBuffer
        var compressed: ByteBuffer?
        var contentType: String
        /// Of the content, quoted, as an `ETag` is.
        var tag: String
    }

    private let assets: [String: Asset]

    /// Reads a folder with all that is below it.
    ///
    /// - Throws: Where the folder or a file cannot be read.
    public init(folder: String) throws {
        var assets: [String: Asset] = [:]
        let files = FileManager.default
        for path in try files.subpathsOfDirectory(atPath: folder).sorted() {
            guard let type = Self.contentType(of: path) else { continue }
            let file = "\(folder)/\(path)"
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            let compressed = files.contents(atPath: file + ".gz")
            let digest = SHA256.hash(data: bytes).prefix(12)
            let asset = Asset(
                plain: ByteBuffer(bytes: bytes),
                compressed: compressed.map { ByteBuffer(bytes: $0) },
                contentType: type,
                tag: "\"" + digest.map { String($0, radix: 36) }.joined() + "\""
            )
            let isPage = path == "index.html" || path.hasSuffix("/index.html")
            assets["/" + (isPage ? String(path.dropLast("index.html".count)) : path)] = asset
        }
        self.assets = assets
    }

    subscript(path: String) -> Asset? { assets[path] }

    /// `nil` for what is no asset, such as the compressed twins.
    private static func contentType(of path: String) -> String? {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "woff2": "font/woff2"
        case "txt": "text/plain; charset=utf-8"
        default: nil
        }
    }
}
