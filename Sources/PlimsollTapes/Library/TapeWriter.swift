import CZlib
import PlimsollModel

/// Writes a recording as this project keeps it: CSV in gzip, in a layout that the reader knows.
struct TapeWriter {
    let path: String

    /// Writes the whole file; what was there before is gone.
    func write(_ series: RecordedSeries) throws(TapeError) {
        var file = try GzipFile(path: path)
        do throws(TapeError) {
            try write(series, to: &file)
        } catch {
            file.close()
            throw error
        }
        guard file.close() else { throw TapeError(file: path, message: "it cannot be written") }
    }

    private func write(
        _ series: RecordedSeries,
        to file: inout GzipFile
    ) throws(TapeError) {
        switch series {
        case .candles(let tape):
            try file.line(CandleLayout.plainColumns)
            for candle in tape.candles {
                try file.line([
                    candle.openTime.milliseconds.description, candle.open.description,
                    candle.high.description, candle.low.description, candle.close.description,
                    candle.volume.description,
                ])
            }
        case .trades(let tape):
            try file.line(TradeLayout.recordedColumns)
            for trade in tape.trades {
                try file.line([
                    "", "", trade.time.milliseconds.description, trade.id.description,
                    trade.price.description, trade.quantity.description, "",
                    trade.takerSide == .sell ? "true" : "false",
                ])
            }
        case .depth(let tape): try write(tape, to: &file)
        case .quotes(let tape):
            try file.line(QuoteLayout.recordedColumns)
            for quote in tape.quotes {
                try file.line([
                    "", "", quote.time.milliseconds.description, quote.update.description,
                    quote.bid.description, quote.bidQuantity.description,
                    quote.ask.description, quote.askQuantity.description,
                ])
            }
        case .funding(let tape):
            try file.line(["funding_time_ms", "funding_rate"])
            for settlement in tape.settlements {
                try file.line([
                    settlement.time.milliseconds.description, settlement.rate.description,
                ])
            }
        case .index(let tape, _):
            try file.line(PriceTable.indexColumns)
            for entry in tape.prices {
                try file.line([entry.time.milliseconds.description, entry.price.description])
            }
        case .premium(let tape):
            try file.line(PriceTable.premiumColumns)
            for candle in tape.candles {
                try file.line([
                    candle.openTime.milliseconds.description, candle.open.description,
                    candle.high.description, candle.low.description, candle.close.description,
                ])
            }
        case .bands(let tape):
            try file.line(PriceTable.bandColumns)
            for band in tape.bands {
                try file.line([
                    band.time.milliseconds.description, band.distance.description,
                    band.quantity.description,
                ])
            }
        }
    }

    private func write(_ tape: DepthTape, to file: inout GzipFile) throws(TapeError) {
        try file.line(DepthLayout.recordedColumns)
        for update in tape.updates {
            for level in tape.levels(of: update) {
                try file.line([
                    "", update.isSnapshot ? "snapshot" : "diff", "",
                    update.time.milliseconds.description, "", update.lastUpdate.description,
                    update.previousUpdate.description,
                    level.side == .buy ? "b" : "a",
                    level.price.description, level.quantity.description,
                ])
            }
        }
    }
}

/// A gzip file that is being written.
@safe
private struct GzipFile {
    private let path: String
    private let handle: gzFile
    private var pending: [UInt8] = []

    private static let pieceLength = 1 << 16

    init(path: String) throws(TapeError) {
        // A path is a C string for the length of the call.
        guard let handle = unsafe gzopen(path, "wb6") else {
            throw TapeError(file: path, message: "it cannot be written")
        }
        unsafe self.handle = unsafe handle
        self.path = path
        pending.reserveCapacity(Self.pieceLength + LineReader.lengthMax)
    }

    mutating func line(_ cells: [String]) throws(TapeError) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { pending.append(UInt8(ascii: ",")) }
            pending.append(contentsOf: cell.utf8)
        }
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Self.pieceLength { try flush() }
    }

    /// Whether everything reached the file.
    @discardableResult
    mutating func close() -> Bool {
        do throws(TapeError) {
            try flush()
        } catch {
            _ = unsafe gzclose(handle)
            return false
        }
        return unsafe gzclose(handle) == Z_OK
    }

    private mutating func flush() throws(TapeError) {
        guard !pending.isEmpty else { return }
        // The buffer is the array itself, for the length of the call.
        let written = unsafe pending.withUnsafeBytes { bytes in
            unsafe gzwrite(handle, bytes.baseAddress, UInt32(bytes.count))
        }
        guard Int(written) == pending.count else {
            throw TapeError(file: path, message: "it cannot be written whole; is the disk full?")
        }
        pending.removeAll(keepingCapacity: true)
    }
}
