/// Drops commands from a failing stream while it still fails.
enum Shrinking {
    static func smallest(of stream: [TimedCommand]) -> [TimedCommand] {
        guard let first = TwinRun.firstDifference(in: stream) else { return stream }
        var kept = Array(stream[...first.index])
        var length = kept.count / 2
        while length > 0 {
            var start = 0
            var hasShrunk = false
            while start < kept.count {
                var shorter = kept
                shorter.removeSubrange(start..<min(start + length, kept.count))
                if let found = TwinRun.firstDifference(in: shorter),
                    kind(of: found.what) == kind(of: first.what)
                {
                    kept = Array(shorter[...found.index])
                    hasShrunk = true
                } else {
                    start += length
                }
            }
            if !hasShrunk || length > 1 { length /= 2 }
        }
        return kept
    }

    /// The beginning of a difference names what differs; its numbers may change on the way.
    private static func kind(of what: String) -> Substring {
        what.prefix { $0 != "(" && !$0.isNumber }
    }
}
