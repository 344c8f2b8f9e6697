import Foundation
import PlimsollTestSupport
import Testing

@testable import PlimsollGateway

/// The page of the API against the routes and the tests that it is written from.
@Suite(.computesForLong) struct `The reference of the API` {
    private static let root = URL(filePath: #filePath)
        .resolvingSymlinksInPath()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func reference() throws -> APIReference {
        let names = try FileManager.default.subpathsOfDirectory(
            atPath: root.appending(path: "Tests").path
        )
        return APIReference(
            tests: try names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }.map { name in
                APIReference.TestFile(
                    path: "Tests/" + name,
                    text: try String(
                        contentsOf: root.appending(path: "Tests/" + name),
                        encoding: .utf8
                    )
                )
            }
        )
    }

    @Test func `every request and every surprise has a test`() throws {
        #expect(try Self.reference().untested == [])
    }

    @Test func `the page is what routes and tests make it`() throws {
        let page = try String(
            contentsOf: Self.root.appending(path: "Documentation/API.md"),
            encoding: .utf8
        )
        // Not compared as one text, so that a failure names the rows.
        let expected = try Self.reference().markdown.split(separator: "\n")
        let written = page.split(separator: "\n")
        let difference = expected.difference(from: written)
        guard !difference.isEmpty else { return }
        let rows = difference.insertions.prefix(3).map { change -> Substring in
            guard case .insert(_, let row, _) = change else { return "" }
            return row
        }
        Issue.record("`make reference` writes Documentation/API.md anew: \(rows)")
    }

    @Test func `a call is found whether it stands on one line or on several`() throws {
        let swift = """
            @Test func `prices are asked for`() async throws {
                let answer = try await trader.send(
                    .GET,
                    "/fapi/v1/income?limit=3"
                )
            }
            // Over ws-fapi.
            @Test(arguments: [("ticker.book", 1)])
            func `methods are run with their names`(name: String) {}
            func helper() { _ = try await trader.send(.POST, "/fapi/v1/leverage") }
            """
        let python = """
            def test_of_the_clock(venue):
                '''Surprise: 17, told here.'''
                venue.control("clock", {"paused": True})
                asyncio.to_thread(venue.control, "digest")
                assert "/fapi/v1/depth"

            ROWS = [("DELETE", "/fapi/v1/order", 1)]

            @pytest.mark.parametrize("call", [
                ("GET", "/fapi/v1/time"),
            ])
            def test_of_time(call):
                pass
            """
        let scan = TestScan(
            [
                APIReference.TestFile(path: "Tests/A.swift", text: swift),
                APIReference.TestFile(path: "Tests/test_b.py", text: python),
            ],
            routes: .venue
        )
        let found = scan.callers.map { index, places in
            let route = RouteTable.venue.routes[index]
            return "\(route.method) \(route.path) by \(places.map(\.test))"
        }
        #expect(
            found.sorted() == [
                "DELETE /fapi/v1/order by [\"test_b.py\"]",
                "GET /fapi/v1/income by [\"prices are asked for\"]",
                "GET /fapi/v1/time by [\"of time\"]",
                "GET /v1/digest by [\"of the clock\"]",
                "POST /v1/clock by [\"of the clock\"]",
            ]
        )
        #expect(
            scan.socketCallers["ticker.book"]?.map(\.test) == ["methods are run with their names"]
        )
        #expect(scan.surprises[17]?.map(\.test) == ["of the clock"])
    }
}
