/// Lays out the lines of a receipt in columns.
struct ReceiptPage {
    struct Row {
        var title: String
        var words: String
        var number: String

        /// What stands from the decimal point on.
        var fractionWidth: Int {
            number.firstIndex(of: ".").map { number[$0...].count } ?? 0
        }
    }

    private static let titleWidth = 22

    private let width: Int
    // Of the number with the most decimals: all points stand below one another.
    private let fractionWidth: Int

    init(width: Int, aligning rows: [Row]) {
        self.width = width
        fractionWidth = rows.map(\.fractionWidth).max() ?? 0
    }

    /// One text at each edge.
    func line(_ left: String, _ right: String) -> String {
        let gap = width - left.count - right.count
        guard gap >= 1 else { return clipped(left.isEmpty ? right : "\(left) \(right)") }
        return left + Self.blanks(gap) + right
    }

    /// A title, words and a number; where the words have no room beside the number they go on in
    /// a second line, or are cut where the page has no line left.
    func lines(_ row: Row, isTight: Bool) -> [String] {
        let left = padded(row.title)
        let isNumber = row.number.contains { $0.isNumber }
        let trailing = isNumber ? fractionWidth - row.fractionWidth : 0
        let end = width - row.number.count - trailing
        guard left.count + row.words.count >= end else {
            return [left + row.words + Self.blanks(end - left.count - row.words.count) + row.number]
        }
        let split = isTight ? row.words.startIndex : breakpoint(of: row.words, before: left.count)
        let first = row.words[..<split]
        let second = cut(row.words[split...], to: max(0, end - left.count - 1))
        let gap = Self.blanks(max(1, end - left.count - second.count))
        let last = (first.isEmpty ? left : Self.blanks(left.count)) + second + gap + row.number
        return first.isEmpty ? [last] : [left + first.dropLast(), last]
    }

    /// Behind the last blank with which a line that starts at a column still fits.
    private func breakpoint(of words: String, before column: Int) -> String.Index {
        let room = words.prefix(max(0, width - column + 1))
        return room.lastIndex(of: " ").map { words.index(after: $0) } ?? words.startIndex
    }

    /// A title and numbers in columns of equal width.
    func columns(_ title: String, _ numbers: [String]) -> String {
        let column = (width - Self.titleWidth) / max(1, numbers.count)
        return clipped(
            padded(title)
                + numbers.map { Self.blanks(max(1, column - $0.count)) + $0 }.joined()
        )
    }

    private func padded(_ title: String) -> String {
        title + Self.blanks(max(1, Self.titleWidth - title.count))
    }

    private func clipped(_ text: String) -> String { cut(text[...], to: width) }

    private func cut(_ text: Substring, to room: Int) -> String {
        text.count <= room ? String(text) : text.prefix(max(0, room - 1)) + "…"
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}
