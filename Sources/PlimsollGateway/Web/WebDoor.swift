import HTTPTypes
import HummingbirdCore
import NIOCore

/// Answers requests for the files of the web app.
struct WebDoor: Sendable {
    let assets: WebAssets

    /// `nil` where the path is no file of the app.
    func response(to request: Request, path: String) -> Response? {
        guard request.method == .get || request.method == .head else { return nil }
        guard let asset = assets[path] else {
            guard assets[path + "/"] != nil else { return nil }
            return Response(status: .permanentRedirect, headers: [.location: path + "/"])
        }
        var headers = Self.headers
        headers[.contentType] = asset.contentType
        headers[.eTag] = asset.tag
        if asset.contentType.hasPrefix("text/html") {
            headers[.contentSecurityPolicy] = Self.policy
        }
        let known = request.headers[.ifNoneMatch] ?? ""
        if known.split(separator: ",").contains(where: { $0.hasSuffix(asset.tag) }) {
            return Response(status: .notModified, headers: headers)
        }
        var body = asset.plain
        if let compressed = asset.compressed, Self.takesGzip(request) {
            headers[.contentEncoding] = "gzip"
            body = compressed
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private static func takesGzip(_ request: Request) -> Bool {
        let codings = request.headers[.acceptEncoding]?.split(separator: ",") ?? []
        return codings.contains { $0.drop { $0 == " " }.prefix { $0 != ";" } == "gzip" }
    }

    /// Nothing from elsewhere, no script or style in the page, no frame around it.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
        img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'
        """

    private static let headers: HTTPFields = {
        var headers: HTTPFields = [
            .xContentTypeOptions: "nosniff",
            // Kept, and asked for again each time: the tag answers in a few bytes.
            .cacheControl: "no-cache",
            .vary: "Accept-Encoding",
        ]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        return headers
    }()
}
