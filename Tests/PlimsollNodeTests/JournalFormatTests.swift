import Foundation
import PlimsollJournal
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

/// Journals as earlier versions wrote them, one of each format of the tables.
///
/// They are never written again: who changes a format adds another beside them and keeps reading
/// these. Where a change of the engine moves digests on purpose, what cannot be replayed any more is
/// said in `Documentation/Operating.md`. Version 3 is version 1 with its newest snapshot in pieces of
/// 2 KB, since a venue that makes whole pieces would be too large to keep here.
@Suite(.computesForLong) struct `A journal of an earlier format` {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "Journals").path
    private static let isWriting =
        ProcessInfo.processInfo.environment["PLIMSOLL_WRITE_JOURNALS"] != nil
    private static let asset = AssetID(rawValue: 0)
    private static let other = AccountID(rawValue: demo.rawValue + 1)

    /// One command of every kind but the rules, which a venue begins with.
    private static let script: [Command] = [
        .openAccount(.trader),
        .deposit(BalanceChange(account: other, asset: asset, amount: Amount(50_000))),
        price,
        .withdraw(BalanceChange(account: other, asset: asset, amount: Amount(5))),
        .transfer(AccountTransfer(from: other, to: demo, asset: asset, amount: Amount(7))),
        .setPositionMode(other, isHedge: true), .setPositionMode(other, isHedge: false),
        .setLeverage(demo, bitcoin, 20), .setMarginMode(demo, bitcoin, .isolated),
        buy(20, at: 99, name: "first"), buy(30, at: 98, by: other),
        .placeOrder(sale(10, at: 99)), .adjustIsolatedMargin(demo, bitcoin, Amount(3)),
        .amendOrder(
            OrderAmendment(
                target: OrderReference(
                    account: other,
                    instrument: bitcoin,
                    order: OrderID(rawValue: 2)
                ),
                price: Price(97),
                quantity: Quantity(4)
            )
        ),
        .cancelOrder(
            OrderReference(
                account: demo,
                instrument: bitcoin,
                clientOrderID: ClientOrderID("first") ?? .none
            )
        ),
        .placeConditionalOrder(stop(at: 90)), .placeConditionalOrder(stop(at: 80)),
        .cancelConditionalOrder(
            ConditionalReference(
                account: demo,
                instrument: bitcoin,
                order: ConditionalOrderID(rawValue: 1)
            )
        ),
        .cancelAllConditionalOrders(demo, bitcoin), .setCountdown(other, bitcoin, milliseconds: 9),
        .advanceTime, .cancelAllOrders(other, bitcoin),
        .setFundingRate(bitcoin, Rate(units: 10_000)),
        .updateIndexPrice(bitcoin, Price(94)),
    ]

    private static func sale(_ tenths: Int64, at price: Int) -> NewOrder {
        NewOrder(
            account: other,
            instrument: bitcoin,
            side: .sell,
            type: .limit,
            price: Price(price),
            quantity: Quantity(units: tenths * 10_000_000)
        )
    }

    private static func stop(at price: Int) -> NewConditionalOrder {
        NewConditionalOrder(
            account: demo,
            instrument: bitcoin,
            side: .sell,
            type: .stopMarket,
            reduceOnly: true,
            triggerPrice: Price(price),
            quantity: Quantity(units: 50_000_000)
        )
    }

    /// The byte that a journal names a command's kind with.
    private static func kind(_ command: Command) -> UInt8 {
        var writer = ByteWriter()
        command.encode(into: &writer)
        return writer.bytes[0]
    }

    @Test(arguments: [("version-1", false), ("version-2", true), ("version-3", false)])
    func `is read, replayed to the digests of its time, and written on`(
        name: String,
        beginsLater: Bool
    ) throws {
        let fixture = NodeFixture()
        let files = FileManager.default
        try files.createDirectory(atPath: fixture.directory, withIntermediateDirectories: true)
        try files.copyItem(
            atPath: "\(Self.folder)/\(name).journal",
            toPath: fixture.directory + "/journal.sqlite"
        )
        let report = try VenueVerifier.verify(directory: fixture.directory)
        #expect(report.mismatch == nil)
        #expect((report.origin > .zero) == beginsLater)
        #expect(report.snapshots > 0)
        let commands = try continued(fixture, after: report.digest)
        #expect(commands.suffix(Self.script.count) == Self.script[...])
        #expect(try VenueVerifier.verify(directory: fixture.directory).mismatch == nil)
        // All kinds there are: who adds one adds a journal that holds it.
        #expect(Set(Self.script.map(Self.kind)).union([0]).count == 20)
    }

    /// Reads every command and appends one more.
    private func continued(_ fixture: NodeFixture, after digest: Digest) throws -> [Command] {
        let journal = try Journal.open(directory: fixture.directory)
        var commands: [Command] = []
        try journal.replay(after: journal.origin) { commands.append($0.command) }
        let next = SequencedCommand(
            sequence: journal.lastSequence.next,
            time: Timestamp(milliseconds: 1_800_000_000_000),
            command: .advanceTime
        )
        try journal.append([next], after: digest)
        try journal.close()
        return commands
    }

    @Test(.enabled(if: isWriting)) func `is written as of this version`() throws {
        for (name, limit) in [("version-1", Int.max), ("version-2", 1)] {
            let fixture = NodeFixture()
            var configuration = try fixture.configuration()
            configuration.journalSizeMax = limit
            configuration.snapshotInterval = 12
            do {
                var loop = try fixture.loop(configuration)
                // Two snapshots before the script: a journal with a limit begins at the first.
                for _ in 0..<3 {
                    try loop.execute((0..<12).map { _ in .advanceTime })
                    try loop.storeSnapshotIfDue()
                }
                let outcomes = try loop.execute(Self.script)
                #expect(outcomes.allSatisfy { $0.refusal == nil })
                try loop.finish()
            }
            let target = "\(Self.folder)/\(name).journal"
            try? FileManager.default.removeItem(atPath: target)
            let draft = NodeFixture()
            // A copy holds no free pages.
            _ = try JournalCopy.make(of: fixture.directory, in: draft.directory)
            try FileManager.default.copyItem(
                atPath: draft.directory + "/journal.sqlite",
                toPath: target
            )
        }
    }
}
