internal import Foundation

/// Looks at SQLite's write-ahead log before SQLite does.
///
/// SQLite ends its recovery at the first frame that is not whole and drops the rest without a word.
/// That is right for a tail torn by a crash: a commit returns only after its frames are on the
/// disk, so at most one transaction, never acknowledged, can be torn. Where more than one
/// transaction follows the first bad frame, acknowledged commands would be lost, so the log is
/// refused.
///
/// A header that is not whole is right for a log that was copied into the file and is begun again:
/// then every page of it is in the file.
///
/// The layout is SQLite's: a header of 32 bytes, then frames of 24 bytes and one page each, all
/// numbers big-endian, with a checksum that runs over everything before.
enum WriteAheadLog {
    private static let headerSize = 32
    private static let frameHeaderSize = 24

    /// Checks the log of a database file, where it has one.
    static func check(of database: String) throws(JournalError) {
        let path = database + "-wal"
        guard FileManager.default.fileExists(atPath: path) else { return }
        let log: [UInt8]
        do {
            log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .io("\(path): \(error.localizedDescription)")
        }
        // Shorter than a header: a crash while the log was begun.
        guard log.count > headerSize else { return }
        let magic = word(log, at: 0)
        var sum = Checksum(isBigEndian: magic & 1 == 1)
        sum.add(log, 0..<24)
        let pageSize = Int(word(log, at: 8))
        guard magic & ~1 == 0x377F_0682, sum.matches(log, at: 24),
            (512...65_536).contains(pageSize), pageSize.nonzeroBitCount == 1
        else {
            guard try !isCopied(log, into: database) else { return }
            throw .damaged(
                position: "the header of the write-ahead log",
                reason: "its checksum is wrong"
            )
        }
        let salt = log[16..<24]
        let frameSize = frameHeaderSize + pageSize
        var firstBad: Int?
        var lostCommits = 0
        for frame in 0..<((log.count - headerSize) / frameSize) {
            let start = headerSize + frame * frameSize
            let isOfThisLog = log[(start + 8)..<(start + 16)] == salt
            if firstBad == nil {
                sum.add(log, start..<(start + 8))
                sum.add(log, (start + frameHeaderSize)..<(start + frameSize))
                if isOfThisLog, sum.matches(log, at: start + 16) { continue }
                firstBad = frame
            }
            // Frames of an earlier round of the log carry another salt: they are no loss.
            let isCommit = word(log, at: start + 4) != 0
            if isOfThisLog, isCommit { lostCommits += 1 }
        }
        guard let firstBad, lostCommits > 1 else { return }
        throw .damaged(
            position: "frame \(firstBad + 1) of the write-ahead log",
            reason: "\(lostCommits) commits follow it and would be lost"
        )
    }

    /// Whether the newest of each page in the log is in the file.
    private static func isCopied(
        _ log: [UInt8],
        into database: String
    ) throws(JournalError) -> Bool {
        let pageSize = JournalDatabase.pageSize
        let frameSize = frameHeaderSize + pageSize
        var newest: [UInt32: Int] = [:]
        for frame in 0..<((log.count - headerSize) / frameSize) {
            let start = headerSize + frame * frameSize
            // Behind the first frame with another salt lies what an earlier round left.
            guard log[(start + 8)..<(start + 16)] == log[(headerSize + 8)..<(headerSize + 16)]
            else {
                break
            }
            newest[word(log, at: start)] = start + frameHeaderSize
        }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: database))
            defer { try? file.close() }
            return try newest.allSatisfy { page, start in
                guard page > 0 else { return false }
                try file.seek(toOffset: UInt64(page - 1) * UInt64(pageSize))
                let bytes = try file.read(upToCount: pageSize)
                return bytes.map(Array.init) == Array(log[start..<(start + pageSize)])
            }
        } catch {
            throw .io("\(database): \(error.localizedDescription)")
        }
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// SQLite's running checksum over pairs of words.
    private struct Checksum {
        let isBigEndian: Bool
        private var first: UInt32 = 0
        private var second: UInt32 = 0

        init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

        mutating func add(_ bytes: [UInt8], _ range: Range<Int>) {
            var offset = range.lowerBound
            while offset < range.upperBound {
                first &+= read(bytes, offset) &+ second
                second &+= read(bytes, offset + 4) &+ first
                offset += 8
            }
        }

        func matches(_ bytes: [UInt8], at offset: Int) -> Bool {
            word(bytes, at: offset) == first && word(bytes, at: offset + 4) == second
        }

        @inline(__always)
        private func read(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
            let a = UInt32(bytes[offset])
            let b = UInt32(bytes[offset + 1])
            let c = UInt32(bytes[offset + 2])
            let d = UInt32(bytes[offset + 3])
            return isBigEndian ? a << 24 | b << 16 | c << 8 | d : d << 24 | c << 16 | b << 8 | a
        }
    }
}
