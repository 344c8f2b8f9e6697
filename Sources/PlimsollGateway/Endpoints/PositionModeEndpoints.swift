import PlimsollModel
import PlimsollNode
import PlimsollProjections

// One-way mode and hedge mode, and the countdown that cancels what a silent client left.
extension Gateway {
    func setPositionMode(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        guard let isHedge = try call.parameters.bool("dualSidePosition") else {
            throw .parameterMissing("dualSidePosition")
        }
        try await submit(.setPositionMode(account, isHedge: isHedge), for: call)
        json.success()
    }

    func positionMode(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        json.beginObject()
        json.field("dualSidePosition", try isHedge(account))
        json.endObject()
    }

    func isHedge(_ account: AccountID) throws(DialectError) -> Bool {
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            return holder.isHedge
        }
    }

    /// Cancels all of an instrument's orders after so many milliseconds of venue time, unless it is
    /// called again before; zero stops it.
    func countdownCancelAll(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let milliseconds = try call.parameters.requiredInteger("countdownTime")
        let instrument = try contract(symbol).instrument
        try await submit(.setCountdown(account, instrument, milliseconds: milliseconds), for: call)
        json.beginObject()
        json.field("symbol", symbol)
        json.field("countdownTime", "\(milliseconds)")
        json.endObject()
    }
}
