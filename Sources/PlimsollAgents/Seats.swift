import PlimsollModel

/// Which participant an account is.
struct Seats: Sendable {
    enum Seat: Sendable {
        case maker(Int)
        case noise(Int)
        case directional(Int)
        case arbitrageur(Int)
        case leveraged(Int)
        case predator
    }

    private let first: UInt32
    private var seats: [Seat?]

    init(_ participants: [Participant]) {
        let numbers = participants.map(\.account.rawValue)
        first = numbers.min() ?? 0
        seats = Array(
            repeating: nil,
            count: numbers.isEmpty ? 0 : Int((numbers.max() ?? 0) - first) + 1
        )
        var counts: [ParticipantRole: Int] = [:]
        for participant in participants {
            // Trend followers and mean reverters sit together.
            let isReverter = participant.role == .meanReverter
            let group = isReverter ? .trendFollower : participant.role
            let place = counts[group, default: 0]
            counts[group] = place + 1
            seats[Int(participant.account.rawValue - first)] =
                switch group {
                case .maker: .maker(place)
                case .noise: .noise(place)
                case .trendFollower, .meanReverter: .directional(place)
                case .arbitrageur: .arbitrageur(place)
                case .leveraged: .leveraged(place)
                case .predator: .predator
                }
        }
    }

    subscript(account: AccountID) -> Seat? {
        let offset = Int(account.rawValue) - Int(first)
        return seats.indices.contains(offset) ? seats[offset] : nil
    }
}
