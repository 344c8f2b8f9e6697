import PlimsollModel

/// The commands of a flow's steps, by readable fields.
enum FlowCommands {
    static let names = [
        "index", "buy", "sell", "amend", "cancel", "cancelAll", "stop", "cancelStop", "deposit",
        "withdraw", "transfer", "leverage", "marginMode", "positionMode", "isolatedMargin",
        "countdown", "fundingRate",
    ]

    static func command(
        _ name: String,
        _ reader: DocumentReader,
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> Command {
        switch name {
        case "index": return try index(reader, in: venue)
        case "buy": return try order(.buy, reader, in: venue)
        case "sell": return try order(.sell, reader, in: venue)
        case "amend": return try amendment(reader, in: venue)
        case "stop": return try conditional(reader, in: venue)
        case "deposit", "withdraw":
            let members = try reader.members(required: ["account", "amount"], optional: ["asset"])
            let change = BalanceChange(
                account: try account(members, in: venue),
                asset: try venue.asset(members["asset"], reader),
                amount: try Profile.member("amount", of: members).amount()
            )
            return name == "deposit" ? .deposit(change) : .withdraw(change)
        case "transfer":
            let members = try reader.members(
                required: ["from", "to", "amount"],
                optional: ["asset"]
            )
            return .transfer(
                AccountTransfer(
                    from: try venue.account(Profile.member("from", of: members)),
                    to: try venue.account(Profile.member("to", of: members)),
                    asset: try venue.asset(members["asset"], reader),
                    amount: try Profile.member("amount", of: members).amount()
                )
            )
        case "fundingRate":
            let members = try reader.members(required: ["rate"], optional: ["instrument"])
            return .setFundingRate(
                try venue.instrument(members["instrument"]),
                Rate(units: try Profile.member("rate", of: members).signedUnits(of: Rate.self))
            )
        default: return try accountCommand(name, reader, in: venue)
        }
    }

    /// What an account does to its own orders and settings.
    private static func accountCommand(
        _ name: String,
        _ reader: DocumentReader,
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> Command {
        let keys: [String: [String]] = [
            "cancel": ["id"], "cancelStop": ["id"], "leverage": ["leverage"],
            "marginMode": ["mode"], "positionMode": ["hedge"], "isolatedMargin": ["amount"],
            "countdown": ["after"],
        ]
        let members = try reader.members(
            required: ["account"] + (keys[name] ?? []),
            optional: name == "isolatedMargin" ? ["instrument", "side"] : ["instrument"]
        )
        let account = try account(members, in: venue)
        let instrument = try venue.instrument(members["instrument"])
        switch name {
        case "cancel":
            return .cancelOrder(
                OrderReference(
                    account: account,
                    instrument: instrument,
                    clientOrderID: try Profile.member("id", of: members).clientOrderID()
                )
            )
        case "cancelStop":
            return .cancelConditionalOrder(
                ConditionalReference(
                    account: account,
                    instrument: instrument,
                    clientOrderID: try Profile.member("id", of: members).clientOrderID()
                )
            )
        case "leverage":
            let leverage = try Profile.member("leverage", of: members).whole(as: UInt16.self)
            return .setLeverage(account, instrument, leverage)
        case "marginMode":
            return .setMarginMode(
                account,
                instrument,
                try Profile.member("mode", of: members).choice()
            )
        case "positionMode":
            return .setPositionMode(
                account,
                isHedge: try Profile.member("hedge", of: members).flag()
            )
        case "isolatedMargin":
            let amount = try Profile.member("amount", of: members).signedAmount()
            let side = try members["side"]?.choice(of: PositionSide.self) ?? .both
            return .adjustIsolatedMargin(account, instrument, amount, side: side)
        case "countdown":
            let milliseconds = try Profile.member("after", of: members).milliseconds()
            return .setCountdown(account, instrument, milliseconds: milliseconds)
        default:
            return .cancelAllOrders(account, instrument)
        }
    }

    private static func account(
        _ members: [String: DocumentReader],
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> AccountID {
        try venue.account(Profile.member("account", of: members))
    }

    /// A price alone, or `{ "price", "instrument", "source" }`.
    private static func index(
        _ reader: DocumentReader,
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> Command {
        if case .text = reader.value {
            return .updateIndexPrice(InstrumentID(rawValue: 0), try reader.fixed(as: Price.self))
        }
        let members = try reader.members(required: ["price"], optional: ["instrument", "source"])
        return .updateIndexPrice(
            try venue.instrument(members["instrument"]),
            try Profile.member("price", of: members).fixed(as: Price.self),
            source: try members["source"]?.whole(as: UInt8.self) ?? 0
        )
    }

    /// An order with a price is a limit order, one without a market order.
    private static func order(
        _ side: Side,
        _ reader: DocumentReader,
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> Command {
        let members = try reader.members(
            required: ["account", "quantity"],
            optional: [
                "instrument", "price", "timeInForce", "reduceOnly", "id", "positionSide",
                "selfTradePrevention", "priceMatch", "goodFor",
            ]
        )
        let instrument = try venue.instrument(members["instrument"])
        let prevention = venue.rules.instruments[instrument.index].limits.selfTradePrevention
        var order = NewOrder(
            account: try account(members, in: venue),
            instrument: instrument,
            side: side,
            type: members["price"] == nil && members["priceMatch"] == nil ? .market : .limit,
            timeInForce: try members["timeInForce"]?.choice() ?? .goodTillCancelled,
            reduceOnly: try members["reduceOnly"]?.flag() ?? false,
            price: try members["price"]?.fixed(as: Price.self) ?? .zero,
            quantity: try Profile.member("quantity", of: members).fixed(as: Quantity.self),
            clientOrderID: try members["id"]?.clientOrderID() ?? .none,
            positionSide: try members["positionSide"]?.choice() ?? .both,
            selfTradePrevention: try members["selfTradePrevention"]?.choice() ?? prevention,
            priceMatch: try members["priceMatch"]?.choice() ?? .none
        )
        if let span = members["goodFor"] {
            order.timeInForce = .goodTillDate
            order.goodTillDate = venue.now.advanced(byMilliseconds: try span.milliseconds())
        }
        return .placeOrder(order)
    }

    private static func amendment(
        _ reader: DocumentReader,
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> Command {
        let members = try reader.members(
            required: ["account", "id", "price", "quantity"],
            optional: ["instrument"]
        )
        return .amendOrder(
            OrderAmendment(
                target: OrderReference(
                    account: try account(members, in: venue),
                    instrument: try venue.instrument(members["instrument"]),
                    clientOrderID: try Profile.member("id", of: members).clientOrderID()
                ),
                price: try Profile.member("price", of: members).fixed(as: Price.self),
                quantity: try Profile.member("quantity", of: members).fixed(as: Quantity.self)
            )
        )
    }

    private static func conditional(
        _ reader: DocumentReader,
        in venue: borrowing FlowVenue
    ) throws(ProfileError) -> Command {
        let members = try reader.members(
            required: ["account", "side", "type"],
            optional: [
                "instrument", "source", "trigger", "price", "quantity", "callbackRate",
                "activation", "reduceOnly", "closePosition", "priceProtect", "id", "positionSide",
            ]
        )
        return .placeConditionalOrder(
            NewConditionalOrder(
                account: try account(members, in: venue),
                instrument: try venue.instrument(members["instrument"]),
                side: try Profile.member("side", of: members).choice(),
                type: try Profile.member("type", of: members).choice(),
                source: try members["source"]?.choice() ?? .lastPrice,
                reduceOnly: try members["reduceOnly"]?.flag() ?? false,
                closePosition: try members["closePosition"]?.flag() ?? false,
                priceProtect: try members["priceProtect"]?.flag() ?? false,
                triggerPrice: try members["trigger"]?.fixed(as: Price.self) ?? .zero,
                price: try members["price"]?.fixed(as: Price.self) ?? .zero,
                quantity: try members["quantity"]?.fixed(as: Quantity.self) ?? .zero,
                callbackRate: try members["callbackRate"]?.fixed(as: Rate.self) ?? .zero,
                activationPrice: try members["activation"]?.fixed(as: Price.self) ?? .zero,
                clientOrderID: try members["id"]?.clientOrderID() ?? .none,
                positionSide: try members["positionSide"]?.choice() ?? .both
            )
        )
    }
}

extension DocumentReader {
    func clientOrderID() throws(ProfileError) -> ClientOrderID {
        guard let id = ClientOrderID(try text()) else {
            throw fail("a client's name for an order is 1 to 36 letters, digits or . : / _ -")
        }
        return id
    }

    func signedAmount() throws(ProfileError) -> Amount {
        let text = try text()
        do {
            return try Amount(parsing: text, allowsSign: true)
        } catch {
            throw fail(error.sentence)
        }
    }

    func signedUnits<Number: FixedPoint>(of type: Number.Type) throws(ProfileError) -> Int64 {
        let text = try text()
        do {
            return try Number(parsing: text, allowsSign: true).units
        } catch {
            throw fail(error.sentence)
        }
    }
}
