import PlimsollModel
import PlimsollNode
import PlimsollProjections

// Several orders in one request: one element of the answer for each, refusals as `{code, msg}`.
extension Gateway {
    static let batchCountMax = 5
    static let batchCancelCountMax = 10

    func placeBatch(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let legs = try Self.legs(call.parameters)
        var entries: [Result<OrderEntry, DialectError>] = []
        for leg in legs {
            do throws(DialectError) {
                let parameters = try Self.parameters(of: leg)
                entries.append(
                    .success(try OrderEntry(parameters, account: account, find: listing))
                )
            } catch {
                entries.append(.failure(error))
            }
        }
        let commands = entries.compactMap { entry -> Command? in
            guard case .success(let entry) = entry else { return nil }
            return .placeOrder(entry.order)
        }
        var outcomes: [CommandOutcome] = []
        if !commands.isEmpty { outcomes = try await submit(commands, for: call) }
        var next = outcomes.makeIterator()
        json.beginArray()
        for entry in entries {
            do throws(DialectError) {
                let entry = try entry.get()
                guard let outcome = next.next() else { throw DialectError.unknown }
                if let refusal = outcome.refusal {
                    throw DialectError(refusal, priceDecimals: entry.contract.priceScale)
                }
                json.acknowledgement(try Self.record(of: entry, outcome))
            } catch {
                error.write(into: &json)
            }
        }
        json.endArray()
    }

    /// One change after the other; a refused one does not keep the next from being tried.
    func amendBatch(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let legs = try Self.legs(call.parameters)
        json.beginArray()
        for leg in legs {
            do throws(DialectError) {
                let parameters = try Self.parameters(of: leg)
                json.amended(try await amend(parameters, of: account, for: call), parameters)
            } catch {
                error.write(into: &json)
            }
        }
        json.endArray()
    }

    private static func legs(
        _ parameters: RequestParameters
    ) throws(DialectError) -> [JSONValue] {
        let legs = try list(parameters.required("batchOrders"), "batchOrders")
        guard (1...batchCountMax).contains(legs.count) else { throw .batchSizeInvalid }
        return legs
    }

    private static func parameters(
        of leg: JSONValue
    ) throws(DialectError) -> RequestParameters {
        guard case .object(let members) = leg else { throw .valueInvalid("batchOrders") }
        return try RequestParameters(members: members)
    }

    func cancelBatch(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        let targets = try Self.targets(call.parameters)
        guard (1...Self.batchCancelCountMax).contains(targets.count) else {
            throw .batchSizeInvalid
        }
        json.beginArray()
        for target in targets {
            do throws(DialectError) {
                let record = try await cancel(target, of: account, in: instrument, for: call)
                json.acknowledgement(record)
            } catch {
                error.write(into: &json)
            }
        }
        json.endArray()
    }

    /// The orders of `orderIdList` or `origClientOrderIdList`, both also written in lower case.
    private static func targets(
        _ parameters: RequestParameters
    ) throws(DialectError) -> [OrderTarget] {
        if let bytes = parameters["orderIdList"] ?? parameters["orderidlist"] {
            var targets: [OrderTarget] = []
            for element in try list(bytes, "orderIdList") {
                guard let text = element.scalarText,
                    let number = RequestParameters.integer(text.utf8)
                else { throw .valueInvalid("orderIdList") }
                targets.append(.number(OrderID(rawValue: UInt64(number))))
            }
            return targets
        }
        if let bytes = parameters["origClientOrderIdList"] ?? parameters["origclientorderidlist"] {
            var targets: [OrderTarget] = []
            for element in try list(bytes, "origClientOrderIdList") {
                guard case .string(let text) = element, let id = ClientOrderID(text) else {
                    throw .valueInvalid("origClientOrderIdList")
                }
                targets.append(.name(id))
            }
            return targets
        }
        throw .eitherParameterMissing("orderIdList", "origClientOrderIdList")
    }

    private static func list(
        _ bytes: ArraySlice<UInt8>,
        _ name: String
    ) throws(DialectError) -> [JSONValue] {
        guard let value = try? JSONValue(parsing: bytes), case .array(let elements) = value else {
            throw .valueInvalid(name)
        }
        return elements
    }
}
