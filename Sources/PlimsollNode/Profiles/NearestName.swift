/// Finds what somebody meant who misspelled a name.
enum NearestName {
    /// The name that takes the fewest changes of a letter to reach, where these are few enough that a
    /// slip of the hand explains them.
    static func of(_ name: String, among names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: distance(name, $0)) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let nearest = ranked, nearest.distance <= slips(in: name) else { return nil }
        return nearest.name
    }

    /// Two exchanged letters are two changes; in a short name they would explain anything.
    private static func slips(in name: String) -> Int {
        name.utf8.count < 5 ? 1 : max(2, name.utf8.count / 3)
    }

    /// Letters to insert, remove or exchange, without regard to case.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.lowercased().utf8)
        let right = Array(right.lowercased().utf8)
        var row = Array(0...right.count)
        for (place, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (other, otherLetter) in right.enumerated() {
                let exchanged = diagonal + (letter == otherLetter ? 0 : 1)
                diagonal = row[other + 1]
                row[other + 1] = min(exchanged, diagonal + 1, row[other] + 1)
            }
        }
        return row[right.count]
    }
}
