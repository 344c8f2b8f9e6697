import PlimsollModel
import PlimsollTestSupport
import Testing

private func encoded(_ command: SequencedCommand) -> [UInt8] {
    var writer = ByteWriter()
    command.encode(into: &writer)
    return writer.bytes
}

private func decoded(_ bytes: [UInt8]) throws(CodecError) -> SequencedCommand {
    var reader = ByteReader(bytes)
    let command = try SequencedCommand(from: &reader)
    try reader.finish()
    return command
}

/// One sequenced command of every kind.
private func samples(seed: UInt64) -> [SequencedCommand] {
    var generator = SeededGenerator(seed: seed)
    return generator.everyCommand().map { command in
        SequencedCommand(
            sequence: Sequence(rawValue: generator.next()),
            time: Timestamp(milliseconds: generator.boundaryHeavyWord()),
            command: command
        )
    }
}

/// Where the kind stands: after the sequence and the time.
private let kindOffset = 16

@Suite(.computesForLong) struct `Commands as bytes` {
    @Test func `the samples hold every kind of command and of rule change`() {
        let bytes = samples(seed: 1).map(encoded)
        #expect(Set(bytes.map { $0[kindOffset] }) == Set(0...19))
        let ruleKinds = bytes.filter { $0[kindOffset] == 0 }.map { $0[kindOffset + 1] }
        #expect(Set(ruleKinds) == Set(0...11))
    }

    @Test(arguments: [31, 32, 33] as [UInt64])
    func `every command comes back as it was`(seed: UInt64) throws {
        for round in 0..<300 {
            for command in samples(seed: seed &* 1_000 + UInt64(round)) {
                #expect(try decoded(encoded(command)) == command, "seed \(seed)")
            }
        }
    }

    @Test func `a command cut short at any byte is an error at or before the cut`() {
        for command in samples(seed: 34) {
            let bytes = encoded(command)
            for length in 0..<bytes.count {
                do throws(CodecError) {
                    _ = try decoded(Array(bytes[..<length]))
                    Issue.record("\(command) was read from \(length) of \(bytes.count) bytes")
                } catch {
                    #expect(error.kind == .truncated)
                    #expect(error.offset <= length)
                }
            }
        }
    }

    @Test func `a byte too many is an error that names the place`() {
        for command in samples(seed: 35) {
            let bytes = encoded(command)
            #expect(throws: CodecError(.trailingBytes, at: bytes.count)) {
                try decoded(bytes + [0])
            }
        }
    }

    @Test(arguments: Array(20...255) as [UInt8])
    func `an unknown kind of command is an error at its byte`(kind: UInt8) {
        let bytes = Array(repeating: 0 as UInt8, count: kindOffset) + [kind]
        #expect(throws: CodecError(.invalidValue, at: kindOffset)) { try decoded(bytes) }
    }

    @Test(arguments: Array(12...255) as [UInt8])
    func `an unknown kind of rule change is an error at its byte`(kind: UInt8) {
        let bytes = Array(repeating: 0 as UInt8, count: kindOffset) + [0, kind]
        #expect(throws: CodecError(.invalidValue, at: kindOffset + 1)) { try decoded(bytes) }
    }

    @Test func `every flipped bit is an error or another command`() {
        for command in samples(seed: 36) {
            let bytes = encoded(command)
            for bit in 0..<(bytes.count * 8) {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let other = try? decoded(damaged) else { continue }
                #expect(other != command, "bit \(bit) of \(command)")
            }
        }
    }

    @Test(arguments: [37, 38, 39, 40] as [UInt64])
    func `random bytes never trap, and what is read from them encodes to the same bytes`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<50_000 {
            let length = Int.random(in: 0...140, using: &generator)
            var bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            if length > kindOffset { bytes[kindOffset] %= 20 }
            if length > kindOffset + 1, bytes[kindOffset] == 0 { bytes[kindOffset + 1] %= 10 }
            var reader = ByteReader(bytes)
            do throws(CodecError) {
                let command = try SequencedCommand(from: &reader)
                accepted += 1
                #expect(encoded(command) == Array(bytes[..<reader.offset]), "seed \(seed)")
            } catch {
                #expect((0...length).contains(error.offset), "seed \(seed)")
            }
        }
        #expect(accepted > 1_000)
    }
}

@Suite(.computesForLong) struct `Fields as bytes` {
    @Test func `words are little-endian and have no padding`() {
        var writer = ByteWriter(capacity: 4)
        writer.put(0x01 as UInt8)
        writer.put(0x0302 as UInt16)
        writer.put(0x0706_0504 as UInt32)
        writer.put(0x0F0E_0D0C_0B0A_0908 as UInt64)
        #expect(writer.bytes == Array(1...15))
        writer.removeAll()
        #expect(writer.bytes == [])
    }

    @Test(arguments: [41] as [UInt64])
    func `words, amounts, texts and blobs come back as they were`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let amount = generator.amount()
            let text = String(
                decoding: (0..<Int(generator.next() % 40)).map { _ in
                    UInt8(truncatingIfNeeded: generator.next() % 128)
                },
                as: UTF8.self
            )
            let blob = (0..<Int(generator.next() % 300)).map { UInt8(truncatingIfNeeded: $0) }
            let word = generator.boundaryHeavyWord()
            var writer = ByteWriter()
            writer.put(amount)
            writer.put(text)
            writer.put(blob: blob)
            writer.put(word)
            writer.put(Int32(truncatingIfNeeded: word))
            writer.put(word % 2 == 0)
            var reader = ByteReader([9, 9, 9][...] + writer.bytes)
            let padding: UInt16 = try reader.integer()
            let last: UInt8 = try reader.integer()
            #expect(padding == 0x0909 && last == 9)
            #expect(try reader.amount() == amount)
            #expect(try reader.string() == text)
            #expect(Array(try reader.blob()) == blob)
            #expect(try reader.integer(Int64.self) == word)
            #expect(try reader.integer(Int32.self) == Int32(truncatingIfNeeded: word))
            #expect(try reader.bool() == (word % 2 == 0))
            try reader.finish()
        }
    }

    @Test func `offsets count from the start of a slice`() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        var reader = ByteReader(bytes[2...])
        #expect(throws: CodecError(.truncated, at: 0)) { try reader.integer(UInt32.self) }
        #expect(throws: Never.self) { try reader.integer(UInt16.self) }
        #expect(reader.offset == 2)
        #expect(throws: CodecError(.trailingBytes, at: 2)) { try reader.finish() }
    }

    @Test func `a length beyond the end, bad UTF-8 and a bad truth value are errors`() {
        var lengthTooLarge = ByteReader([0xFF, 0xFF, 0xFF, 0xFF, 1])
        #expect(throws: CodecError(.truncated, at: 4)) { try lengthTooLarge.blob() }
        var notText = ByteReader([1, 0, 0, 0, 0xFF])
        #expect(throws: CodecError(.invalidValue, at: 0)) { try notText.string() }
        var notBool = ByteReader([2])
        #expect(throws: CodecError(.invalidValue, at: 0)) { try notBool.bool() }
        #expect(CodecError(.truncated, at: 7).description == "truncated at byte 7")
    }

    @Test func `bytes behind the end of a fixed text are refused`() throws {
        var writer = ByteWriter()
        writer.put(try #require(FixedText("abc".utf8)))
        var bytes = writer.bytes
        bytes[10] = 1
        var reader = ByteReader(bytes)
        #expect(throws: CodecError(.invalidValue, at: 0)) { try reader.fixedText() }
    }
}
