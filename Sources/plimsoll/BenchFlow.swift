import Foundation
import PlimsollEngine
import PlimsollModel

/// The common order flow, as `flow/FORMAT.md` lays it out ("LVFLOW01").
struct Flow {
    enum Operation: UInt8 {
        case limit = 1
        case cancel = 2
        case immediateOrCancel = 3
        case market = 4
        case replace = 5
    }

    struct Record: BitwiseCopyable {
        var operation: Operation
        var side: Side
        var account: UInt32
        var order: OrderID
        var tick: Int32
        var lots: Int64
        var nanoseconds: UInt32
    }

    /// What the file's own reference engine made of the flow.
    var expected: FlowOutcome
    var records: [Record]

    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        var reader = ByteReader([UInt8](data.prefix(128)))
        guard data.prefix(8) == Data("LVFLOW01".utf8) else {
            throw FlowError(message: "\(path) is not an LVFLOW01 file")
        }
        let _: UInt64 = try reader.integer()
        let version: UInt32 = try reader.integer()
        let recordSize: UInt32 = try reader.integer()
        let count: UInt64 = try reader.integer()
        guard version == 1, recordSize == 32, UInt64(data.count) == 128 + count * 32 else {
            throw FlowError(message: "\(path) is cut short or of another version")
        }
        let _: UInt64 = try reader.integer()
        expected = FlowOutcome()
        expected.fills = try reader.integer()
        expected.volume = try reader.integer()
        expected.rejects = try reader.integer()
        expected.hash = try reader.integer()
        records = []
        records.reserveCapacity(Int(count))
        let bytes = [UInt8](data)
        for number in 0..<Int(count) {
            let start = 128 + number * 32
            records.append(try Self.record(bytes[start..<(start + 32)], number, path))
        }
    }

    private static func record(
        _ bytes: ArraySlice<UInt8>,
        _ number: Int,
        _ path: String
    ) throws -> Record {
        var reader = ByteReader(bytes)
        let operation = Operation(rawValue: try reader.integer())
        let side = Side(rawValue: try reader.integer())
        let _: UInt16 = try reader.integer()
        let account: UInt32 = try reader.integer()
        let order: UInt64 = try reader.integer()
        let tick: Int64 = try reader.integer()
        let lots: UInt32 = try reader.integer()
        let nanoseconds: UInt32 = try reader.integer()
        guard let operation, let side, let narrowTick = Int32(exactly: tick) else {
            throw FlowError(message: "\(path): record \(number) is malformed")
        }
        return Record(
            operation: operation,
            side: side,
            account: account,
            order: OrderID(rawValue: order),
            tick: narrowTick,
            lots: Int64(lots),
            nanoseconds: nanoseconds
        )
    }

    /// Matches the flow with the book alone.
    ///
    /// - Returns: The outcome.
    func match(into replay: inout BookReplay) -> FlowOutcome {
        for record in records { apply(record, to: &replay) }
        return replay.outcome
    }

    /// - Returns: For a replaced order, how much of it was filled before.
    @discardableResult
    fileprivate func apply(_ record: Record, to replay: inout BookReplay) -> Quantity? {
        let quantity = Quantity(units: record.lots)
        switch record.operation {
        case .limit:
            replay.place(
                record.order,
                record.side,
                limit: record.tick,
                quantity,
                rests: true
            )
        case .immediateOrCancel:
            replay.place(
                record.order,
                record.side,
                limit: record.tick,
                quantity,
                rests: false
            )
        case .market:
            replay.place(
                record.order,
                record.side,
                limit: record.side == .buy ? .max : 0,
                quantity,
                rests: false
            )
        case .cancel: replay.cancel(record.order)
        case .replace: return replay.replace(record.order, limit: record.tick, quantity)
        }
        return nil
    }
}

struct FlowError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}

/// The flow as commands of a whole venue: 1,000 margined accounts, half isolated, half cross.
struct FlowVenue {
    static let instrument = InstrumentID(rawValue: 0)
    /// A tick of one and a step of a thousandth put the flow's 50,000 ticks at a price of 50,000.
    static let unitsPerTick: Int64 = 100_000_000
    static let unitsPerLot: Int64 = 100_000

    /// Rules, accounts, deposits, settings and the first price: not part of what is timed.
    var opening: [SequencedCommand] = []
    var commands: [SequencedCommand] = []

    init(flow: Flow, rules: InstrumentRules, assets: [Symbol]) {
        var sequence = Sequence.zero
        let start: Int64 = 1_735_689_600_000
        func next(_ command: Command, at nanoseconds: Int64 = 0) -> SequencedCommand {
            sequence = sequence.next
            return SequencedCommand(
                sequence: sequence,
                time: Timestamp(milliseconds: start + nanoseconds / 1_000_000),
                command: command
            )
        }
        let venue = VenueRules(name: "bench", assets: assets, instruments: [rules])
        for change in venue.changes { opening.append(next(.changeRules(change))) }
        let accountCount = (flow.records.map(\.account).max() ?? 0) + 1
        for index in 0..<accountCount {
            let account = AccountID(rawValue: AccountID.firstOpened.rawValue + index)
            opening.append(next(.openAccount(.trader)))
            opening.append(
                next(
                    .deposit(
                        BalanceChange(
                            account: account,
                            asset: rules.contract.settleAsset,
                            amount: Amount(100_000_000)
                        )
                    )
                )
            )
            opening.append(next(.setLeverage(account, Self.instrument, 5)))
            if index % 2 == 0 {
                opening.append(next(.setMarginMode(account, Self.instrument, .isolated)))
            }
        }
        opening.append(
            next(.updateIndexPrice(Self.instrument, Price(units: 50_000 * Self.unitsPerTick)))
        )
        var replay = BookReplay()
        var nanoseconds: Int64 = 0
        // A venue's order keeps counting over replacements; the twin begins anew with each.
        var filled: [OrderID: Quantity] = [:]
        commands.reserveCapacity(flow.records.count)
        for record in flow.records {
            nanoseconds += Int64(record.nanoseconds)
            if let more = flow.apply(record, to: &replay) {
                filled[record.order, default: .zero] += more
            }
            let already = filled[record.order] ?? .zero
            commands.append(next(Self.command(record, filled: already), at: nanoseconds))
        }
    }

    private static func command(_ record: Flow.Record, filled: Quantity) -> Command {
        let account = AccountID(rawValue: AccountID.firstOpened.rawValue + record.account)
        let price = Price(units: Int64(record.tick) * unitsPerTick)
        let quantity = Quantity(units: record.lots * unitsPerLot)
        let target = OrderReference(
            account: account,
            instrument: instrument,
            order: record.order
        )
        switch record.operation {
        case .cancel: return .cancelOrder(target)
        case .replace:
            let already = Quantity(units: filled.units * unitsPerLot)
            return .amendOrder(
                OrderAmendment(target: target, price: price, quantity: already + quantity)
            )
        case .limit, .immediateOrCancel, .market:
            return .placeOrder(
                NewOrder(
                    account: account,
                    instrument: instrument,
                    side: record.side,
                    type: record.operation == .market ? .market : .limit,
                    timeInForce: record.operation == .limit
                        ? .goodTillCancelled : .immediateOrCancel,
                    price: record.operation == .market ? .zero : price,
                    quantity: quantity,
                    // The flow's owners trade with themselves, as its other readers let them.
                    selfTradePrevention: .none
                )
            )
        }
    }
}
