import PlimsollModel
import PlimsollNode

// A move of the market, by hand of whoever runs it.
extension Gateway {
    /// A day of venue time.
    static let shockMillisecondsMax: Int64 = 86_400_000

    /// `{"symbol": "ETHUSDT", "factor": "0.9", "over": 10000, "recovery": "1", "recoveryOver": 60000}`:
    /// the real price falls by a tenth within ten seconds and takes a minute to come back.
    ///
    /// Unlike a fault of the index this is no lie: makers and crowd follow, and the book with them.
    func setOffShock(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: ["symbol", "factor", "over", "recovery", "recoveryOver"]
        )
        guard let text = try request.text("symbol") else { throw .parameterMissing("symbol") }
        guard let symbol = Symbol(text) else { throw .symbolInvalid }
        _ = try listing(symbol)
        guard let factor = try request.rate("factor") else { throw .parameterMissing("factor") }
        let over = try duration(request, "over")
        let recovery = try request.rate("recovery") ?? .zero
        let recoveryOver = try duration(request, "recoveryOver")
        do throws(NodeError) {
            try node.setOffShock(
                of: symbol,
                by: factor,
                over: over,
                recovery: recovery,
                recoveryOver: recoveryOver
            )
        } catch .configuration(let reason) {
            throw DialectError(-1130, reason)
        } catch {
            throw unavailable(error)
        }
        json.beginObject()
        json.field("symbol", symbol)
        json.field("factor", factor, decimals: 8)
        json.field("over", over)
        json.field("recovery", recovery, decimals: 8)
        json.field("recoveryOver", recoveryOver)
        json.endObject()
    }

    private func duration(
        _ request: ControlRequest,
        _ name: String
    ) throws(DialectError) -> Int64 {
        let milliseconds = try request.integer(name) ?? 0
        guard 0...Self.shockMillisecondsMax ~= milliseconds else { throw .valueInvalid(name) }
        return milliseconds
    }
}
