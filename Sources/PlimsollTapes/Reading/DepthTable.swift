import PlimsollModel

/// The columns of a file of book changes.
enum DepthLayout {
    /// `recv_ns,type,event_ms,txn_ms,first_update_id,last_update_id,prev_last_update_id,side,price,qty`.
    case recorded
    /// `incremental_book_L2` of Tardis, in microseconds.
    case tardis

    static let recordedColumns = [
        "recv_ns", "type", "event_ms", "txn_ms", "first_update_id", "last_update_id",
        "prev_last_update_id", "side", "price", "qty",
    ]
    static let tardisColumns = [
        "exchange", "symbol", "timestamp", "local_timestamp", "is_snapshot", "side", "price",
        "amount",
    ]

    var columns: [String] {
        switch self {
        case .recorded: Self.recordedColumns
        case .tardis: Self.tardisColumns
        }
    }
}

/// Reads a book: a snapshot, then what changed, a row a level.
///
/// Changes that came before the first snapshot and are part of it are left out; those that came before
/// it and happened after it follow it.
struct DepthTable: RowTable {
    let layout: DepthLayout
    var findings: TapeFindings
    private let columns: [String]
    private var updates: [Update] = []
    private var levels: [TapeLevel] = []
    private var unit: RowTimeUnit?
    private var symbol: String?

    private struct Update {
        var line: Int
        var update: TapeDepthUpdate
        var key: Int64
    }

    init(_ layout: DepthLayout, _ findings: TapeFindings) {
        self.layout = layout
        self.findings = findings
        columns = layout.columns
    }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        guard levels.count < Int(Int32.max) - 1 else { throw row.fault(nil, "too many levels") }
        switch layout {
        case .recorded: try takeRecorded(row)
        case .tardis: try takeTardis(row)
        }
    }

    private mutating func takeRecorded(_ row: RowCells) throws(TapeError) {
        let isSnapshot: Bool
        switch String(decoding: row.cells[1], as: UTF8.self) {
        case "snapshot": isSnapshot = true
        case "diff": isSnapshot = false
        default: throw row.fault(columns[1], "\(quoted(row.cells[1])) is no snapshot or diff")
        }
        let last = try row.integer(5, columns[5])
        let level = try level(row, side: 7, price: 8, quantity: 9)
        try append(
            level,
            row,
            time: try row.time(3, columns[3], &unit),
            isSnapshot: isSnapshot,
            key: last,
            lastUpdate: last,
            previousUpdate: isSnapshot ? 0 : try row.integer(6, columns[6])
        )
    }

    private mutating func takeTardis(_ row: RowCells) throws(TapeError) {
        let isSnapshot = String(decoding: row.cells[4], as: UTF8.self).lowercased() == "true"
        if symbol == nil { symbol = row.symbol(1) }
        let level = try level(row, side: 5, price: 6, quantity: 7)
        try append(
            level,
            row,
            time: try row.time(2, columns[2], &unit),
            isSnapshot: isSnapshot,
            key: try row.integer(3, columns[3]),
            lastUpdate: 0,
            previousUpdate: 0
        )
    }

    private func level(
        _ row: RowCells,
        side: Int,
        price: Int,
        quantity: Int
    ) throws(TapeError) -> TapeLevel {
        let level = TapeLevel(
            side: try self.side(row, side),
            price: try row.number(price, columns[price]),
            quantity: try row.number(quantity, columns[quantity])
        )
        if let fault = level.fault { throw row.fault(nil, fault) }
        return level
    }

    private func side(_ row: RowCells, _ place: Int) throws(TapeError) -> Side {
        switch String(decoding: row.cells[place], as: UTF8.self) {
        case "b", "bid", "buy": return .buy
        case "a", "ask", "sell": return .sell
        default: throw row.fault(columns[place], "\(quoted(row.cells[place])) is no bid or ask")
        }
    }

    /// Rows of one event follow each other.
    private mutating func append(
        _ level: TapeLevel,
        _ row: RowCells,
        time: Int64,
        isSnapshot: Bool,
        key: Int64,
        lastUpdate: Int64,
        previousUpdate: Int64
    ) throws(TapeError) {
        levels.append(level)
        let end = Int32(levels.count)
        if let place = updates.indices.last, updates[place].key == key,
            updates[place].update.isSnapshot == isSnapshot
        {
            let start = updates[place].update.levels.lowerBound
            updates[place].update.levels = start..<end
            return
        }
        updates.append(
            Update(
                line: row.line,
                update: TapeDepthUpdate(
                    time: Timestamp(milliseconds: time),
                    isSnapshot: isSnapshot,
                    lastUpdate: lastUpdate,
                    previousUpdate: previousUpdate,
                    levels: (end - 1)..<end
                ),
                key: key
            )
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        guard let first = updates.firstIndex(where: { $0.update.isSnapshot }) else {
            throw TapeError(file: name.path, message: "a recorded book needs a snapshot")
        }
        let snapshot = updates[first]
        // Those before it that it holds already are dropped, the others follow.
        var ordered = [snapshot]
        for update in updates[..<first] + updates[(first + 1)...] {
            if !update.update.isSnapshot, update.update.lastUpdate > 0,
                update.update.lastUpdate < snapshot.update.lastUpdate
            {
                continue
            }
            if update.line < snapshot.line, update.update.lastUpdate == 0 { continue }
            ordered.append(update)
        }
        try checkChain(&ordered, name)
        if layout == .tardis {
            // Nobody counted them: they are counted here, so that they have names.
            for place in ordered.indices {
                ordered[place].update.lastUpdate = Int64(place + 1)
                if !ordered[place].update.isSnapshot {
                    ordered[place].update.previousUpdate = Int64(place)
                }
            }
        }
        return .depth(
            try DepthTape(
                symbol: symbol ?? name.symbol,
                updates: ordered.map(\.update),
                levels: levels,
                file: name.path
            )
        )
    }

    /// Finds updates that are missing, repeated or out of order.
    private mutating func checkChain(
        _ ordered: inout [Update],
        _ name: TapeName
    ) throws(TapeError) {
        func at(_ update: Update, _ message: String) -> TapeError {
            TapeError(
                file: name.path,
                line: update.line,
                column: columns[layout == .recorded ? 5 : 2],
                message: message
            )
        }
        var kept: [Update] = []
        kept.reserveCapacity(ordered.count)
        for update in ordered {
            let entry = update.update
            guard let previous = kept.last else {
                kept.append(update)
                continue
            }
            let last = previous.update.lastUpdate
            let isSnapshotBefore = previous.update.isSnapshot
            if !entry.isSnapshot, entry.lastUpdate > 0, isSnapshotBefore, entry.lastUpdate < last {
                continue
            }
            if !entry.isSnapshot, entry.lastUpdate > 0, !isSnapshotBefore, entry.lastUpdate <= last
            {
                try findings.fault(
                    entry.lastUpdate == last ? .duplicate : .disorder,
                    at(update, "\(entry.lastUpdate) is not after \(last); it is left out")
                )
                continue
            }
            // The first after a snapshot only overlaps it.
            if !entry.isSnapshot, entry.previousUpdate > 0, !isSnapshotBefore,
                entry.previousUpdate != last
            {
                let missing = at(
                    update,
                    "updates are missing between \(last) and \(entry.previousUpdate); the book may"
                        + " be wrong until the next snapshot"
                )
                findings.note(
                    TapeFinding(
                        kind: .gap,
                        file: name.path,
                        line: missing.line,
                        column: missing.column,
                        message: missing.message
                    )
                )
            }
            var update = update
            if entry.time < previous.update.time {
                // Order is the updates' own; clocks of the recorder's venue may differ.
                if entry.lastUpdate == 0 {
                    try findings.fault(
                        .disorder,
                        at(update, "\(entry.time) is before \(previous.update.time)")
                    )
                }
                update.update.time = previous.update.time
            }
            kept.append(update)
        }
        ordered = kept
    }
}
