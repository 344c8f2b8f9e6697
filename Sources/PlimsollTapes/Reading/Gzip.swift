extension TapeFile {
    /// Reads a gzip file: one member or several behind each other, as `cat` and some exporters
    /// make them.
    ///
    /// zlib checks each member's checksum and length; here it is checked that no member is cut
    /// off and that nothing follows the last.
    func readGzip(
        into rows: inout some TapeRows
    ) throws(TapeError) {
        var inflater = Inflater(.gzip)
        var expanded: ArraySlice<UInt8> = []
        var expandedLength = 0
        var isInsideMember = true
        while true {
            let piece = try read()
            guard !piece.isEmpty else {
                guard !isInsideMember else {
                    throw fault(
                        "the gzip file is cut off within this line",
                        line: rows.currentLine
                    )
                }
                return
            }
            inflater.feed(piece)
            var isPieceUsed = false
            if !isInsideMember {
                inflater.restart()
                isInsideMember = true
            }
            while !isPieceUsed {
                let progress = inflater.expand(into: &expanded)
                expandedLength += expanded.count
                guard expandedLength <= CandleTape.expandedLengthMax else {
                    throw fault(
                        "the file expands to more than \(CandleTape.expandedLengthMax) bytes"
                    )
                }
                try rows.take(expanded)
                switch progress {
                case .outputFull:
                    continue
                case .needsInput:
                    isPieceUsed = true
                case .ended(let unused) where unused == 0:
                    isPieceUsed = true
                    isInsideMember = false
                case .ended:
                    inflater.restart()
                case .damaged(let reason):
                    throw fault(
                        "the gzip data is damaged: \(reason)",
                        line: rows.currentLine
                    )
                }
            }
        }
    }
}
