internal import Foundation
internal import GRDB
public import PlimsollModel

/// The commands of one group commit, as the journal gives them back.
public struct JournalBatch: Sendable {
    public let commands: [SequencedCommand]
    /// The engine's digest before the first of the commands, as recorded when they were written.
    public let digestBefore: Digest

    public var firstSequence: Sequence { commands[0].sequence }
    public var lastSequence: Sequence { commands[commands.count - 1].sequence }
}

/// One row of the journal: its fields as stored.
///
/// Spec: JRN-002.
struct BatchRecord {
    /// Leads every body.
    ///
    /// Formats are appended, never renumbered.
    static let format: UInt8 = 2
    /// No command is shorter than its sequence, its time and its kind.
    private static let commandSizeMin = 17

    let firstSequence: Int64
    let count: Int64
    let digestBefore: Int64
    let body: [UInt8]
    let chain: [UInt8]

    init(
        firstSequence: Int64,
        count: Int64,
        digestBefore: Int64,
        body: [UInt8],
        chain: [UInt8]
    ) {
        self.firstSequence = firstSequence
        self.count = count
        self.digestBefore = digestBefore
        self.body = body
        self.chain = chain
    }

    /// A new record of commands that follow the link without a gap.
    init(
        _ commands: some Collection<SequencedCommand>,
        digestBefore: Digest,
        after link: Link,
        writer: inout ByteWriter
    ) {
        writer.removeAll()
        writer.put(Self.format)
        for command in commands { command.encode(into: &writer) }
        firstSequence = link.sequence + 1
        count = Int64(commands.count)
        self.digestBefore = Int64(bitPattern: digestBefore.value)
        body = writer.bytes
        chain = Self.chain(
            after: link.chain,
            firstSequence: firstSequence,
            count: count,
            digestBefore: self.digestBefore,
            body: body
        )
    }

    /// The place after the record, which passed its check.
    var end: Link { Link(sequence: firstSequence + count - 1, chain: chain) }

    func insert(into database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO batches VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [firstSequence, count, digestBefore, Data(body), Data(chain)])
    }

    /// Where the record lies, for people.
    var position: String { Self.position(firstSequence: firstSequence, count: count) }

    static func position(firstSequence: Int64, count: Int64) -> String {
        let (last, overflow) = firstSequence.addingReportingOverflow(count - 1)
        return overflow || last <= firstSequence
            ? "command \(firstSequence)" : "commands \(firstSequence) to \(last)"
    }

    /// SHA-256 over the chain before and every field of the record, so that no record can be
    /// changed, dropped, repeated or moved without breaking the next.
    static func chain(
        after previous: [UInt8],
        firstSequence: Int64,
        count: Int64,
        digestBefore: Int64,
        body: [UInt8]
    ) -> [UInt8] {
        var header = ByteWriter(capacity: 24)
        header.put(firstSequence)
        header.put(count)
        header.put(digestBefore)
        return sha256(previous, header.bytes, body)
    }

    /// Checks that the record continues the journal after a link.
    func check(after link: Link) throws(JournalError) {
        guard firstSequence == link.sequence + 1 else {
            throw JournalError.damaged(
                position: "command \(link.sequence + 1)",
                reason: "it is missing; the next record begins with command \(firstSequence)"
            )
        }
        // Before any arithmetic on the count, which a flipped bit can make anything.
        guard count > 0, count <= Int64(body.count / Self.commandSizeMin) else {
            throw JournalError.damaged(
                position: position,
                reason: "the record says that it holds \(count) commands and cannot"
            )
        }
        let expected = Self.chain(
            after: link.chain,
            firstSequence: firstSequence,
            count: count,
            digestBefore: digestBefore,
            body: body
        )
        guard chain == expected else {
            throw JournalError.damaged(
                position: position,
                reason: "the record does not match its SHA-256 chain"
            )
        }
    }

    /// Reads the commands of a record that passed its check.
    func decode() throws(JournalError) -> JournalBatch {
        var commands: [SequencedCommand] = []
        commands.reserveCapacity(Int(count))
        var reader = ByteReader(body)
        do throws(CodecError) {
            let format: UInt8 = try reader.integer()
            guard format == Self.format else {
                throw CodecError(.unsupportedVersion, at: 0)
            }
            for offset in 0..<count {
                let command = try SequencedCommand(from: &reader)
                let expected = UInt64(firstSequence + offset)
                guard command.sequence.rawValue == expected else {
                    throw reader.failure(.invalidValue)
                }
                commands.append(command)
            }
            try reader.finish()
        } catch {
            guard error.kind != .unsupportedVersion else {
                throw JournalError.unsupportedVersion("\(position) in format \(body[0])")
            }
            throw JournalError.damaged(position: position, reason: "\(error) of the body")
        }
        let digest = Digest(value: UInt64(bitPattern: digestBefore))
        return JournalBatch(commands: commands, digestBefore: digest)
    }
}
