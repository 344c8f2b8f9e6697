import PlimsollEngine
import PlimsollModel

/// An engine with what a test wants to know about a market.
struct TestVenue: ~Copyable {
    var engine = Engine()
    var trades: [(time: Timestamp, trade: TradeExecuted)] = []
    var refusals: [(command: Command, refusal: Refusal)] = []
    var liquidations: [LiquidationFinished] = []
    var fills: [OrderFilled] = []
    var prices: PricesUpdated?
    var positions: [AccountID: Quantity] = [:]
    var book = ToldBook()
    var commandCount = 0
    private var events = EventBuffer()
    private var opened = AccountID.firstOpened

    init(_ instruments: [InstrumentRules], assetCount: Int = 2) {
        let names = ["USDT", "COIN", "ETH", "BTC"]
        let assets = names.prefix(assetCount).compactMap { Symbol($0) }
        let rules = VenueRules(name: "test", assets: assets, instruments: instruments)
        for change in rules.changes { apply(.changeRules(change), at: .zero) }
    }

    /// Of the first instrument, as told last.
    var lastIndex: Price { prices?.index ?? .zero }

    /// Opens an account, with money if asked.
    mutating func open(_ kind: AccountKind, deposit: Int = 0) -> AccountID {
        let account = opened
        opened = AccountID(rawValue: opened.rawValue + 1)
        apply(.openAccount(kind), at: .zero)
        if deposit > 0 {
            apply(
                .deposit(
                    BalanceChange(
                        account: account,
                        asset: AssetID(rawValue: 0),
                        amount: Amount(deposit)
                    )
                ),
                at: .zero
            )
        }
        return account
    }

    /// Applies one command and returns what happened.
    @discardableResult
    mutating func apply(_ command: Command, at time: Timestamp) -> ArraySlice<Event> {
        events.removeAll()
        engine.apply(
            SequencedCommand(
                sequence: engine.sequence.next,
                time: max(time, engine.time),
                command: command
            ),
            into: &events
        )
        commandCount += 1
        let happened = events.events(in: 0..<events.count)
        for event in happened {
            switch event {
            case .tradeExecuted(let trade): trades.append((engine.time, trade))
            case .refused(let refusal): refusals.append((command, refusal))
            case .liquidationFinished(let finished): liquidations.append(finished)
            case .orderFilled(let fill): fills.append(fill)
            case .positionChanged(let changed): positions[changed.account] = changed.quantity
            case .levelChanged(let level): book.take(level)
            case .pricesUpdated(let updated): prices = updated
            default: break
            }
        }
        return happened
    }

    /// Runs one step of a source and shows it what happened.
    mutating func run(_ source: inout some CommandSource) {
        guard let time = source.nextTime else { return }
        for command in source.step() {
            let happened = apply(command, at: time)
            source.observe(
                happened,
                at: EventHeader(sequence: engine.sequence, time: engine.time)
            )
        }
    }

    /// Runs a source up to and with an instant.
    mutating func run(_ source: inout some CommandSource, through end: Timestamp) {
        while let time = source.nextTime, time <= end { run(&source) }
    }
}
