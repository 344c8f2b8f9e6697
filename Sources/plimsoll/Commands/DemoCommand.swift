import ArgumentParser
import Foundation
import PlimsollModel
import PlimsollNode

/// `plimsoll demo`: the classic leveraged trade, without a server, within a minute.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch a 10x long being liquidated, with the receipt. No server.",
        discussion: """
            200 USDT of margin buy 0.5 ETH at 4,000 under flat rules. Nothing in it is random: the \
            digest at the end is the same on every machine.
            """
    )

    @Flag(help: "Print at once instead of at reading pace.")
    var fast = false

    @Flag(help: "Print the receipt as one JSON document.")
    var json = false

    func run() async throws {
        let rules: VenueRules
        do {
            rules = try ProfileLoader.load("seed-simple")
        } catch {
            throw CommandFailure(error)
        }
        var story = try DemoStory(
            rules: rules,
            paint: Paint(isOn: Console.hasColor && !json),
            width: 78
        )
        let acts = [
            try story.open(), try story.swing(), try story.fall(), try story.receipt(),
            story.ending(),
        ]
        guard !json else {
            Console.say(story.receiptDocument ?? "null")
            return
        }
        for (index, act) in acts.enumerated() {
            if index > 0 { Console.say() }
            for line in act {
                Console.say(line)
                try await pause(line.isEmpty ? 0 : 600)
            }
            try await pause(2_500)
        }
    }

    /// Leaves time to read, where someone reads.
    private func pause(_ milliseconds: Int) async throws {
        guard !fast, Console.isInteractive else { return }
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}
