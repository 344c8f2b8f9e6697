import PlimsollModel
import PlimsollNode
import PlimsollProjections

/// A bare venue inside the process, and a market around its trader.
///
/// There is no server, no journal and no randomness: the same story each time, with the same digest.
struct DemoVenue: ~Copyable {
    /// Story time: the first minute of 2026.
    private var venue = BareVenue(at: Timestamp(milliseconds: 1_767_225_600_000))
    let instrument: InstrumentID
    /// Quotes the book around the price of the story.
    private let maker = AccountID.firstOpened
    /// Trades with the quotes, so that there is a last price.
    private let taker = AccountID(rawValue: AccountID.firstOpened.rawValue + 1)
    /// The account that the story is about.
    let trader = AccountID(rawValue: AccountID.firstOpened.rawValue + 2)

    /// A venue with an account that holds `deposit`.
    init(
        rules: VenueRules,
        instrument: InstrumentID,
        deposit: Amount
    ) throws(CommandFailure) {
        self.instrument = instrument
        for change in rules.changes { try apply(.changeRules(change)) }
        try apply(.openAccount(.recordedMarket))
        try apply(.openAccount(.recordedMarket))
        try apply(.openAccount(.trader))
        try apply(
            .deposit(
                BalanceChange(
                    account: trader,
                    asset: rules.instruments[instrument.index].contract.settleAsset,
                    amount: deposit
                )
            )
        )
    }

    /// Applies a command that the story needs to succeed.
    mutating func apply(_ command: Command) throws(CommandFailure) {
        for case .refused(let refusal) in venue.apply(command) {
            throw CommandFailure(
                .failed,
                "the venue refused a step of the story: \(refusal.reason)"
            )
        }
    }

    /// Lets a minute pass and moves the market to `price`: index, last price and the best price of the
    /// buying side where `buyersWait`, otherwise of the selling side.
    mutating func move(to price: Price, buyersWait: Bool) throws(CommandFailure) {
        venue.time = time.advanced(byMilliseconds: 60_000)
        let tick = rules.contract.tickSize
        // Without a mark price a venue takes no orders.
        if markPrice.isZero { try apply(.updateIndexPrice(instrument, price)) }
        try apply(.cancelAllOrders(maker, instrument))
        let bid = buyersWait ? price : price - tick
        // The book is thin at the touch, so that a forced sale slides down it.
        try quote(.buy, bid, thousandths: 210)
        try quote(.buy, bid - Price(4), thousandths: 200)
        try quote(.buy, bid - Price(8), thousandths: 5_000)
        try quote(.sell, buyersWait ? price + tick : price, thousandths: 5_000)
        try trade(buyersWait ? .sell : .buy, at: price)
        try apply(.updateIndexPrice(instrument, price))
    }

    var projections: VenueProjections { venue.projections }
    var time: Timestamp { venue.time }
    var rules: InstrumentRules { projections.markets[instrument.index].rules }
    var markPrice: Price { projections.markets[instrument.index].prices?.mark ?? .zero }
    var position: PositionProjection? {
        projections.account(trader)?.positions.first { $0.instrument == instrument }
    }
    var wallet: Amount {
        projections.account(trader)?.wallet(rules.contract.settleAsset) ?? .zero
    }
    var brokenInvariants: [String] { venue.brokenInvariants }

    private mutating func quote(
        _ side: Side,
        _ price: Price,
        thousandths: Int64
    ) throws(CommandFailure) {
        try place(
            side,
            of: maker,
            at: price,
            quantity: Quantity(units: thousandths * 100_000),
            .goodTillCancelled
        )
    }

    private mutating func trade(_ side: Side, at price: Price) throws(CommandFailure) {
        try place(
            side,
            of: taker,
            at: price,
            quantity: Quantity(units: 1_000_000),
            .immediateOrCancel
        )
    }

    private mutating func place(
        _ side: Side,
        of account: AccountID,
        at price: Price,
        quantity: Quantity,
        _ timeInForce: TimeInForce
    ) throws(CommandFailure) {
        try apply(
            .placeOrder(
                NewOrder(
                    account: account,
                    instrument: instrument,
                    side: side,
                    type: .limit,
                    timeInForce: timeInForce,
                    price: price,
                    quantity: quantity
                )
            )
        )
    }
}
