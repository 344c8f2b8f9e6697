import PlimsollModel
import PlimsollNode

// Money between two accounts of the venue, by hand of whoever runs it.
extension Gateway {
    /// `{"from": 16, "to": 17, "amount": "1000", "asset": "USDT"}`; `fromKey` and `toKey` may stand
    /// for the accounts, and the asset is the first that anything settles in.
    func transfer(_ call: Call, _ json: inout JSONWriter) async throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: ["from", "fromKey", "to", "toKey", "amount", "asset"]
        )
        guard
            let amount = try request.amount("amount", max: Amount(configuration.depositMax))
        else { throw .parameterMissing("amount") }
        let from = try account(request, number: "from", key: "fromKey")
        try admit(call, toMoneyOf: from)
        let to = try account(request, number: "to", key: "toKey")
        let asset = try asset(request)
        try await submit(
            .transfer(AccountTransfer(from: from, to: to, asset: asset, amount: amount)),
            for: call
        )
        json.beginObject()
        json.field("from", from)
        json.field("to", to)
        json.field("amount", amount)
        json.endObject()
    }
}
