/// Where a client is pointed, and with which key.
struct VenueAddress {
    /// Each without a slash at the end.
    let http: String
    let webSocket: String
    /// The TLS listener, where its address is known.
    let https: String?
    let key: String?
    let secret: String?

    /// The REST base for a client that is to meet TLS.
    ///
    /// ccxt chooses its table of futures errors by what an address begins with. The user name makes
    /// this one begin as the exchange's own test site does; requests go to this machine all the same.
    var ccxtHTTPS: String? {
        https.map { $0.replacing("https://", with: "https://demo-fapi@", maxReplacements: 1) }
    }
}

/// What `plimsoll connect` prints: complete as it stands, to paste and run.
struct ClientBlock {
    let text: String
    /// Said beside a block in a format that has no comments.
    var remark: String?
}

/// A literal in Python, in JavaScript or in JSON.
indirect enum Literal {
    case text(String)
    case flag(Bool)
    case number(Int)
    case list([Literal])
    case object([(name: String, value: Literal)])
    /// A variable of the environment, where the language has them; `nil` members are left out.
    case environment(String)

    enum Language {
        case python, javaScript, json
    }

    /// `indent` is that of the line on which the literal begins.
    func rendered(in language: Language, indent: Int = 0) -> String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .flag(let value): language == .python ? (value ? "True" : "False") : "\(value)"
        case .number(let number): "\(number)"
        case .list(let elements):
            "["
                + elements.map { $0.rendered(in: language, indent: indent) }
                .joined(separator: ", ") + "]"
        case .object(let members): object(members, language, indent)
        case .environment(let name):
            switch language {
            case .python: "os.environ[\"\(name)\"]"
            case .javaScript: "process.env.\(name)"
            case .json: "\"\""
            }
        }
    }

    private func object(
        _ members: [(name: String, value: Literal)],
        _ language: Language,
        _ indent: Int
    ) -> String {
        let inner = indent + 4
        let lines = members.map { member in
            String(repeating: " ", count: inner) + "\"\(member.name)\": "
                + member.value.rendered(in: language, indent: inner)
        }
        // JSON takes no comma after the last member.
        let end = language == .json ? "\n" : ",\n"
        return "{\n" + lines.joined(separator: ",\n") + end
            + String(repeating: " ", count: indent) + "}"
    }

    /// A key or secret: as given, else from the environment when the block runs.
    static func credential(_ given: String?, _ name: String) -> Literal {
        given.map(Literal.text) ?? .environment(name)
    }
}
