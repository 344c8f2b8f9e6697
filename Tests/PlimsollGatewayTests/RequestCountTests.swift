import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Request counts` {
    static let start = Timestamp(milliseconds: 1_795_242_420_000)  // a whole minute
    static let home = "127.0.0.1"

    static func after(_ seconds: Int64) -> Timestamp {
        start.advanced(byMilliseconds: seconds * 1000)
    }

    private func status(
        _ counts: RequestCounts,
        _ weight: Int,
        from address: String = home,
        at time: Timestamp = start
    ) -> Int {
        do throws(DialectError) {
            _ = try counts.admit(weight, from: address, at: time)
            return 200
        } catch {
            return error.status
        }
    }

    /// Uses up the minute and all patience: the last request is the one that gets banned.
    private func provoke(_ counts: RequestCounts, at time: Timestamp) -> [Int] {
        (0..<RequestCounts.refusalsBeforeBan + 2).map { _ in
            status(counts, RequestCounts.weightPerMinute, at: time)
        }
    }

    @Test func `the whole weight of a minute passes, and one more is told to wait`() {
        let counts = RequestCounts()
        #expect(status(counts, 2400) == 200)
        #expect(status(counts, 1) == 429)
        #expect(status(counts, 1, at: Self.after(59)) == 429)
        #expect(status(counts, 1, at: Self.after(60)) == 200)
    }

    @Test func `who asks on after ten refusals is banned for two minutes`() {
        let counts = RequestCounts()
        let expected = [200] + Array(repeating: 429, count: 10) + [418]
        #expect(provoke(counts, at: Self.start) == expected)
        #expect(status(counts, 1, at: Self.after(119)) == 418)
        #expect(status(counts, 1, at: Self.after(120)) == 200)
    }

    @Test func `every further ban lasts twice as long, up to three days`() {
        let counts = RequestCounts()
        var now = Self.start
        for minutes in [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4320, 4320] {
            #expect(provoke(counts, at: now).last == 418)
            let end = now.advanced(byMilliseconds: Int64(minutes) * 60_000)
            #expect(status(counts, 1, at: end.advanced(byMilliseconds: -1)) == 418)
            now = end
        }
    }

    @Test func `addresses are counted apart, and there is a bound to them`() {
        let counts = RequestCounts()
        #expect(provoke(counts, at: Self.start).last == 418)
        #expect(status(counts, 1, from: "127.0.0.2") == 200)
        for number in 0..<RequestCounts.addressCountMax {
            _ = counts.addWeight(1, from: "10.0.\(number / 256).\(number % 256)", at: Self.start)
        }
        // All that came too late share one count.
        #expect(counts.addWeight(2400, from: "10.9.9.8", at: Self.start) >= 2400)
        #expect(status(counts, 1, from: "10.9.9.9") == 429)
        #expect(status(counts, 1, from: "127.0.0.2") == 200)
    }

    @Test func `what is not enforced is only counted`() {
        let counts = RequestCounts()
        #expect(counts.addWeight(2000, from: Self.home, at: Self.start) == 2000)
        #expect(counts.addWeight(2000, from: Self.home, at: Self.start) == 4000)
        #expect(counts.addWeight(1, from: Self.home, at: Self.after(60)) == 1)
    }

    @Test func `orders are counted for ten seconds and for a minute`() {
        let counts = RequestCounts()
        let account = AccountID(rawValue: 16)
        #expect(
            counts.addOrders(5, of: account, at: Self.start) == .init(tenSeconds: 5, minute: 5)
        )
        #expect(
            counts.addOrders(1, of: account, at: Self.after(10)) == .init(tenSeconds: 1, minute: 6)
        )
        #expect(
            counts.addOrders(1, of: AccountID(rawValue: 17), at: Self.after(10))
                == .init(tenSeconds: 1, minute: 1)
        )
    }

    @Test func `a refusal tells how long to wait`() {
        let time = Self.after(13)
        #expect(DialectError.weightExceeded(limit: 2400).retryAfter(at: time) == 47)
        #expect(
            DialectError.orderRateExceeded(limit: 300, interval: "TEN_SECONDS")
                .retryAfter(at: time) == 7
        )
        #expect(
            DialectError.orderRateExceeded(limit: 1200, interval: "MINUTE").retryAfter(at: time)
                == 47
        )
        let banned = DialectError.banned(until: Self.after(133))
        #expect(banned.retryAfter(at: time) == 120)
        #expect(banned.code == -1003)
        #expect(
            banned.message
                == "Way too many requests; IP banned until 1795242553000. "
                + "Please use the websocket for live updates to avoid bans."
        )
        #expect(DialectError.signatureInvalid.retryAfter(at: time) == nil)
    }
}
