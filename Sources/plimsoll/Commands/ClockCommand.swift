import ArgumentParser
import Foundation
import NIOCore

/// `plimsoll clock`: venue time under the user's hand.
///
/// Funding, expiry and whatever else falls due by time follow this clock.
struct ClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock",
        abstract: "Show, pause, step or speed up the time of a running venue.",
        subcommands: [
            Status.self, Pause.self, Resume.self, SetSpeed.self, Step.self, RunUntil.self,
        ],
        defaultSubcommand: Status.self
    )

    /// The clock as the control API describes it.
    struct Face: Codable {
        let venueTime: Int64
        let wallTime: Int64
        let speed: String
        let paused: Bool
        let runUntil: Int64?

        var line: String {
            let state =
                runUntil.map { "runs to \(TimeArgument.text($0))" }
                ?? (paused ? "paused" : "runs")
            let pace = speed == "max" ? "as fast as possible" : "at \(speed)x"
            return "\(TimeArgument.text(venueTime))  \(state), \(pace)  (\(venueTime) ms)"
        }
    }

    private struct Change: Encodable {
        var speed: String?
        var paused: Bool?
        var step: Int64?
        var runUntil: Int64?
    }

    /// However long a run takes: it is the venue that ends it.
    private static let runPatience = TimeAmount.hours(24)

    private static func show(_ face: Face, _ venue: VenueOptions) throws {
        guard !venue.json else { return try Console.say(json: face) }
        Console.say(face.line)
    }

    private static func apply(
        _ change: Change,
        _ venue: VenueOptions,
        patience: TimeAmount = ControlClient.patience
    ) async throws {
        let client = try venue.client()
        let face = try await client.post("/v1/clock", change, as: Face.self, patience: patience)
        try show(face, venue)
        let goal = change.runUntil
        if let goal, face.venueTime < goal, face.runUntil == nil {
            throw CommandFailure(.failed, "another change of the clock ended the run early")
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What the venue's clock says.")

        @OptionGroup var venue: VenueOptions

        func run() async throws {
            try ClockCommand.show(try await venue.client().get("/v1/clock", as: Face.self), venue)
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Venue time stands; orders are still taken."
        )

        @OptionGroup var venue: VenueOptions

        func run() async throws { try await ClockCommand.apply(Change(paused: true), venue) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Venue time goes on.")

        @OptionGroup var venue: VenueOptions

        func run() async throws { try await ClockCommand.apply(Change(paused: false), venue) }
    }

    struct SetSpeed: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "speed",
            abstract: "How fast venue time runs; a paused clock stays paused."
        )

        @OptionGroup var venue: VenueOptions

        @Argument(help: "Venue time over wall time, such as 60 or 0.5, or max.")
        var speed: String

        func run() async throws {
            let speed = speed.hasSuffix("x") && speed != "max" ? String(speed.dropLast()) : speed
            try await ClockCommand.apply(Change(speed: speed), venue)
        }
    }

    struct Step: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run for so long as fast as possible, then pause."
        )

        @OptionGroup var venue: VenueOptions

        @Argument(help: "Such as 250ms, 10s, 5m, 8h or 1d.", transform: TimeArgument.duration)
        var duration: Int64

        func run() async throws {
            let change = Change(step: duration)
            try await ClockCommand.apply(change, venue, patience: ClockCommand.runPatience)
        }
    }

    struct RunUntil: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run-until",
            abstract: "Run to a moment as fast as possible, then pause."
        )

        @OptionGroup var venue: VenueOptions

        @Argument(
            help: "Such as 2026-01-31T08:00:00Z, or venue time in milliseconds.",
            transform: TimeArgument.moment
        )
        var time: Int64

        func run() async throws {
            let change = Change(runUntil: time)
            try await ClockCommand.apply(change, venue, patience: ClockCommand.runPatience)
        }
    }
}
