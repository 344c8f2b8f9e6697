import Foundation
import PlimsollModel

@testable import PlimsollNode

/// A scenario that is right, to be made wrong or different in one place.
enum SoundScenario {
    static let text = """
        title = "One bot"
        about = "A small market."
        duration = "2m"
        seed = 3

        [rules]
        profile = "PROFILE"
        instruments = { BTCUSDT = {} }

        [market]
        noise = { count = 4 }
        makers = { depth = "50000" }

        [[bots]]
        name = "ann"
        deposit = "1000"

        [[bots.legs]]
        instrument = "BTCUSDT"
        side = "buy"
        notional = "2000"
        leverage = 5
        stop = { distance = "0.05" }

        [[faults]]
        kind = "overloaded"
        after = "10s"
        lasts = "20s"

        [thresholds]
        trades = ">= 1"
        "bot.ann.fills" = ["> 0", "< 1000"]
        """

    /// The scenario with every change made, each of which must find its place.
    static func text(_ changes: [(from: String, to: String)]) throws -> String {
        let profile = "\(NodeFixture.profiles)/seed-simple.json"
        var text = text.replacingOccurrences(of: "PROFILE", with: profile)
        for change in changes {
            guard text.contains(change.from) else { throw Missing(text: change.from) }
            text = text.replacingOccurrences(of: change.from, with: change.to)
        }
        return text
    }

    static func read(_ changes: (from: String, to: String)...) throws -> Scenario {
        try Scenario(text: text(changes), file: "/tmp/one-bot.toml")
    }

    struct Missing: Error { var text: String }
}
