import Foundation

/// A file of a recording, read in pieces from a place that can be chosen; closed with its handle.
struct TapeFile {
    static let pieceLength = 1 << 16

    let path: String
    let length: UInt64
    private let handle: FileHandle

    init(path: String) throws(TapeError) {
        var isDirectory: ObjCBool = false
        // Foundation writes one flag to the variable during the call and keeps no pointer.
        let exists = unsafe FileManager.default.fileExists(
            atPath: path,
            isDirectory: &isDirectory
        )
        guard exists else { throw TapeError(file: path, message: "there is no such file") }
        guard !isDirectory.boolValue else {
            throw TapeError(file: path, message: "this is a folder, not a file")
        }
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            length = try handle.seekToEnd()
            try handle.seek(toOffset: 0)
        } catch {
            throw TapeError(
                file: path,
                message: "the file cannot be read: \(error.localizedDescription)"
            )
        }
        self.path = path
    }

    func seek(to offset: UInt64) throws(TapeError) {
        do {
            try handle.seek(toOffset: offset)
        } catch {
            throw readFault(error)
        }
    }

    /// The next bytes, fewer than `limit` only at the end of the file.
    func read(upTo limit: Int = Self.pieceLength) throws(TapeError) -> [UInt8] {
        do {
            return [UInt8](try handle.read(upToCount: limit) ?? Data())
        } catch {
            throw readFault(error)
        }
    }

    func fault(_ message: String, line: Int? = nil) -> TapeError {
        TapeError(file: path, line: line, message: message)
    }

    private func readFault(_ error: any Error) -> TapeError {
        fault("the file cannot be read: \(error.localizedDescription)")
    }
}

extension TapeFile {
    /// Reads the whole file into rows: plain, in gzip or as the one member of a zip archive.
    ///
    /// The content decides about the packing, so a file may have any name; a name that ends in
    /// `.gz` or `.zip` must keep its word.
    func read(into rows: inout some TapeRows) throws(TapeError) {
        let head = try read(upTo: 4)
        try seek(to: 0)
        guard !head.isEmpty else { throw fault("the file is empty") }
        let name = path.lowercased()
        if head.starts(with: [0x1F, 0x8B]) {
            try readGzip(into: &rows)
        } else if head.starts(with: [0x50, 0x4B]) {
            try ZipMember(in: self).read(from: self, into: &rows)
        } else if name.hasSuffix(".gz") {
            throw fault("the file is named as gzip and does not begin as gzip")
        } else if name.hasSuffix(".zip") {
            throw fault("the file is named as a zip archive and does not begin as one")
        } else {
            try readPlain(into: &rows)
        }
    }

    private func readPlain(into rows: inout some TapeRows) throws(TapeError) {
        while true {
            let piece = try read()
            guard !piece.isEmpty else { return }
            try rows.take(piece[...])
        }
    }
}

extension CandleTape {
    /// How many bytes a compressed file may expand to; a file made to fill memory ends here.
    public static let expandedLengthMax = 1 << 30
}
