/// The one CSV file of a zip archive: where it lies and what the archive says about it.
///
/// Only what recordings are packed with: one member, stored or deflated. Everything else that the
/// format allows is refused by name.
struct ZipMember {
    private enum Method {
        case stored
        case deflated
    }

    private let name: String
    private let method: Method
    private let checksum: UInt32
    private let packedLength: UInt64
    private let expandedLength: UInt64
    private let headerOffset: UInt64
    /// Where the list of members begins, which no member may reach.
    private let directoryOffset: UInt64

    private static let endRecordLength = 22
    private static let commentLengthMax = 0xFFFF
    private static let directoryLengthMax: UInt64 = 1 << 20
    private static let memberHeaderLength = 30

    /// Finds the member from the directory at the end of the archive.
    init(in file: TapeFile) throws(TapeError) {
        let directory = try Self.directory(of: file)
        var found: [ZipMember] = []
        var reader = LittleEndianReader(try Self.bytes(of: directory, in: file))
        for _ in 0..<directory.memberCount {
            if let member = try Self.member(from: &reader, of: file, at: directory.offset) {
                found.append(member)
            }
        }
        guard let member = found.first else {
            throw file.fault("the archive holds no .csv file")
        }
        guard found.count == 1 else {
            throw file.fault("the archive holds \(found.count) .csv files; expected one")
        }
        self = member
    }

    private struct Directory {
        var offset: UInt64
        var length: UInt64
        var memberCount: Int
    }

    private static func directory(of file: TapeFile) throws(TapeError) -> Directory {
        let tailLength = min(file.length, UInt64(endRecordLength + commentLengthMax))
        let tailOffset = file.length - tailLength
        try file.seek(to: tailOffset)
        let tail = try file.read(upTo: Int(tailLength))
        // The record ends the file with its comment, so its own length tells it from bytes that
        // merely look like it.
        let position = stride(from: tail.count - endRecordLength, through: 0, by: -1).first {
            guard tail[$0...].starts(with: [0x50, 0x4B, 0x05, 0x06]) else { return false }
            let comment = Int(tail[$0 + 20]) | Int(tail[$0 + 21]) << 8
            return $0 + endRecordLength + comment == tail.count
        }
        guard let position else {
            throw file.fault("the zip archive is cut off: it has no directory at its end")
        }
        var reader = LittleEndianReader(Array(tail[(position + 4)...]))
        let disk = reader.word16()
        let directoryDisk = reader.word16()
        let countHere = reader.word16()
        let count = reader.word16()
        let length = reader.word32()
        let offset = reader.word32()
        guard count != 0xFFFF, length != 0xFFFF_FFFF, offset != 0xFFFF_FFFF else {
            throw file.fault("this is a zip64 archive, which is not supported")
        }
        guard disk == 0, directoryDisk == 0, countHere == count else {
            throw file.fault("the archive is one part of several, which is not supported")
        }
        guard UInt64(length) <= directoryLengthMax,
            UInt64(offset) + UInt64(length) <= tailOffset + UInt64(position)
        else { throw file.fault("the directory of the zip archive is damaged") }
        return Directory(
            offset: UInt64(offset),
            length: UInt64(length),
            memberCount: Int(count)
        )
    }

    private static func bytes(
        of directory: Directory,
        in file: TapeFile
    ) throws(TapeError) -> [UInt8] {
        try file.seek(to: directory.offset)
        return try file.read(upTo: Int(directory.length))
    }

    /// The next member of the directory, or `nil` where it is none that could hold candles.
    private static func member(
        from reader: inout LittleEndianReader,
        of file: TapeFile,
        at directoryOffset: UInt64
    ) throws(TapeError) -> ZipMember? {
        let signature = reader.word32()
        reader.skip(4)
        let flags = reader.word16()
        let methodCode = reader.word16()
        reader.skip(4)
        let checksum = reader.word32()
        let packedLength = reader.word32()
        let expandedLength = reader.word32()
        let nameLength = reader.word16()
        let extraLength = reader.word16()
        let commentLength = reader.word16()
        reader.skip(8)
        let headerOffset = reader.word32()
        let name = String(decoding: reader.bytes(Int(nameLength)), as: UTF8.self)
        reader.skip(Int(extraLength) + Int(commentLength))
        guard signature == 0x0201_4B50, !reader.hasRunOut else {
            throw file.fault("the directory of the zip archive is damaged")
        }
        guard name.lowercased().hasSuffix(".csv"), !name.hasPrefix("__MACOSX/") else {
            return nil
        }
        guard flags & 1 == 0 else {
            throw file.fault("\(quoted(name.utf8)) in the archive is encrypted")
        }
        guard packedLength != 0xFFFF_FFFF, expandedLength != 0xFFFF_FFFF,
            headerOffset != 0xFFFF_FFFF
        else { throw file.fault("this is a zip64 archive, which is not supported") }
        guard Int(expandedLength) <= CandleTape.expandedLengthMax else {
            throw file.fault(
                "\(quoted(name.utf8)) expands to more than \(CandleTape.expandedLengthMax) bytes"
            )
        }
        let method: Method
        switch methodCode {
        case 0: method = .stored
        case 8: method = .deflated
        default:
            throw file.fault(
                "\(quoted(name.utf8)) is packed by method \(methodCode), which is not supported"
            )
        }
        return ZipMember(
            name: name,
            method: method,
            checksum: checksum,
            packedLength: UInt64(packedLength),
            expandedLength: UInt64(expandedLength),
            headerOffset: UInt64(headerOffset),
            directoryOffset: directoryOffset
        )
    }

    private init(
        name: String,
        method: Method,
        checksum: UInt32,
        packedLength: UInt64,
        expandedLength: UInt64,
        headerOffset: UInt64,
        directoryOffset: UInt64
    ) {
        self.name = name
        self.method = method
        self.checksum = checksum
        self.packedLength = packedLength
        self.expandedLength = expandedLength
        self.headerOffset = headerOffset
        self.directoryOffset = directoryOffset
    }

    /// Reads the member's rows and checks its length and checksum.
    func read(
        from file: TapeFile,
        into rows: inout some TapeRows
    ) throws(TapeError) {
        try seekToData(in: file)
        var checksum = CRC32()
        var length: UInt64 = 0
        var left = packedLength
        var inflater = Inflater(.none)
        var expanded: ArraySlice<UInt8> = []
        var hasEnded = method == .stored
        while left > 0 {
            let piece = try file.read(upTo: Int(min(left, UInt64(TapeFile.pieceLength))))
            guard !piece.isEmpty else {
                throw file.fault("the zip archive is cut off", line: rows.currentLine)
            }
            left -= UInt64(piece.count)
            guard method == .deflated else {
                checksum.take(piece[...])
                length += UInt64(piece.count)
                try rows.take(piece[...])
                continue
            }
            guard !hasEnded else { throw dataFault("bytes follow its end", file, rows) }
            inflater.feed(piece)
            var isPieceUsed = false
            while !isPieceUsed {
                let progress = inflater.expand(into: &expanded)
                checksum.take(expanded)
                length += UInt64(expanded.count)
                guard length <= expandedLength else {
                    throw dataFault("it is longer than the archive says", file, rows)
                }
                try rows.take(expanded)
                switch progress {
                case .outputFull: continue
                case .needsInput: isPieceUsed = true
                case .ended(let unused):
                    guard unused == 0 else { throw dataFault("bytes follow its end", file, rows) }
                    hasEnded = true
                    isPieceUsed = true
                case .damaged(let reason): throw dataFault(reason, file, rows)
                }
            }
        }
        guard hasEnded else { throw dataFault("it ends too early", file, rows) }
        guard length == expandedLength else {
            throw dataFault("it is shorter than the archive says", file, rows)
        }
        guard checksum.value == self.checksum else {
            throw dataFault("its checksum is wrong", file, rows)
        }
    }

    private func seekToData(in file: TapeFile) throws(TapeError) {
        try file.seek(to: headerOffset)
        var header = LittleEndianReader(try file.read(upTo: Self.memberHeaderLength))
        let signature = header.word32()
        header.skip(22)
        let nameLength = header.word16()
        let extraLength = header.word16()
        let offset =
            headerOffset + UInt64(Self.memberHeaderLength) + UInt64(nameLength)
            + UInt64(extraLength)
        guard signature == 0x0403_4B50, !header.hasRunOut,
            offset + packedLength <= directoryOffset
        else {
            throw file.fault("the header of \(quoted(name.utf8)) in the archive is damaged")
        }
        try file.seek(to: offset)
    }

    private func dataFault(
        _ reason: String,
        _ file: TapeFile,
        _ rows: some TapeRows
    ) -> TapeError {
        file.fault(
            "\(quoted(name.utf8)) in the archive is damaged: \(reason)",
            line: rows.currentLine
        )
    }
}

/// Little-endian numbers from bytes; past the end everything is zero and `hasRunOut` says so.
private struct LittleEndianReader {
    private let source: [UInt8]
    private var offset = 0
    private(set) var hasRunOut = false

    init(_ source: [UInt8]) { self.source = source }

    mutating func word16() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }

    mutating func word32() -> UInt32 { UInt32(word16()) | UInt32(word16()) << 16 }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    mutating func skip(_ count: Int) {
        offset += count
        if offset > source.count { hasRunOut = true }
    }

    private mutating func byte() -> UInt8 {
        guard offset < source.count else {
            hasRunOut = true
            return 0
        }
        defer { offset += 1 }
        return source[offset]
    }
}
