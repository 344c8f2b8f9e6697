extension RuleChange {
    /// Writes the change; the leading byte names its kind.
    ///
    /// Kinds are appended, never renumbered.
    public func encode(into sink: inout some WireSink) {
        switch self {
        case .defineAsset(let asset, let symbol):
            sink.put(0 as UInt8)
            sink.put(asset)
            sink.put(symbol)
        case .setContract(let instrument, let terms):
            sink.put(1 as UInt8)
            sink.put(instrument)
            sink.put(terms.symbol)
            sink.put(terms.baseAsset)
            sink.put(terms.settleAsset)
            sink.put(terms.priceDecimals)
            sink.put(terms.quantityDecimals)
            sink.put(terms.tickSize)
            sink.put(terms.stepSize)
            sink.put(terms.kind)
            sink.put(terms.multiplier)
        case .setLimits(let instrument, let limits):
            sink.put(2 as UInt8)
            sink.put(instrument)
            sink.put(limits.priceMin)
            sink.put(limits.priceMax)
            sink.put(limits.quantityMin)
            sink.put(limits.quantityMax)
            sink.put(limits.marketQuantityMax)
            sink.put(limits.notionalMin)
            sink.put(limits.priceBand)
            sink.put(limits.marketTakeBound)
            sink.put(limits.openOrderCountMax)
            sink.put(limits.selfTradePrevention)
        case .setFees(let instrument, let fees):
            sink.put(3 as UInt8)
            sink.put(instrument)
            sink.put(fees.maker)
            sink.put(fees.taker)
            sink.put(fees.liquidation)
        case .setFunding(let instrument, let funding):
            sink.put(4 as UInt8)
            sink.put(instrument)
            funding.encode(into: &sink)
        case .setMark(let instrument, let mark):
            sink.put(5 as UInt8)
            sink.put(instrument)
            mark.encode(into: &sink)
        case .setTier(let instrument, let index, let tier):
            sink.put(6 as UInt8)
            sink.put(instrument)
            sink.put(index)
            sink.put(tier.notionalFloor)
            sink.put(tier.notionalCap)
            sink.put(tier.leverageMax)
            sink.put(tier.maintenanceRate)
            sink.put(tier.deduction)
        case .setLeverageDefault(let instrument, let leverage):
            sink.put(7 as UInt8)
            sink.put(instrument)
            sink.put(leverage)
        case .openTrading(let instrument):
            sink.put(8 as UInt8)
            sink.put(instrument)
        case .setTriggers(let instrument, let terms):
            sink.put(9 as UInt8)
            sink.put(instrument)
            sink.put(terms.protect)
            sink.put(terms.countMax)
        case .setIndex(let instrument, let terms):
            sink.put(10 as UInt8)
            sink.put(instrument)
            terms.encode(into: &sink)
        case .setLiquidation(let instrument, let terms):
            sink.put(11 as UInt8)
            sink.put(instrument)
            terms.encode(into: &sink)
        }
    }

    public init(from reader: inout ByteReader) throws(CodecError) {
        let start = reader.offset
        switch try reader.integer(UInt8.self) {
        case 0:
            self = .defineAsset(try reader.identifier(), try reader.symbol())
        case 1:
            self = .setContract(try reader.identifier(), try ContractTerms(from: &reader))
        case 2:
            self = .setLimits(try reader.identifier(), try OrderLimits(from: &reader))
        case 3:
            let instrument: InstrumentID = try reader.identifier()
            let maker: Rate = try reader.number()
            let taker: Rate = try reader.number()
            let liquidation: Rate = try reader.number()
            self = .setFees(
                instrument,
                FeeSchedule(maker: maker, taker: taker, liquidation: liquidation)
            )
        case 4:
            self = .setFunding(try reader.identifier(), try FundingTerms(from: &reader))
        case 5:
            self = .setMark(try reader.identifier(), try MarkPriceTerms(from: &reader))
        case 6:
            let instrument: InstrumentID = try reader.identifier()
            let index: UInt8 = try reader.integer()
            self = .setTier(instrument, index: index, try MarginTier(from: &reader))
        case 7:
            self = .setLeverageDefault(try reader.identifier(), try reader.integer())
        case 8:
            self = .openTrading(try reader.identifier())
        case 9:
            let instrument: InstrumentID = try reader.identifier()
            let protect: Rate = try reader.number()
            let countMax: UInt32 = try reader.integer()
            self = .setTriggers(
                instrument,
                TriggerTerms(protect: protect, countMax: countMax)
            )
        case 10:
            self = .setIndex(try reader.identifier(), try IndexTerms(from: &reader))
        case 11:
            self = .setLiquidation(try reader.identifier(), try LiquidationTerms(from: &reader))
        default:
            throw CodecError(.invalidValue, at: start)
        }
    }
}

extension ContractTerms {
    init(from reader: inout ByteReader) throws(CodecError) {
        symbol = try reader.symbol()
        baseAsset = try reader.identifier()
        settleAsset = try reader.identifier()
        priceDecimals = try reader.integer()
        quantityDecimals = try reader.integer()
        tickSize = try reader.number()
        stepSize = try reader.number()
        kind = try reader.choice()
        multiplier = try reader.number()
    }
}

extension OrderLimits {
    init(from reader: inout ByteReader) throws(CodecError) {
        priceMin = try reader.number()
        priceMax = try reader.number()
        quantityMin = try reader.number()
        quantityMax = try reader.number()
        marketQuantityMax = try reader.number()
        notionalMin = try reader.number()
        priceBand = try reader.number()
        marketTakeBound = try reader.number()
        openOrderCountMax = try reader.integer()
        selfTradePrevention = try reader.choice()
    }
}

extension MarginTier {
    init(from reader: inout ByteReader) throws(CodecError) {
        notionalFloor = try reader.amount()
        notionalCap = try reader.amount()
        leverageMax = try reader.integer()
        maintenanceRate = try reader.number()
        deduction = try reader.amount()
    }
}
