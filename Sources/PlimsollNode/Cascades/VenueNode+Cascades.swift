internal import Dispatch
public import PlimsollProjections

extension VenueNode {
    /// Without which command a cascade would not have happened, by replays of the journal.
    ///
    /// - Throws: `NodeError.configuration` where the venue keeps no journal, or the way there is too
    ///   long.
    public func inquire(into cascade: Cascade) async throws(NodeError) -> CascadeInquiry {
        guard let dataDirectory else {
            throw .configuration("the venue keeps no journal that could be replayed")
        }
        let answer = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<CascadeInquiry, NodeError>, Never>) in
            // It may take seconds, which the threads of requests do not have.
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    returning: Result { () throws(NodeError) -> CascadeInquiry in
                        try CascadeInquiry(into: cascade, directory: dataDirectory)
                    }
                )
            }
        }
        return try answer.get()
    }
}
