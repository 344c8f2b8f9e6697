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
            after: BatchRecord.chainStart,
            firstSequence: 1,
            count: Int64(count),
            digestBefore: 0,
            body: body
        )
    )
    guard (try? record.check(after: 0, chain: BatchRecord.chainStart)) != nil,
        let batch = try? record.decode()
    else { return }
    var writer = ByteWriter()
    writer.put(body[0])
    for command in batch.commands { command.encode(into: &writer) }
    hold(writer.bytes == body, "a record is written as it was read")
}

func readWriteAheadLog(_ bytes: [UInt8]) { _ = try? WriteAheadLog.check(bytes) }
