import Foundation
import PlimsollModel

@testable import PlimsollJournal

/// A record whose chain is right: the first byte is its number of commands, the rest its body.
///
/// What is read is written again as the same bytes.
func readJournal(_ bytes: [UInt8]) {
    guard let count = bytes.first else { return }
    let body = Array(bytes.dropFirst())
    let record = BatchRecord(
        firstSequence: 1,
        count: Int64(count),
        digestBefore: 0,
        body: body,
        chain: BatchRecord.chain(
            after: Link.start.chain,
            firstSequence: 1,
            count: Int64(count),
            digestBefore: 0,
            body: body
        )
    )
    guard (try? record.check(after: .start)) != nil,
        let batch = try? record.decode()
    else { return }
    var writer = ByteWriter()
    writer.put(body[0])
    for command in batch.commands { command.encode(into: &writer) }
    hold(writer.bytes == body, "a record is written as it was read")
}

/// The log of a database file of no bytes.
func readWriteAheadLog(_ bytes: [UInt8]) {
    let database = scratch + "/journal.sqlite"
    guard (try? Data().write(to: URL(filePath: database))) != nil,
        (try? Data(bytes).write(to: URL(filePath: database + "-wal"))) != nil
    else { return }
    _ = try? WriteAheadLog.check(of: database)
}
