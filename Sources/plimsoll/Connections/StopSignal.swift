import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into one call; the next one ends the process at once.
final class StopSignal {
    private final class Receipt: Sendable {
        let isReceived = Mutex(false)
    }

    private let receipt = Receipt()
    // A source hears as long as it is held.
    private let sources: [any DispatchSourceSignal]

    init(_ stop: @escaping @Sendable () -> Void) {
        let numbers = [SIGINT, SIGTERM]
        sources = numbers.map { number in
            // The default would end the process before the source hears of it.
            _ = signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [receipt] in
                receipt.isReceived.withLock { $0 = true }
                for number in numbers { _ = signal(number, SIG_DFL) }
                stop()
            }
            source.resume()
        }
    }

    var wasReceived: Bool { receipt.isReceived.withLock { $0 } }
}
