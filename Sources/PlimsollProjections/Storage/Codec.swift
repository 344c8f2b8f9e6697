import PlimsollModel

/// A part of the read models that a snapshot keeps.
protocol Storable {
    func encode(into writer: inout ByteWriter)
    init(from reader: inout ByteReader) throws(CodecError)
}

extension ByteWriter {
    mutating func put(_ elements: some Collection<some Storable>) {
        put(UInt32(elements.count))
        for element in elements { element.encode(into: &self) }
    }

    mutating func put(_ element: (some Storable)?) {
        put(element != nil)
        element?.encode(into: &self)
    }

    mutating func put<Identifier: DenseIdentifier>(_ identifier: Identifier?)
    where Identifier.RawValue == UInt64 {
        put(identifier != nil)
        if let identifier { put(identifier.rawValue) }
    }

    mutating func put(_ instrument: InstrumentID?) {
        put(instrument != nil)
        if let instrument { put(instrument) }
    }

    mutating func put(count: Int) { put(Int64(count)) }
}

extension ByteReader {
    mutating func elements<Element: Storable>(
        _ type: Element.Type = Element.self
    ) throws(CodecError) -> [Element] {
        // The count is not trusted with memory: a wrong one ends at the end of the bytes.
        let count: UInt32 = try integer()
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try Element(from: &self)) }
        return elements
    }

    /// Fills a ring, which must have room for all that was written.
    mutating func elements<Element: Storable>(
        into ring: inout Ring<Element>
    ) throws(CodecError) {
        let start = offset
        let count: UInt32 = try integer()
        guard count <= ring.capacity else { throw CodecError(.invalidValue, at: start) }
        for _ in 0..<count { ring.append(try Element(from: &self)) }
    }

    mutating func optional<Element: Storable>(
        _ type: Element.Type = Element.self
    ) throws(CodecError) -> Element? {
        try bool() ? try Element(from: &self) : nil
    }

    mutating func optionalIdentifier<Identifier: DenseIdentifier>(
        _ type: Identifier.Type = Identifier.self
    ) throws(CodecError) -> Identifier? {
        try bool() ? try identifier() : nil
    }

    mutating func count() throws(CodecError) -> Int {
        let start = offset
        let count: Int64 = try integer()
        guard count >= 0 else { throw CodecError(.invalidValue, at: start) }
        return Int(count)
    }

    /// Refuses what was read from `start` on unless it is as it must be.
    func require(_ holds: Bool, since start: Int) throws(CodecError) {
        guard holds else { throw CodecError(.invalidValue, at: start) }
    }
}
