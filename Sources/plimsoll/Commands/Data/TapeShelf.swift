import Foundation
import PlimsollTapes

/// Finds recordings by their file or by the name of an imported tape.
struct TapeShelf {
    let library: TapeLibrary

    /// A recorded market with what is known beside it.
    func market(
        _ tape: String,
        trades: String? = nil,
        index: String? = nil,
        funding: String? = nil,
        depth: String? = nil
    ) throws(CommandFailure) -> MarketTape {
        let series = try series(tape)
        let companions = (
            trades: try trades.map { name throws(CommandFailure) in try self.series(name) },
            index: try index.map { name throws(CommandFailure) in try self.series(name) },
            funding: try funding.map { name throws(CommandFailure) in try self.series(name) },
            depth: try depth.map { name throws(CommandFailure) in try self.series(name) }
        )
        return try reading { () throws(TapeError) in
            var market = try series.market(tape)
            if let name = trades, let found = companions.trades {
                guard case .depth = market.recording else {
                    throw TapeError(
                        file: name,
                        message: "trades stand beside a tape that is a book"
                    )
                }
                market.companions.trades = try found.trades(name)
            }
            if let name = index, let found = companions.index {
                if case .premium(let premium) = found {
                    market.companions.premium = premium
                } else {
                    market.companions.index = try found.index(name)
                }
            }
            if let name = funding, let found = companions.funding {
                market.companions.funding = try found.settlements(name)
            }
            if let name = depth, let found = companions.depth {
                if case .depth = market.recording {
                    throw TapeError(
                        file: name,
                        message: "depth stands beside a tape without a book of its own"
                    )
                }
                market.companions.bands = try found.bands(name)
            }
            return market
        }
    }

    private func series(_ name: String) throws(CommandFailure) -> RecordedSeries {
        if FileManager.default.fileExists(atPath: name) {
            do {
                return try RecordedSeries.read(path: name).series
            } catch {
                throw CommandFailure(
                    .configuration,
                    error.description,
                    suggestion: "plimsoll data import reads a recording with gaps in its order, and"
                        + " tells what it mends"
                )
            }
        }
        let entry = try reading { () throws(TapeError) in try library.entry(name) }
        guard let entry else {
            throw CommandFailure(
                .notFound,
                "there is no tape at \(name)",
                suggestion: "plimsoll data ls lists the imported ones"
            )
        }
        return try reading { () throws(TapeError) in try library.load(entry) }
    }
}
