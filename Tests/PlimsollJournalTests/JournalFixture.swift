import Foundation
import GRDB
import PlimsollModel

@testable import PlimsollJournal

/// A data directory that goes when the test ends.
final class JournalFixture {
    let directory: String

    /// - Parameter onDisk: Otherwise in memory where the system has a folder there: a crash is made
    ///   from what was written, so that no test of one needs a disk that is waited for.
    init(onDisk: Bool = true) {
        let memory = "/dev/shm/"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        directory =
            (onDisk || !isThere ? NSTemporaryDirectory() : memory)
            + "plimsoll-journal-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var database: String { directory + "/journal.sqlite" }
    var writeAheadLog: String { database + "-wal" }

    /// Opens it once its lock is free.
    ///
    /// Another test may start a process just then, which holds every open file, a lock among them,
    /// until it runs its own program.
    func open(limits: JournalLimits = JournalLimits()) throws -> Journal {
        for _ in 0..<3_000 {
            do throws(JournalError) {
                return try Journal.open(directory: directory, limits: limits)
            } catch .locked {
                usleep(20_000)
            }
        }
        return try Journal.open(directory: directory, limits: limits)
    }

    /// Makes the directory with nothing in it.
    func make() throws {
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
    }

    /// Writes the note of the last command that was acknowledged, as a process that is gone left it.
    func note(_ command: UInt64) throws {
        func line(_ label: String, _ number: UInt64) -> String {
            label + String(repeating: " ", count: 20 - "\(number)".count) + "\(number)\n"
        }
        try Self.write(
            Array((line("process ", 1) + line("command ", command)).utf8),
            to: directory + "/journal.lock"
        )
    }

    /// A closed journal of four batches with two snapshots and two settings.
    func fill() throws {
        let journal = try open()
        try Self.fill(journal)
        try journal.close()
    }

    static let batches: [ClosedRange<UInt64>] = [1...3, 4...4, 5...40, 41...42]

    static func fill(_ journal: Journal) throws {
        for batch in batches {
            try journal.append(commands(batch)[...], after: digest(before: batch.lowerBound))
        }
        for sequence: UInt64 in [4, 40] { try journal.store(snapshot(at: sequence)) }
        try journal.setSettings([("profile", "seed-simple"), ("seed", "42")])
    }

    static func digest(before sequence: UInt64) -> Digest { Digest(value: ~sequence &* 0x9E37) }

    static func snapshot(at sequence: UInt64) -> Snapshot {
        Snapshot(
            sequence: Sequence(rawValue: sequence),
            time: Timestamp(milliseconds: 1_700_000_000_000 + Int64(sequence)),
            digest: Digest(value: sequence &* 31),
            engine: (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 7) },
            projections: Array("what the readers see".utf8)
        )
    }

    /// One command of each shape in turn.
    static func commands(_ range: ClosedRange<UInt64>) -> [SequencedCommand] {
        range.map { number in
            SequencedCommand(
                sequence: Sequence(rawValue: number),
                time: Timestamp(milliseconds: 1_700_000_000_000 + Int64(number) * 250),
                command: command(number)
            )
        }
    }

    private static func command(_ number: UInt64) -> Command {
        let account = AccountID(rawValue: 16 + UInt32(number % 5))
        let instrument = InstrumentID(rawValue: UInt16(number % 3))
        switch number % 7 {
        case 0: return .openAccount(.trader)
        case 1:
            let amount = Amount(units: Int128(number) << 70)
            return .deposit(
                BalanceChange(account: account, asset: AssetID(rawValue: 0), amount: amount)
            )
        case 2:
            return .placeOrder(
                NewOrder(
                    account: account,
                    instrument: instrument,
                    side: .sell,
                    type: .limit,
                    price: Price(4_000),
                    quantity: Quantity(units: 50_000_000),
                    clientOrderID: ClientOrderID("order-\(number)") ?? .none
                )
            )
        case 3:
            return .cancelOrder(
                OrderReference(
                    account: account,
                    instrument: instrument,
                    order: OrderID(rawValue: number)
                )
            )
        case 4: return .updateIndexPrice(instrument, Price(Int(number)))
        case 5: return .cancelAllOrders(account, instrument)
        default: return .advanceTime
        }
    }

    static func replayed(
        _ journal: Journal,
        after sequence: UInt64 = 0
    ) throws -> [SequencedCommand] {
        var commands: [SequencedCommand] = []
        try journal.replay(after: Sequence(rawValue: sequence)) { commands.append($0) }
        return commands
    }

    /// Changes the stored rows behind the journal's back.
    static func tamper(_ fixture: JournalFixture, _ statements: String...) throws {
        let queue = try DatabaseQueue(path: fixture.database)
        try queue.write { database in
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
    }

    /// The files as a process that was killed now would leave them.
    func copyAsIs(to other: JournalFixture) throws {
        let files = FileManager.default
        try other.make()
        for (from, to) in [
            (database, other.database), (writeAheadLog, other.writeAheadLog),
        ] where files.fileExists(atPath: from) {
            try files.copyItem(atPath: from, toPath: to)
        }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
