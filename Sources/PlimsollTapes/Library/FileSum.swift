import Crypto
import Foundation

/// The SHA-256 of files, as Binance publishes it beside each of its own.
public enum FileSum {
    /// Sixty-four hexadecimal digits.
    public static func sha256(of path: String) throws(TapeError) -> String {
        let file = try TapeFile(path: path)
        var hash = SHA256()
        while true {
            let piece = try file.read()
            guard !piece.isEmpty else { break }
            hash.update(data: piece)
        }
        return hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// The sum that stands in the text of a `.CHECKSUM` file: digits, blanks, a file's name.
    public static func published(in text: String) -> String? {
        let word = text.split(whereSeparator: \.isWhitespace).first.map { $0.lowercased() } ?? ""
        let isSum = word.count == 64 && word.allSatisfy(\.isHexDigit)
        return isSum ? word : nil
    }

    /// Compares a file with the `.CHECKSUM` beside it.
    ///
    /// - Returns: Whether there is one.
    /// - Throws: Where the two differ, or the sum cannot be read.
    @discardableResult
    public static func check(_ path: String) throws(TapeError) -> Bool {
        let beside = path + ".CHECKSUM"
        guard FileManager.default.fileExists(atPath: beside) else { return false }
        let file = try TapeFile(path: beside)
        let text = String(decoding: try file.read(upTo: 4096), as: UTF8.self)
        guard let expected = published(in: text) else {
            throw TapeError(file: beside, line: 1, message: "it does not begin with a SHA-256")
        }
        let found = try sha256(of: path)
        guard found == expected else {
            throw TapeError(
                file: path,
                message: "its SHA-256 is \(found), its .CHECKSUM says \(expected)"
            )
        }
        return true
    }
}
