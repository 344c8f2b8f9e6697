/// How much of the disk and of a start a journal may take.
///
/// Spec: JRN-004.
public struct JournalLimits: Sendable {
    /// Bytes of records and snapshots that are kept.
    ///
    /// What is older goes, up to a snapshot that stays; everything after the newest snapshot but one
    /// stays in any case. The file never shrinks: what goes makes room in it.
    public var sizeMax: Int
    /// Bytes of a journal that is checked whole whenever it is opened, in about two seconds.
    public var wholeCheckSizeMax: Int
    /// Pages in the write-ahead log before they are copied into the file: a copy costs some 30 ms,
    /// so it is made seldom, and the log stays near 16 MB.
    var checkpointPageCount = 4000
    /// Bytes of a snapshot that are written in one transaction: the next commit waits for no more.
    var pieceSize = 256 << 10
    /// Records that are removed beside each that is written: more would hold up the commit, one
    /// would never catch up.
    var removalCount = 4

    public init(sizeMax: Int = .max, wholeCheckSizeMax: Int = 1 << 30) {
        self.sizeMax = sizeMax
        self.wholeCheckSizeMax = wholeCheckSizeMax
    }

    init(
        sizeMax: Int = .max,
        checkpointPageCount: Int = 4000,
        removalCount: Int = 4,
        pieceSize: Int = 256 << 10
    ) {
        self.init(sizeMax: sizeMax)
        self.checkpointPageCount = checkpointPageCount
        self.removalCount = removalCount
        self.pieceSize = pieceSize
    }
}
