import PlimsollModel
import Testing

@Suite struct `Names of fixed size` {
    @Test func `a text of every length is kept as it is`() throws {
        for length in 0...FixedText.lengthMax {
            let bytes = (0..<length).map { UInt8(0x20 + ($0 * 7) % 95) }
            let text = try #require(FixedText(bytes))
            #expect(text.bytes == bytes)
            #expect(text.count == length)
            #expect(text.isEmpty == (length == 0))
            #expect(text.string.utf8.elementsEqual(bytes))
        }
    }

    @Test func `texts that are too long or not printable are refused`() {
        #expect(FixedText(Array(repeating: UInt8(ascii: "a"), count: 40)) == nil)
        for byte in [0, 9, 10, 13, 31, 127, 128, 255] as [UInt8] {
            #expect(FixedText([byte]) == nil)
        }
    }

    @Test func `equal texts are equal and hash alike; a longer one differs`() throws {
        let short = try #require(FixedText("abc".utf8))
        let same = try #require(FixedText(Array("abc".utf8)))
        let longer = try #require(FixedText("abc ".utf8))
        #expect(short == same)
        #expect(short.hashValue == same.hashValue)
        #expect(short != longer)
    }

    @Test(arguments: ["BTCUSDT", "A", "1000SHIBUSDT", "BTCUSDT_260925", "ABCDEFGHIJKLMNOPQRSTUVWX"])
    func `a symbol of capitals, digits and underscores is taken`(name: String) throws {
        #expect(try #require(Symbol(name)).description == name)
    }

    @Test(
        arguments: [
            "", "btcusdt", "BTC/USDT", "BTC USDT", "BTCUSDT\u{0}", "ВТСUSDT", "BTC-USDT", "../BTC",
            "ABCDEFGHIJKLMNOPQRSTUVWXY", "BTCUSDT'", "ＢＴＣ",
        ]
    )
    func `any other symbol is refused`(name: String) {
        #expect(Symbol(name) == nil)
    }

    @Test(arguments: ["a", "x-cvBPrNm9_1", ".:/-_", "O-2026.11", String(repeating: "z", count: 36)])
    func `a client's name for an order is taken`(name: String) throws {
        let id = try #require(ClientOrderID(name))
        #expect(id.description == name)
        #expect(!id.isEmpty)
    }

    @Test(
        arguments: [
            "", " ", "a b", "a,b", "é", "a\n", "<b>", "a'b", "a%20b",
            String(repeating: "z", count: 37),
        ]
    )
    func `any other name for an order is refused`(name: String) {
        #expect(ClientOrderID(name) == nil)
        #expect(ClientOrderID.none.isEmpty)
    }
}
