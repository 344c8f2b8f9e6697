import ArgumentParser
import Foundation
import PlimsollNode

/// `plimsoll fault`: makes a running venue fail on purpose, and mends it.
struct FaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault",
        abstract: "Make a running venue fail on purpose, and mend it.",
        discussion: """
            plimsoll fault add slowAck --milliseconds 800 --request orders --lasts 5m
            plimsoll fault add unknownStatus --per-volatility 0.1 --episode 30s
            plimsoll fault clear

            Matching, funding and liquidation go on whatever the door does.
            """,
        subcommands: [Add.self, List.self, Clear.self],
        defaultSubcommand: List.self
    )

    /// A fault as the control API describes it.
    struct Row: Codable {
        let id: Int
        let kind: String
        let state: String
        let start: Int64
        let end: Int64?
        let strikes: UInt64
        var milliseconds: Int64?
        var carriedOut: String?
        var factor: String?
        var source: Int?
        var ways: [String]?
        var requests: [String]?
        var account: UInt32?
        var symbol: String?
        var chance: String?
        var perVolatility: String?
        var perLiquidation: String?
        var episode: Int64?

        var line: String {
            var words = ["\(id)", kind, state]
            if let milliseconds { words.append("\(milliseconds) ms") }
            if let carriedOut { words.append("carried out \(carriedOut)") }
            if let factor { words.append("times \(factor)") }
            if let source { words.append("source \(source)") }
            for names in [ways, requests] {
                if let names { words.append(names.joined(separator: ",")) }
            }
            if let account { words.append("account \(account)") }
            if let symbol { words.append(symbol) }
            if let chance { words.append("chance \(chance)") }
            words.append("from \(TimeArgument.text(start))")
            if let end { words.append("to \(TimeArgument.text(end))") }
            words.append("struck \(strikes)")
            return words.joined(separator: "  ")
        }
    }

    /// The board as the control API describes it.
    struct Board: Codable {
        let seed: String
        let venueTime: Int64
        let range: String
        let liquidations: Int
        let faults: [Row]
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "What is on the board, and how often each fault has struck."
        )

        @OptionGroup var venue: VenueOptions

        func run() async throws {
            let board = try await venue.client().get("/v1/faults", as: Board.self)
            guard !venue.json else { return try Console.say(json: board) }
            if board.faults.isEmpty { Console.remark("nothing is on the fault board") }
            for row in board.faults { Console.say(row.line) }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Post a fault: at once, on everything, until it is cleared, unless told else.",
            discussion: """
                Kinds: \(kinds.joined(separator: ", ")).
                Times are the venue's. The chance of a fault may follow the market: it is the sum \
                of --chance, of --per-volatility for every per cent that a mark price has moved \
                within the last minute, and of --per-liquidation for every liquidation in it.
                """
        )

        static let kinds =
            DoorFault.Name.allCases.map(\.rawValue) + WorldFault.Name.allCases.map(\.rawValue)

        @OptionGroup var venue: VenueOptions

        @Argument(help: "What fails.", completion: .list(kinds))
        var kind: String

        @Option(help: "How long or how far, for kinds that have such a measure.")
        var milliseconds: Int64?

        @Option(help: "The share of requests that are carried out all the same, from 0 to 1.")
        var carriedOut: String?

        @Option(help: "What the index is multiplied by.")
        var factor: String?

        @Option(help: "The number of the one index source that is wrong.")
        var source: Int?

        @Option(name: .customLong("way"), help: "rest, socket or stream; may be repeated.")
        var ways: [String] = []

        @Option(
            name: .customLong("request"),
            help: "orders, cancels, settings, account, market, listenKeys or withdrawals."
        )
        var requests: [String] = []

        @Option(help: "Only what is signed by this account's keys, and its user data streams.")
        var account: UInt32?

        @Option(help: "Only what is about this symbol.")
        var symbol: String?

        @Option(help: "Venue time until it holds.", transform: TimeArgument.duration)
        var after: Int64?

        @Option(help: "Venue time for which it holds.", transform: TimeArgument.duration)
        var lasts: Int64?

        @Option(help: "From 0 to 1.")
        var chance: String?

        @Option(help: "Added to the chance for every per cent of price range.")
        var perVolatility: String?

        @Option(help: "Added to the chance for every liquidation.")
        var perLiquidation: String?

        @Option(
            help: "Venue time that one draw decides for: outages, not single losses.",
            transform: TimeArgument.duration
        )
        var episode: Int64?

        private struct Request: Encodable {
            let kind: String
            let milliseconds: Int64?
            let carriedOut: String?
            let factor: String?
            let source: Int?
            let ways: [String]?
            let requests: [String]?
            let account: UInt32?
            let symbol: String?
            let after: Int64?
            let lasts: Int64?
            let chance: String?
            let perVolatility: String?
            let perLiquidation: String?
            let episode: Int64?
        }

        func run() async throws {
            let request = Request(
                kind: kind,
                milliseconds: milliseconds,
                carriedOut: carriedOut,
                factor: factor,
                source: source,
                ways: ways.isEmpty ? nil : ways,
                requests: requests.isEmpty ? nil : requests,
                account: account,
                symbol: symbol,
                after: after,
                lasts: lasts,
                chance: chance,
                perVolatility: perVolatility,
                perLiquidation: perLiquidation,
                episode: episode
            )
            let row = try await venue.client().post("/v1/faults", request, as: Row.self)
            guard !venue.json else { return try Console.say(json: row) }
            Console.say(row.line)
        }
    }

    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take faults off the board; without a number, all of them."
        )

        @OptionGroup var venue: VenueOptions

        @Argument(help: "The number of a fault.")
        var numbers: [Int] = []

        func run() async throws {
            let client = try venue.client()
            var rows: [Row] = []
            if numbers.isEmpty {
                rows = try await client.delete("/v1/faults", as: Board.self).faults
            }
            for number in numbers {
                rows.append(try await client.delete("/v1/faults/\(number)", as: Row.self))
            }
            guard !venue.json else { return try Console.say(json: rows) }
            if rows.isEmpty { Console.remark("nothing was on the fault board") }
            for row in rows { Console.say("cleared: \(row.line)") }
        }
    }
}
