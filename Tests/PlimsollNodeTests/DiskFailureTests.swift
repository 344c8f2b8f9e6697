import Foundation
import PlimsollJournal
import PlimsollModel
import PlimsollProjections
import Synchronization
import Testing

@testable import PlimsollNode

@Suite struct `A run whose disk fails` {
    @Test func `is told so, and nobody waits for its end`() async throws {
        let fixture = NodeFixture()
        let isFailing = Mutex(false)
        var configuration = try fixture.configuration()
        configuration.failing = FailurePoints { point in
            point == .write && isFailing.withLock { $0 }
        }
        let node = try fixture.node(configuration)
        defer { node.stop() }
        isFailing.withLock { $0 = true }
        await #expect {
            _ = try await node.setClock(.step(60_000))
        } throws: { error in
            if case .readOnly = error as? NodeError { true } else { false }
        }
    }
}

// The limit on file sizes has other types elsewhere.
#if os(Linux)
@Suite struct `A venue whose disk fails` {
    /// Ends the process with a reason that the test's output shows.
    private static func require(_ fact: Bool, _ words: String) {
        guard !fact else { return }
        FileHandle.standardError.write(Data("not so: \(words)\n".utf8))
        exit(1)
    }

    /// Lets no file of this process grow beyond `size`, as a full disk would.
    private static func limitFiles(to size: rlim_t) {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            exit(1)
        }
        limit.rlim_cur = size
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            exit(1)
        }
    }

    @Test func `takes nothing more, can be read, and has all that it acknowledged`() async {
        await #expect(processExitsWith: .success) {
            let fixture = NodeFixture()
            let configuration = try fixture.configuration()
            let node = try fixture.node(configuration)
            _ = try await node.submit(price)
            Self.limitFiles(to: 400_000)
            var acknowledged = node.digest
            var failure: NodeError?
            for _ in 0..<1_000 where failure == nil {
                do throws(NodeError) {
                    let outcome = try await node.submit(buy(1, at: 99))
                    Self.require(
                        outcome.sequence == acknowledged.sequence.next,
                        "sequences have no gap"
                    )
                    acknowledged = node.digest
                } catch {
                    failure = error
                }
            }
            guard case .readOnly = failure else {
                Self.require(false, "the venue is read-only: \(String(describing: failure))")
                return
            }
            Self.require(node.digest == acknowledged, "what was not told is not seen")
            Self.require(node.read { $0.account(demo) != nil }, "the venue can be read")
            Self.require(node.failure != nil, "the venue says so")
            Self.require(node.clock.isPaused, "its clock stands")
            do throws(NodeError) {
                _ = try await node.submit(.cancelAllOrders(demo, bitcoin))
                Self.require(false, "nothing is taken any more")
            } catch {
                Self.require(error == failure, "the reason stays")
            }
            node.stop()
            Self.limitFiles(to: rlim_t.max)
            let again = try fixture.node(configuration)
            Self.require(again.digest == acknowledged, "all that was acknowledged is there")
            again.stop()
        }
    }
}
#endif
