/// A text of at most 39 ASCII bytes, held in place so that commands and events keep a fixed size.
public struct FixedText: BitwiseCopyable, Hashable, Sendable {
    public static let lengthMax = 39

    // Bytes from the lowest of the first word on; the highest byte of the last is the length.
    var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

    public static let empty = FixedText()

    private init() {}

    /// Fails for a text that is too long or holds anything but printable ASCII.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.lengthMax else { return nil }
        var offset = 0
        for byte in bytes {
            guard (0x20...0x7E).contains(byte) else { return nil }
            set(byte, at: offset)
            offset += 1
        }
        set(UInt8(bytes.count), at: Self.lengthMax)
    }

    /// A letter and the decimal digits of a number, without a detour over bytes.
    init(_ letter: UInt8, then number: Int64) {
        precondition(number >= 0, "the digits have no sign")
        var digitCount = 1
        var power: Int64 = 1
        while number / power >= 10 {
            power *= 10
            digitCount += 1
        }
        set(letter, at: 0)
        for place in 1...digitCount {
            set(UInt8(ascii: "0") + UInt8(number / power % 10), at: place)
            power /= 10
        }
        set(UInt8(digitCount + 1), at: Self.lengthMax)
    }

    public var count: Int { Int(words.4 >> 56) }
    public var isEmpty: Bool { count == 0 }

    public subscript(offset: Int) -> UInt8 {
        let shift = UInt64(offset % 8) * 8
        return UInt8(truncatingIfNeeded: word(offset / 8) >> shift)
    }

    public var bytes: [UInt8] { (0..<count).map { self[$0] } }

    public var string: String { String(decoding: bytes, as: UTF8.self) }

    public static func == (left: FixedText, right: FixedText) -> Bool {
        left.words == right.words
    }

    public func hash(into hasher: inout Hasher) {
        for index in 0..<5 { hasher.combine(word(index)) }
    }

    public func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        case 3: words.3
        default: words.4
        }
    }

    private mutating func set(_ byte: UInt8, at offset: Int) {
        let bits = UInt64(byte) << (UInt64(offset % 8) * 8)
        switch offset / 8 {
        case 0: words.0 |= bits
        case 1: words.1 |= bits
        case 2: words.2 |= bits
        case 3: words.3 |= bits
        default: words.4 |= bits
        }
    }
}

/// The name of an instrument or asset, such as `BTCUSDT`.
public struct Symbol: BitwiseCopyable, Hashable, Sendable, CustomStringConvertible {
    public let text: FixedText

    /// Fails unless the name is 1 to 24 capital letters, digits or underscores.
    public init?(_ bytes: some Collection<UInt8>) {
        guard (1...24).contains(bytes.count), let text = FixedText(bytes) else { return nil }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                continue
            default: return nil
            }
        }
        self.text = text
    }

    public init?(_ string: String) { self.init(string.utf8) }

    init(unchecked text: FixedText) { self.text = text }

    public var description: String { text.string }
}

/// The client's own name for an order, unique among its open orders; may be empty.
public struct ClientOrderID: BitwiseCopyable, Hashable, Sendable, CustomStringConvertible {
    public static let lengthMax = 36
    public static let none = ClientOrderID(unchecked: .empty)

    public let text: FixedText

    /// Fails unless the name matches `^[.A-Z:/a-z0-9_-]{1,36}$`.
    public init?(_ bytes: some Collection<UInt8>) {
        guard (1...Self.lengthMax).contains(bytes.count), let text = FixedText(bytes) else {
            return nil
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"),
                UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                continue
            default: return nil
            }
        }
        self.text = text
    }

    public init?(_ string: String) { self.init(string.utf8) }

    /// `b` or `a` and the number of a level that is not negative: how a source names the one order that it
    /// has there.
    public init(of side: Side, level: Int64) {
        text = FixedText(side == .buy ? UInt8(ascii: "b") : UInt8(ascii: "a"), then: level)
    }

    init(unchecked text: FixedText) { self.text = text }

    public var isEmpty: Bool { text.isEmpty }
    public var description: String { text.string }
}
