public import PlimsollModel

/// The balance of the insurance fund in one asset, over time.
public struct InsuranceFundProjection: Sendable {
    /// A balance as it stood when a minute ended, or stands now in the newest one.
    public struct Point: BitwiseCopyable, Hashable, Sendable {
        /// The beginning of the minute.
        public var time: Timestamp
        public var balance: Amount
    }

    /// A week of minutes.
    public static let pointCountMax = 7 * 24 * 60

    public internal(set) var balance = Amount.zero
    /// What nobody could pay so far.
    public internal(set) var deficit = Amount.zero
    public internal(set) var updateTime = Timestamp.zero
    /// Minutes in which the balance changed, oldest first.
    public internal(set) var points = Ring<Point>(capacity: pointCountMax)

    init() {}

    mutating func note(_ balance: Amount, at time: Timestamp) {
        self.balance = balance
        updateTime = time
        let minute = CandleInterval.oneMinute.openTime(of: time)
        if let last = points.indices.last, points[last].time >= minute {
            points[last].balance = balance
        } else {
            points.append(Point(time: minute, balance: balance))
        }
    }
}

extension VenueProjections {
    /// The insurance fund in an asset.
    public func insuranceFund(_ asset: AssetID) -> InsuranceFundProjection {
        asset.index < insuranceFunds.count
            ? insuranceFunds[asset.index] : InsuranceFundProjection()
    }

    /// What the insurance fund took over and still holds.
    public var insuranceInventory: [PositionProjection] {
        accounts[AccountID.insuranceFund.index].positions.filter { !$0.isFlat }
    }

    mutating func fold(_ recorded: DeficitRecorded, at time: Timestamp) {
        changeFund(recorded.asset) { fund in
            fund.deficit = recorded.total
            fund.updateTime = time
        }
    }

    mutating func noteInsurance(_ balance: Amount, of asset: AssetID, at time: Timestamp) {
        changeFund(asset) { $0.note(balance, at: time) }
    }

    private mutating func changeFund(
        _ asset: AssetID,
        _ change: (inout InsuranceFundProjection) -> Void
    ) {
        while insuranceFunds.count <= asset.index {
            insuranceFunds.append(InsuranceFundProjection())
        }
        change(&insuranceFunds[asset.index])
    }
}

extension InsuranceFundProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(balance)
        writer.put(deficit)
        writer.put(updateTime)
        writer.put(points)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        self.init()
        balance = try reader.amount()
        deficit = try reader.amount()
        updateTime = try reader.timestamp()
        try reader.elements(into: &points)
    }
}

extension InsuranceFundProjection.Point: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(time)
        writer.put(balance)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        time = try reader.timestamp()
        balance = try reader.amount()
    }
}
