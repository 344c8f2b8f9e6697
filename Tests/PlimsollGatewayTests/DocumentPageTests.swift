import Testing

@testable import PlimsollGateway

@Suite struct `A page of documents` {
    /// Numbers that rise, with a gap.
    private static let documents: [UInt64] = Array(1...249) + Array(251...300)

    private func newest(_ query: String, of limitMax: Int = 400) throws -> [UInt64] {
        let parameters = try RequestParameters(query: Array(query.utf8), body: [])
        return try DocumentPage(parameters, of: limitMax)
            .newest(of: Self.documents, numbered: { $0 })
    }

    @Test(
        arguments: [
            ("", Array(200...249) + Array(251...300)), ("limit=3", [298, 299, 300]),
            ("limit=3&before=299", [296, 297, 298]), ("limit=2&before=251", [248, 249]),
            ("limit=5&before=3", [1, 2]), ("before=1", []), ("limit=9000&before=4", [1, 2, 3]),
        ] as [(String, [UInt64])]
    )
    func `holds the newest, or the newest before a number`(
        query: String,
        expected: [UInt64]
    ) throws {
        #expect(try newest(query) == expected)
    }

    @Test func `is never longer than one answer may be`() throws {
        #expect(try newest("limit=9000", of: 40).count == 40)
    }

    @Test func `holds what is asked for, however far back`() throws {
        let page = try DocumentPage(
            RequestParameters(query: Array("limit=2".utf8), body: []),
            of: 400
        )
        let found = page.newest(of: Self.documents, numbered: { $0 }, where: { $0 < 10 })
        #expect(found == [8, 9])
    }
}
