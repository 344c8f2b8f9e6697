/// Takes the fields of a value one by one, in their written order.
///
/// A byte writer keeps them, a digest mixes them: one description of a value serves both, so the
/// bytes of the journal and the digest can never disagree about what a command says.
public protocol WireSink {
    mutating func put(_ value: UInt8)
    mutating func put(_ value: UInt16)
    mutating func put(_ value: UInt32)
    mutating func put(_ value: UInt64)
}

// Inlined into other modules, where snapshots of many megabytes are written field by field: calls of
// generic code across modules cost ten times as much.
extension WireSink {
    @inlinable public mutating func put(_ value: Bool) { put(value ? 1 as UInt8 : 0) }
    @inlinable public mutating func put(_ value: Int64) { put(UInt64(bitPattern: value)) }
    @inlinable public mutating func put(_ value: Int32) { put(UInt32(bitPattern: value)) }
    @inlinable public mutating func put(_ value: Int128) {
        put(UInt64(truncatingIfNeeded: value))
        put(UInt64(truncatingIfNeeded: value >> 64))
    }
    @inlinable public mutating func put(_ value: some FixedPoint) { put(value.units) }
    @inlinable public mutating func put(_ value: Amount) { put(value.units) }
    @inlinable public mutating func put(_ value: Timestamp) { put(value.milliseconds) }
    @inlinable public mutating func put(_ value: AccountID) { put(value.rawValue) }
    @inlinable public mutating func put(_ value: InstrumentID) { put(value.rawValue) }
    @inlinable public mutating func put(_ value: AssetID) { put(value.rawValue) }
    @inlinable public mutating func put(_ value: OrderID) { put(value.rawValue) }
    @inlinable public mutating func put(_ value: TradeID) { put(value.rawValue) }
    @inlinable public mutating func put(_ value: LiquidationID) { put(value.rawValue) }
    @inlinable public mutating func put(_ value: Sequence) { put(value.rawValue) }
    @inlinable public mutating func put<Choice: RawRepresentable>(_ value: Choice)
    where Choice.RawValue == UInt8 { put(value.rawValue) }
    @inlinable public mutating func put(_ value: FixedText) {
        for index in 0..<5 { put(value.word(index)) }
    }
    @inlinable public mutating func put(_ value: Symbol) { put(value.text) }
    @inlinable public mutating func put(_ value: ClientOrderID) { put(value.text) }
}

/// Why bytes are not what they should be, and where.
public struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        case truncated
        /// No such kind, or a value outside its type.
        case invalidValue
        case trailingBytes
        case unsupportedVersion
    }

    public let kind: Kind
    /// Bytes from the start of what was being read.
    public let offset: Int

    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    public var description: String { "\(kind) at byte \(offset)" }
}

/// Writes little-endian fields without padding.
public struct ByteWriter: WireSink, Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    public mutating func put(_ value: UInt8) { bytes.append(value) }
    public mutating func put(_ value: UInt16) { append(value) }
    public mutating func put(_ value: UInt32) { append(value) }
    public mutating func put(_ value: UInt64) { append(value) }

    /// A length and the bytes themselves.
    public mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// A length and the bytes themselves.
    public mutating func put(blob: some Collection<UInt8>) {
        put(UInt32(blob.count))
        bytes.append(contentsOf: blob)
    }

    private mutating func append<Word: FixedWidthInteger>(_ value: Word) {
        var rest = value
        for _ in 0..<(Word.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}

/// Reads what a `ByteWriter` wrote.
public struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Bytes read so far.
    public var offset: Int { position - bytes.startIndex }
    public var isAtEnd: Bool { position == bytes.endIndex }

    public func failure(_ kind: CodecError.Kind) -> CodecError { CodecError(kind, at: offset) }

    @inlinable
    public mutating func integer<Word: FixedWidthInteger>(
        _ type: Word.Type = Word.self
    ) throws(CodecError) -> Word {
        precondition(Word.bitWidth <= 64, "wider numbers are read in two halves")
        return Word(truncatingIfNeeded: try word(byteCount: Word.bitWidth / 8))
    }

    /// The next bytes as one number; the generic readers above and below are inlined around it.
    @usableFromInline
    mutating func word(byteCount: Int) throws(CodecError) -> UInt64 {
        guard bytes.endIndex - position >= byteCount else { throw failure(.truncated) }
        var value: UInt64 = 0
        for index in (position..<(position + byteCount)).reversed() {
            value = (value << 8) | UInt64(bytes[index])
        }
        position += byteCount
        return value
    }

    public mutating func bool() throws(CodecError) -> Bool {
        let start = offset
        switch try integer(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw CodecError(.invalidValue, at: start)
        }
    }

    @inlinable
    public mutating func choice<Choice: RawRepresentable>(
        _ type: Choice.Type = Choice.self
    ) throws(CodecError) -> Choice where Choice.RawValue == UInt8 {
        let start = offset
        guard let value = Choice(rawValue: try integer()) else {
            throw CodecError(.invalidValue, at: start)
        }
        return value
    }

    @inlinable
    public mutating func number<Number: FixedPoint>(
        _ type: Number.Type = Number.self
    ) throws(CodecError) -> Number { Number(units: try integer()) }

    public mutating func amount() throws(CodecError) -> Amount {
        let low: UInt64 = try integer()
        let high: Int64 = try integer()
        return Amount(units: Int128(high) << 64 | Int128(low))
    }

    @inlinable
    public mutating func identifier<Identifier: DenseIdentifier>(
        _ type: Identifier.Type = Identifier.self
    ) throws(CodecError) -> Identifier { Identifier(rawValue: try integer()) }

    public mutating func timestamp() throws(CodecError) -> Timestamp {
        Timestamp(milliseconds: try integer())
    }

    public mutating func fixedText() throws(CodecError) -> FixedText {
        let start = offset
        let raw = try take(FixedText.lengthMax + 1)
        let length = Int(raw[raw.endIndex - 1])
        // What follows the text is zero: one value has one encoding.
        guard length <= FixedText.lengthMax, let text = FixedText(raw.prefix(length)),
            raw.dropFirst(length).dropLast().allSatisfy({ $0 == 0 })
        else {
            throw CodecError(.invalidValue, at: start)
        }
        return text
    }

    public mutating func symbol() throws(CodecError) -> Symbol {
        let start = offset
        guard let symbol = Symbol(try fixedText().bytes) else {
            throw CodecError(.invalidValue, at: start)
        }
        return symbol
    }

    public mutating func clientOrderID() throws(CodecError) -> ClientOrderID {
        let start = offset
        let text = try fixedText()
        if text.isEmpty { return .none }
        guard let id = ClientOrderID(text.bytes) else {
            throw CodecError(.invalidValue, at: start)
        }
        return id
    }

    public mutating func string() throws(CodecError) -> String {
        let start = offset
        guard let text = String(validating: try blob(), as: UTF8.self) else {
            throw CodecError(.invalidValue, at: start)
        }
        return text
    }

    public mutating func blob() throws(CodecError) -> ArraySlice<UInt8> {
        let length: UInt32 = try integer()
        return try take(Int(length))
    }

    /// Fails unless everything was read.
    public func finish() throws(CodecError) {
        guard isAtEnd else { throw failure(.trailingBytes) }
    }

    private mutating func take(_ count: Int) throws(CodecError) -> ArraySlice<UInt8> {
        guard bytes.endIndex - position >= count else { throw failure(.truncated) }
        defer { position += count }
        return bytes[position..<(position + count)]
    }
}
