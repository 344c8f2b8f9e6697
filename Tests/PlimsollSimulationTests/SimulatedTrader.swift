import HTTPTypes
import PlimsollModel

@testable import PlimsollGateway

/// A client, and what it was told.
struct SimulatedTrader {
    /// What a client knows of an order that it sent.
    enum Knowledge: Equatable {
        /// The venue took it, under this number.
        case taken(String)
        case refused
        /// No answer came, or one that says that nobody knows.
        case unknown
    }

    struct Order {
        var name: String
        var symbol: String
        var knowledge: Knowledge
    }

    let credential: Credential
    /// The newest last.
    private(set) var orders: [Order] = []
    private var count = 0

    init(_ credential: Credential) { self.credential = credential }

    /// A request that only this trader can make.
    func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ parameters: String = "",
        isForm: Bool = false
    ) -> SimulatedRequest {
        SimulatedRequest(
            method: method,
            path: path,
            parameters: parameters,
            credential: credential,
            isForm: isForm
        )
    }

    mutating func nextName() -> String {
        count += 1
        return "\(credential.account.rawValue)-\(count)"
    }

    /// Learns from an answer, or from none.
    mutating func learn(_ name: String, _ symbol: String, from answer: SimulatedAnswer?) {
        let knowledge: Knowledge
        switch answer {
        case let answer? where answer.isDone:
            knowledge = answer.json?["orderId"]?.scalarText.map(Knowledge.taken) ?? .unknown
        // Overload says that nothing was done; other errors of the server do not.
        case let answer? where answer.status < 500 || answer.code == -1008: knowledge = .refused
        default: knowledge = .unknown
        }
        orders.append(Order(name: name, symbol: symbol, knowledge: knowledge))
    }

    /// Whether what the venue now says of an order fits what was told; a reason where it does not.
    func contradiction(of order: Order, _ answer: SimulatedAnswer?) -> String? {
        guard let answer, answer.status < 500 else { return nil }
        let told = "\(order.name) on \(order.symbol), told as \(order.knowledge)"
        switch order.knowledge {
        case .taken(let number):
            guard answer.isDone else { return "\(told), is gone: \(answer.text)" }
            let found = answer.json?["orderId"]?.scalarText
            guard found == number, answer.json?["clientOrderId"]?.scalarText == order.name else {
                return "\(told), is another order: \(answer.text)"
            }
        case .refused:
            guard answer.code == -2013 else { return "\(told), exists: \(answer.text)" }
        case .unknown:
            guard answer.isDone || answer.code == -2013 else { return "\(told): \(answer.text)" }
        }
        return nil
    }
}
