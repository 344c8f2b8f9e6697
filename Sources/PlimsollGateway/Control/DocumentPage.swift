/// Which documents of a long list one answer tells: the newest, or the newest before a number.
struct DocumentPage {
    private static let limitDefault = 100

    private let limit: Int
    private let before: UInt64

    /// - Parameters:
    ///   - parameters: `limit` and `before`.
    ///   - limitMax: The most that one answer tells.
    /// - Throws: Which of them is no number within its bounds.
    init(_ parameters: RequestParameters, of limitMax: Int) throws(DialectError) {
        limit = try parameters.limit(default: Self.limitDefault, max: limitMax)
        before = try parameters.integer("before", in: 1...Int64.max).map(UInt64.init) ?? .max
    }

    /// In the order of the list, newest last.
    func newest<Documents: BidirectionalCollection>(
        of documents: Documents,
        numbered number: (Documents.Element) -> UInt64,
        where isAsked: (Documents.Element) -> Bool = { _ in true }
    ) -> [Documents.Element] {
        var found: [Documents.Element] = []
        for document in documents.reversed() where number(document) < before && isAsked(document) {
            found.append(document)
            if found.count == limit { break }
        }
        return found.reversed()
    }
}
