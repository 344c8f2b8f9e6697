import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into one call; the next one ends the process at once, and so does time.
final class StopSignal {
    /// An end that takes longer is cut short: what was acknowledged is in the journal.
    private static let secondsMax = 30

    private struct State {
        var wasReceived = false
        var stop: (@Sendable () -> Void)?
    }

    private final class Receipt: Sendable {
        let state = Mutex(State())
    }

    private let receipt = Receipt()
    // A source hears as long as it is held.
    private let sources: [any DispatchSourceSignal]

    init() {
        let numbers = [SIGINT, SIGTERM]
        sources = numbers.map { number in
            // The default would end the process before the source hears of it.
            _ = signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [receipt] in
                for number in numbers { _ = signal(number, SIG_DFL) }
                let stop = receipt.state.withLock { state in
                    state.wasReceived = true
                    return state.stop
                }
                stop?()
                let end = DispatchTime.now() + .seconds(Self.secondsMax)
                DispatchQueue.global().asyncAfter(deadline: end) {
                    Console.remark(
                        "plimsoll: the venue did not end within \(Self.secondsMax) s; "
                            + "nothing that was acknowledged is lost."
                    )
                    Console.leave(ExitStatus.failed.rawValue)
                }
            }
            source.resume()
        }
    }

    /// Calls this in place of what was to be called before; at once where the signal came already.
    func heed(_ stop: @escaping @Sendable () -> Void) {
        let wasReceived = receipt.state.withLock { state in
            state.stop = stop
            return state.wasReceived
        }
        if wasReceived { stop() }
    }

    var wasReceived: Bool { receipt.state.withLock { $0.wasReceived } }
}
