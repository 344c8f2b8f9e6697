import Foundation
import PlimsollEngine
import PlimsollModel
import PlimsollNode

@testable import PlimsollJournal

/// A small venue as a record of the journal: made anew for every run, since stored formats change.
///
/// - Parameters:
///   - profile: Path of its rules.
///   - folder: Where the run's own corpora are.
/// - Throws: What is wrong with the profile or the folder.
func writeSeeds(profile: String, into folder: String) throws {
    let rules = try ProfileLoader.load(profile)
    let trader = AccountID.firstOpened
    let instrument = InstrumentID(rawValue: 0)
    let asset = rules.instruments[0].contract.settleAsset
    let mark = Price(units: rules.instruments[0].limits.priceMax.units / 1024)
    let tick = rules.instruments[0].contract.tickSize
    let price = Price(units: mark.units / tick.units * tick.units)
    let quantity = rules.instruments[0].limits.quantityMin
    var order = NewOrder(
        account: trader,
        instrument: instrument,
        side: .buy,
        type: .limit,
        price: price,
        quantity: Quantity(units: quantity.units * 100)
    )
    var commands = rules.changes.map(Command.changeRules)
    commands += [
        .openAccount(.trader),
        .openAccount(.trader),
        .deposit(BalanceChange(account: trader, asset: asset, amount: Amount(100_000_000))),
        .updateIndexPrice(instrument, price),
        .placeOrder(order),
    ]
    order.goodTillDate = Timestamp(milliseconds: 10_000_000)
    order.timeInForce = .goodTillDate
    commands += [
        .placeOrder(order),
        .placeConditionalOrder(
            NewConditionalOrder(
                account: trader,
                instrument: instrument,
                side: .buy,
                type: .stopMarket,
                triggerPrice: Price(units: price.units + 100 * tick.units),
                quantity: order.quantity
            )
        ),
        .setCountdown(trader, instrument, milliseconds: 60_000),
        .advanceTime,
    ]
    var engine = Engine()
    var events = EventBuffer()
    var body = ByteWriter()
    body.put(UInt8(commands.count))
    body.put(BatchRecord.format)
    for (place, command) in commands.enumerated() {
        let sequenced = SequencedCommand(
            sequence: Sequence(rawValue: UInt64(place) + 1),
            time: Timestamp(milliseconds: 1_000_000 + Int64(place)),
            command: command
        )
        sequenced.encode(into: &body)
        engine.apply(sequenced, into: &events)
    }
    for case .refused(let refusal) in events.events(in: 0..<events.count) {
        preconditionFailure("a seed is refused: \(refusal.reason)")
    }
    let url = URL(filePath: "\(folder)/\(FuzzTarget.journal.rawValue)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try Data(body.bytes).write(to: url.appending(path: "venue"))
}
