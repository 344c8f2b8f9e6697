import BigInt
import PlimsollModel

/// What a reader of the engine's events knows, kept command by command.
struct ToldState {
    struct Purse: Hashable {
        var asset: AssetID
        var pocket: Pocket
    }

    struct Stake: Hashable {
        var account: AccountID
        var instrument: InstrumentID
        var side: PositionSide
    }

    struct Level: Hashable {
        var instrument: InstrumentID
        var side: Side
        var price: Price
    }

    struct Order: Equatable {
        var account: AccountID
        var instrument: InstrumentID
        var price: Price
        var quantity: Quantity
        var remaining: Quantity
        var marginPrice: Price
    }

    private(set) var balances: [Purse: Amount] = [:]
    private(set) var positions: [Stake: PositionChanged] = [:]
    private(set) var orders: [OrderID: Order] = [:]
    private(set) var levels: [Level: Quantity] = [:]
    private(set) var marks: [InstrumentID: Price] = [:]
    private var updates: [InstrumentID: UInt64] = [:]

    /// Takes events in; returns what contradicts the events before.
    mutating func fold(_ events: [Event]) -> String? {
        for event in events {
            switch event {
            case .moneyMoved(let move):
                balances[Purse(asset: move.asset, pocket: move.from)] = move.fromBalance
                balances[Purse(asset: move.asset, pocket: move.to)] = move.toBalance
            case .positionChanged(let change):
                let stake = Stake(
                    account: change.account,
                    instrument: change.instrument,
                    side: change.side
                )
                positions[stake] = change
            case .orderAccepted(let order):
                orders[order.order] = Order(
                    account: order.account,
                    instrument: order.instrument,
                    price: order.price,
                    quantity: order.quantity,
                    remaining: order.quantity,
                    marginPrice: order.marginPrice
                )
            case .orderAmended(let order):
                guard let filled = orders[order.order].map({ $0.quantity - $0.remaining }) else {
                    return "order \(order.order) was amended and never accepted"
                }
                orders[order.order]?.price = order.price
                orders[order.order]?.quantity = order.quantity
                orders[order.order]?.remaining = order.quantity - filled
                orders[order.order]?.marginPrice = order.marginPrice
            case .orderFilled(let fill):
                orders[fill.order]?.remaining = fill.remaining
                if fill.remaining.isZero { orders[fill.order] = nil }
            case .orderClosed(let closed):
                orders[closed.order] = nil
            case .selfTradePrevented(let prevented):
                // Who lost all of it ends with an event of its own.
                orders[prevented.maker]?.quantity -= prevented.makerPrevented
                orders[prevented.maker]?.remaining -= prevented.makerPrevented
                orders[prevented.taker]?.quantity -= prevented.takerPrevented
                orders[prevented.taker]?.remaining -= prevented.takerPrevented
            case .levelChanged(let change):
                let level = Level(
                    instrument: change.instrument,
                    side: change.side,
                    price: change.price
                )
                levels[level] = change.quantity.isZero ? nil : change.quantity
                let before = updates[change.instrument] ?? 0
                guard change.update == before + 1 else {
                    return "level change \(change.update) follows \(before)"
                }
                updates[change.instrument] = change.update
            case .pricesUpdated(let prices):
                marks[prices.instrument] = prices.mark
            default:
                break
            }
        }
        return nil
    }

    /// The first thing in which the twin's whole state differs from what the engine told.
    func difference(from twin: ReferenceVenue) -> String? {
        var balanceCount = 0
        for wallet in twin.wallets {
            let purse = Purse(asset: wallet.asset, pocket: .wallet(wallet.account))
            balanceCount += balances[purse] == nil ? 0 : 1
            guard (balances[purse] ?? .zero).big == wallet.balance else {
                return "wallet of \(wallet.account): \(wallet.balance), told "
                    + "\(balances[purse] ?? .zero)"
            }
        }
        for stake in twin.stakes {
            let asset = twin.settleAsset(of: stake)
            let purse = Purse(asset: asset, pocket: stake.pocket)
            balanceCount += balances[purse] == nil ? 0 : 1
            let name = Stake(
                account: stake.account,
                instrument: stake.instrument,
                side: stake.side
            )
            let told = positions[name]
            guard (balances[purse] ?? .zero).big == stake.wallet,
                (told?.quantity ?? .zero).big == stake.quantity,
                (told?.entryValue ?? .zero).big == stake.entryValue
            else { return "stake \(stake): told \(told, default: "nothing")" }
        }
        guard balanceCount == balances.count else {
            return "\(balanceCount) pockets, told \(balances.count)"
        }
        return bookDifference(from: twin)
    }

    private func bookDifference(from twin: ReferenceVenue) -> String? {
        var expected: [Level: Quantity] = [:]
        for order in twin.orders {
            let level = Level(
                instrument: order.instrument,
                side: order.side,
                price: Price(order.price)
            )
            expected[level] = (expected[level] ?? .zero) + Quantity(order.remaining)
            let mine = Order(
                account: order.account,
                instrument: order.instrument,
                price: Price(order.price),
                quantity: Quantity(order.quantity),
                remaining: Quantity(order.remaining),
                marginPrice: Price(order.marginPrice)
            )
            guard orders[order.id] == mine else {
                return "order \(order.id): \(mine), told \(orders[order.id], default: "nothing")"
            }
        }
        guard expected == levels else { return "levels: \(expected), told \(levels)" }
        guard orders.count == twin.orders.count else {
            return "\(twin.orders.count) open orders, told \(orders.count)"
        }
        for (index, instrument) in twin.instruments.enumerated() {
            let told = marks[InstrumentID(rawValue: UInt16(index))] ?? .zero
            guard told.big == instrument.markPrice else {
                return "mark \(index): \(instrument.markPrice), told \(told)"
            }
        }
        return nil
    }
}
