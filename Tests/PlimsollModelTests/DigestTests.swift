import PlimsollModel
import Testing

@Suite struct `The running digest` {
    @Test func `the same words in the same order give the same digest`() {
        var first = Digest()
        var second = Digest()
        for word in 0..<1_000 as Range<UInt64> {
            first.put(word)
            second.put(word)
        }
        #expect(first == second)
        #expect(first != Digest())
    }

    @Test(arguments: [51, 52] as [UInt64])
    func `order matters, and so does every bit`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let left = generator.next()
            let right = generator.next()
            var forwards = Digest()
            forwards.put(left)
            forwards.put(right)
            var backwards = Digest()
            backwards.put(right)
            backwards.put(left)
            #expect(forwards != backwards)
            var flipped = Digest()
            flipped.put(left ^ (1 << (right % 64)))
            flipped.put(right)
            #expect(flipped != forwards)
        }
    }

    @Test func `a zero changes the digest`() {
        var digest = Digest()
        digest.put(0 as UInt64)
        let once = digest
        digest.put(0 as UInt64)
        #expect(once != Digest() && digest != once)
    }

    @Test func `two commands that differ anywhere have different digests`() {
        var generator = SeededGenerator(seed: 53)
        var seen: [UInt64: Command] = [:]
        for _ in 0..<500 {
            for command in generator.everyCommand() {
                var digest = Digest()
                command.encode(into: &digest)
                if let other = seen[digest.value] { #expect(other == command) }
                seen[digest.value] = command
            }
        }
        #expect(seen.count > 9_000)
    }

    @Test func `it prints as sixteen hexadecimal digits`() {
        #expect(Digest(value: 0xAB).description == "00000000000000ab")
        #expect(Digest(value: .max).description == "ffffffffffffffff")
    }

    @Test func `its value on known words is fixed, since journals outlive versions`() {
        // Computed with an independent program from the definition.
        var digest = Digest(value: 0)
        digest.put(1 as UInt64)
        digest.put(2 as UInt64)
        #expect(digest.value == 0xE785_922B_E3C8_2D6D)
    }
}
