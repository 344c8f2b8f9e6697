import PlimsollModel
import PlimsollProjections

/// Compares what a step left with what its file tells; keeps the first thing that differs.
struct FlowExpectations {
    let tolerance: Tolerance
    private(set) var mismatch: VectorMismatch?

    init(tolerance: Tolerance) {
        self.tolerance = tolerance
        mismatch = nil
    }

    /// Without expectations a step must at least not be refused.
    mutating func check(
        _ reader: DocumentReader?,
        of venue: borrowing FlowVenue
    ) throws(ProfileError) {
        let members = try reader?.members(
            required: [],
            optional: [
                "refused", "trades", "decisions", "wallets", "balances", "positions", "moved",
                "orders", "stops", "prices", "book",
            ]
        )
        compare(
            "refused",
            try members?["refused"]?.text() ?? "",
            venue.refusal.map { "\($0)" } ?? ""
        )
        guard let members else { return }
        if let list = members["trades"] { try checkTrades(list, venue) }
        if let list = members["decisions"] { try checkDecisions(list, venue) }
        for (name, entry) in try members["wallets"]?.entries() ?? [] {
            let pocket = try pocket(name, entry, venue)
            try compare("wallets.\(name)", entry, ExactNumber(pocket))
        }
        for (name, entry) in try members["balances"]?.entries() ?? [] {
            let words = name.split(separator: " ").map(String.init)
            let account = try venue.account(named: words.first ?? "", entry)
            let asset = words.count > 1 ? venue.asset(called: words[1]) : venue.settleAsset()
            guard let asset else { throw entry.fail("no asset is called \(words[1])") }
            let balance = venue.projections.walletBalance(of: account, in: asset)
            try compare("balances.\(name)", entry, ExactNumber(balance))
        }
        for (name, entry) in try members["positions"]?.entries() ?? [] {
            try checkPosition(name, entry, venue)
        }
        for (name, entry) in try members["moved"]?.entries() ?? [] {
            try checkMoved(name, entry, venue)
        }
        for (id, entry) in try members["orders"]?.entries() ?? [] {
            try checkOrder(id, entry, venue)
        }
        for (id, entry) in try members["stops"]?.entries() ?? [] {
            let status = Self.stop(id, venue).map { "\($0.status)" } ?? "unknown"
            compare("stops.\(id)", try entry.text(), status)
        }
        for (name, entry) in try members["prices"]?.entries() ?? [] {
            try checkPrice(name, entry, venue)
        }
        if let book = members["book"] { try checkBook(book, venue) }
    }

    // MARK: What happened

    /// Trades of the step in order, each as `[buyer, seller, quantity, price]`.
    private mutating func checkTrades(
        _ list: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        var expected: [String] = []
        for element in try list.elements() {
            var words: [String] = []
            for word in try element.elements() { words.append(try word.text()) }
            guard words.count == 4 else {
                throw element.fail("a trade is buyer, seller, quantity, price")
            }
            expected.append(words.joined(separator: " "))
        }
        compare("trades", expected, FlowDecisions.trades(of: venue))
    }

    private mutating func checkDecisions(
        _ list: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        var expected: [String] = []
        for element in try list.elements() { expected.append(try element.text()) }
        compare("decisions", expected, FlowDecisions.list(of: venue))
    }

    /// What an account received in the step for a reason, as in `"alice funding": "-1.5"`.
    private mutating func checkMoved(
        _ name: String,
        _ entry: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        let words = name.split(separator: " ").map(String.init)
        guard words.count == 2,
            let reason = TransferReason.allCases.first(where: { "\($0)" == words[1] })
        else {
            let reasons = TransferReason.allCases.map { "\($0)" }.joined(separator: ", ")
            throw entry.fail("money moves to an account for one of \(reasons)")
        }
        let account = try venue.account(named: words[0], entry)
        var sum = Amount.zero
        for case .moneyMoved(let move) in venue.events where move.reason == reason {
            if move.to.account == account { sum += move.amount }
            if move.from.account == account { sum -= move.amount }
        }
        try compare("moved.\(name)", entry, ExactNumber(sum))
    }

    // MARK: What is

    /// `alice` is a cross wallet in the first settle asset, `alice BTC` in another asset, and
    /// `alice BTCUSDT` or `alice BTCUSDT long` the wallet of an isolated position.
    private func pocket(
        _ name: String,
        _ entry: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) -> Amount {
        let words = name.split(separator: " ").map(String.init)
        let account = try venue.account(named: words.first ?? "", entry)
        guard words.count > 1 else {
            return venue.projections.account(account)?.wallet(venue.settleAsset()) ?? .zero
        }
        if let asset = venue.asset(called: words[1]) {
            return venue.projections.account(account)?.wallet(asset) ?? .zero
        }
        var sum = Amount.zero
        for position in try positions(name, entry, venue) { sum += position.isolatedWallet }
        return sum
    }

    /// The positions that a name stands for: of `alice` in the first instrument, of `alice ETHUSDT`,
    /// or of `alice ETHUSDT long`.
    private func positions(
        _ name: String,
        _ entry: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) -> [PositionProjection] {
        let words = name.split(separator: " ").map(String.init)
        let account = try venue.account(named: words.first ?? "", entry)
        var instrument = InstrumentID(rawValue: 0)
        if words.count > 1 { instrument = try venue.instrument(named: words[1], entry) }
        let all = venue.projections.account(account)?.positions ?? []
        let ours = all.filter { $0.instrument == instrument }
        guard words.count > 2 else { return ours }
        guard let side = PositionSide.allCases.first(where: { "\($0)" == words[2] }) else {
            throw entry.fail("\(words[2]) is no side of a position")
        }
        return ours.filter { FlowDecisions.side(of: $0) == side }
    }

    private mutating func checkPosition(
        _ name: String,
        _ entry: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        let positions = try positions(name, entry, venue)
        let quantity = positions.reduce(Quantity.zero) { $0 + $1.quantity }
        let field = "positions.\(name)"
        guard case .object = entry.value else {
            try compare(field, entry, ExactNumber(quantity))
            return
        }
        let parts = try entry.members(
            required: [],
            optional: [
                "quantity", "entryPrice", "entryValue", "realized", "feesPaid", "fundingReceived",
            ]
        )
        let position = positions.first { !$0.isFlat } ?? positions.first
        let values: [String: ExactNumber] = [
            "quantity": ExactNumber(quantity),
            "entryPrice": ExactNumber(
                position.map { $0.entryPrice(in: venue.contract(of: $0.instrument)) } ?? .zero
            ),
            "entryValue": ExactNumber(position?.entryValue ?? .zero),
            "realized": ExactNumber(position?.realizedPnL ?? .zero),
            "feesPaid": ExactNumber(position?.feesPaid ?? .zero),
            "fundingReceived": ExactNumber(position?.fundingReceived ?? .zero),
        ]
        for (key, value) in values {
            guard let part = parts[key] else { continue }
            try compare("\(field).\(key)", part, value)
        }
    }

    /// A status alone, or `{ "status", "filled", "reason" }`.
    private mutating func checkOrder(
        _ id: String,
        _ entry: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        guard let order = Self.order(id, venue) else {
            compare("orders.\(id)", entry.value.brief, "unknown")
            return
        }
        guard case .object = entry.value else {
            compare("orders.\(id)", try entry.text(), "\(order.status)")
            return
        }
        let parts = try entry.members(
            required: ["status"],
            optional: ["filled", "remaining", "price", "reason"]
        )
        compare("orders.\(id).status", try parts["status"]?.text() ?? "", "\(order.status)")
        if let filled = parts["filled"] {
            try compare("orders.\(id).filled", filled, ExactNumber(order.filled))
        }
        if let remaining = parts["remaining"] {
            try compare("orders.\(id).remaining", remaining, ExactNumber(order.remaining))
        }
        if let price = parts["price"] {
            try compare("orders.\(id).price", price, ExactNumber(order.price))
        }
        if let reason = parts["reason"] {
            let got = order.closeReason.map { "\($0)" } ?? "none"
            compare("orders.\(id).reason", try reason.text(), got)
        }
    }

    /// `mark`, `index`, `last`, `fundingRate` or `estimatedFundingRate`, of the first instrument or, as
    /// in `ETHUSDT mark`, of another.
    private mutating func checkPrice(
        _ name: String,
        _ entry: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        let words = name.split(separator: " ").map(String.init)
        var instrument = InstrumentID(rawValue: 0)
        if words.count > 1 { instrument = try venue.instrument(named: words[0], entry) }
        let market = venue.projections.market(instrument)
        guard let prices = market?.prices else {
            compare("prices.\(name)", entry.value.brief, "no price")
            return
        }
        let value: ExactNumber
        switch words.last {
        case "mark": value = ExactNumber(prices.mark)
        case "index": value = ExactNumber(prices.index)
        case "fundingBasis": value = ExactNumber(prices.fundingBasisPrice)
        case "averageBasis": value = ExactNumber(prices.averageBasisPrice)
        case "last": value = ExactNumber(market?.lastPrice ?? .zero)
        case "fundingRate": value = ExactNumber(prices.fundingRate)
        case "estimatedFundingRate": value = ExactNumber(prices.estimatedFundingRate)
        default:
            throw entry.fail(
                "a price is mark, index, last, fundingBasis, averageBasis, fundingRate or "
                    + "estimatedFundingRate"
            )
        }
        try compare("prices.\(name)", entry, value)
    }

    /// Levels of the first instrument, best first, as `[price, quantity]`.
    private mutating func checkBook(
        _ reader: DocumentReader,
        _ venue: borrowing FlowVenue
    ) throws(ProfileError) {
        let sides = try reader.members(required: [], optional: ["bids", "asks", "instrument"])
        let instrument = try venue.instrument(sides["instrument"])
        let book = venue.projections.market(instrument)?.book
        let levels = ["bids": book?.bids() ?? [], "asks": book?.asks() ?? []]
        for (side, levels) in levels.sorted(by: { $0.key < $1.key }) {
            guard let list = sides[side] else { continue }
            var expected: [String] = []
            for level in try list.elements() {
                var words: [String] = []
                for word in try level.elements() { words.append(try word.text()) }
                expected.append(words.joined(separator: " x "))
            }
            compare("book.\(side)", expected, levels.map { "\($0.price) x \($0.quantity)" })
        }
    }

    // MARK: Comparing

    private mutating func compare(
        _ field: String,
        _ expected: DocumentReader,
        _ got: ExactNumber
    ) throws(ProfileError) {
        guard mismatch == nil else { return }
        guard !tolerance.accepts(got, for: try expected.exactNumber()) else { return }
        mismatch = VectorMismatch(field: field, expected: expected.value.brief, got: got.text())
    }

    private mutating func compare(_ field: String, _ expected: String, _ got: String) {
        guard mismatch == nil, expected != got else { return }
        mismatch = VectorMismatch(
            field: field,
            expected: expected.isEmpty ? "nothing" : expected,
            got: got.isEmpty ? "nothing" : got
        )
    }

    private mutating func compare(_ field: String, _ expected: [String], _ got: [String]) {
        compare(
            field,
            "[" + expected.joined(separator: ", ") + "]",
            "[" + got.joined(separator: ", ") + "]"
        )
    }

    /// The order of that client id, whoever's it is; the youngest where the name was used again.
    private static func order(
        _ id: String,
        _ venue: borrowing FlowVenue
    ) -> OrderProjection? {
        var found: OrderProjection?
        for account in venue.projections.accountIDs {
            guard let projection = venue.projections.account(account) else { continue }
            let closed = (0..<projection.closedOrders.count).map { projection.closedOrders[$0] }
            for order in closed + projection.openOrders
            where order.clientOrderID.description == id {
                if found.map({ $0.id < order.id }) ?? true { found = order }
            }
        }
        return found
    }

    private static func stop(
        _ id: String,
        _ venue: borrowing FlowVenue
    ) -> ConditionalOrderProjection? {
        var found: ConditionalOrderProjection?
        for account in venue.projections.accountIDs {
            guard let projection = venue.projections.account(account) else { continue }
            let closed = (0..<projection.closedConditionals.count).map {
                projection.closedConditionals[$0]
            }
            for order in closed + projection.openConditionals
            where order.order.clientOrderID.description == id {
                if found.map({ $0.id < order.id }) ?? true { found = order }
            }
        }
        return found
    }
}
