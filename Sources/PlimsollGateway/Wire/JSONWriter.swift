public import NIOCore

/// Writes compact JSON into one growing piece of memory.
///
/// The caller says what comes next; commas and quotes are the writer's business. Numbers go straight
/// from integers to digits, so that no figure of the venue ever passes through floating point, and
/// an order's answer costs a fraction of a microsecond.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.field("symbol", symbol)
///     json.field("price", price, decimals: 2)
///     json.endObject()
///     let body = json.takeBuffer()
@safe public struct JSONWriter: ~Copyable {
    // Every write first calls `reserve` with the most bytes it can need, and then writes no more than
    // that; hence `count <= capacity` holds always and no write leaves the memory.
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes written so far.
    public private(set) var count = 0
    private var needsComma = false

    public init(capacity: Int = 512) {
        let room = max(capacity, 64)
        unsafe memory = .allocate(capacity: room)
        self.capacity = room
    }

    deinit { unsafe memory.deallocate() }

    // MARK: Structure

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the next value; plain ASCII without quotes or backslashes.
    public mutating func key(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        reserve(length + 4)
        separate()
        put(UInt8(ascii: "\""))
        unsafe (memory + count).update(from: name.utf8Start, count: length)
        count += length
        put(UInt8(ascii: "\""))
        put(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A name that is only known at run time.
    public mutating func key(_ name: String) {
        string(name)
        reserve(1)
        put(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func beginObject(_ name: StaticString) {
        key(name)
        beginObject()
    }

    public mutating func beginArray(_ name: StaticString) {
        key(name)
        beginArray()
    }

    // MARK: Plain values

    public mutating func null() { literal("null") }
    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// A text in quotes, escaped where JSON asks for it.
    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            unsafe string(bytes: bytes)
        }
    }

    /// A text in quotes, escaped where JSON asks for it; the bytes are UTF-8.
    public mutating func string(bytes: some Collection<UInt8>) {
        // The longest escape, \u0000, takes six bytes.
        reserve(bytes.count * 6 + 3)
        separate()
        put(UInt8(ascii: "\""))
        for byte in bytes { putEscaped(byte) }
        put(UInt8(ascii: "\""))
        needsComma = true
    }

    /// An integer without quotes.
    public mutating func integer(_ value: some BinaryInteger) {
        reserve(44)
        separate()
        put(decimal: Int128(value), scale: 0, decimalsMin: 0, decimalsMax: 0)
        needsComma = true
    }

    /// A number of `units` × 10⁻ˢᶜᵃˡᵉ, cut off (towards zero) after `decimalsMax` places; trailing
    /// zeros beyond `decimalsMin` are left out.
    public mutating func decimal(
        units: Int128,
        scale: Int,
        decimalsMin: Int,
        decimalsMax: Int,
        isQuoted: Bool = true
    ) {
        // 39 digits, a sign, a point, padding to at most 24 decimals, quotes and a comma.
        precondition(scale <= 24 && decimalsMin <= 24, "no number of the venue has more decimals")
        reserve(96)
        separate()
        if isQuoted { put(UInt8(ascii: "\"")) }
        put(decimal: units, scale: scale, decimalsMin: decimalsMin, decimalsMax: decimalsMax)
        if isQuoted { put(UInt8(ascii: "\"")) }
        needsComma = true
    }

    /// JSON that was written before, as one value.
    public mutating func raw(_ bytes: some Collection<UInt8>) {
        reserve(bytes.count + 1)
        separate()
        for byte in bytes { put(byte) }
        needsComma = true
    }

    // MARK: The result

    /// What was written, in a buffer of its own; the writer is empty afterwards and keeps its memory.
    public mutating func takeBuffer(allocator: ByteBufferAllocator = .init()) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: count)
        unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: memory, count: count))
        removeAll()
        return buffer
    }

    /// Appends what was written to `buffer`; the writer is empty afterwards and keeps its memory.
    public mutating func move(to buffer: inout ByteBuffer) {
        unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: memory, count: count))
        removeAll()
    }

    public mutating func takeBytes() -> [UInt8] {
        let bytes = unsafe [UInt8](UnsafeBufferPointer(start: memory, count: count))
        removeAll()
        return bytes
    }

    public mutating func removeAll() {
        count = 0
        needsComma = false
    }

    // MARK: Bytes

    private mutating func open(_ bracket: UInt8) {
        reserve(2)
        separate()
        put(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        reserve(1)
        put(bracket)
        needsComma = true
    }

    private mutating func literal(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length + 1)
        separate()
        unsafe (memory + count).update(from: text.utf8Start, count: length)
        count += length
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { put(UInt8(ascii: ",")) }
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        unsafe memory[count] = byte
        count += 1
    }

    private mutating func putEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            put(UInt8(ascii: "\\"))
            put(byte)
        case 0x0A: putEscape(UInt8(ascii: "n"))
        case 0x0D: putEscape(UInt8(ascii: "r"))
        case 0x09: putEscape(UInt8(ascii: "t"))
        case 0x00..<0x20, 0x7F:
            putEscape(UInt8(ascii: "u"))
            put(UInt8(ascii: "0"))
            put(UInt8(ascii: "0"))
            put(hexDigit(byte >> 4))
            put(hexDigit(byte & 0x0F))
        default: put(byte)
        }
    }

    private mutating func putEscape(_ letter: UInt8) {
        put(UInt8(ascii: "\\"))
        put(letter)
    }

    private func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    private mutating func put(decimal units: Int128, scale: Int, decimalsMin: Int, decimalsMax: Int)
    {
        var magnitude = units.magnitude
        var decimals = scale
        while decimals > decimalsMax {
            // By eight places at once where possible: 128-bit division is what costs here.
            let step = min(8, decimals - decimalsMax)
            magnitude /= UInt128(powersOfTen[step])
            decimals -= step
        }
        while decimals > decimalsMin, magnitude % 10 == 0 {
            magnitude /= 10
            decimals -= 1
        }
        if units < 0, magnitude > 0 { put(UInt8(ascii: "-")) }
        if let narrow = UInt64(exactly: magnitude) {
            put(digits: narrow, decimals: decimals)
        } else {
            put(digits: magnitude, decimals: decimals)
        }
        guard decimals < decimalsMin else { return }
        if decimals == 0 { put(UInt8(ascii: ".")) }
        for _ in decimals..<decimalsMin { put(UInt8(ascii: "0")) }
    }

    /// The digits of `value` with a point before the last `decimals` of them.
    private mutating func put<Word: FixedWidthInteger & UnsignedInteger>(
        digits value: Word,
        decimals: Int
    ) {
        var digitCount = 1
        var bound = value / 10
        while bound > 0 {
            digitCount += 1
            bound /= 10
        }
        let length = max(digitCount, decimals + 1)
        let end = count + length + (decimals > 0 ? 1 : 0)
        var position = end
        var rest = value
        for index in 0..<length {
            if index == decimals, index > 0 {
                position -= 1
                unsafe memory[position] = UInt8(ascii: ".")
            }
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            rest = quotient
            position -= 1
            unsafe memory[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
        }
        count = end
    }

    @inline(__always)
    private mutating func reserve(_ room: Int) {
        if capacity - count < room { grow(by: room) }
    }

    @inline(never)
    private mutating func grow(by room: Int) {
        let newCapacity = max(capacity * 2, count + room)
        let newMemory = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        unsafe newMemory.update(from: memory, count: count)
        unsafe memory.deallocate()
        unsafe memory = newMemory
        capacity = newCapacity
    }
}

private let powersOfTen: [UInt64] = [
    1, 10, 100, 1000, 10000, 100_000, 1_000_000, 10_000_000, 100_000_000,
]
