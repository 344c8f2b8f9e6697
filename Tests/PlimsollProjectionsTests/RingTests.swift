import Testing

@testable import PlimsollProjections

private struct Document: Equatable, Sendable {
    var number: Int
    var isTraders = false
}

@Suite struct `A ring of documents` {
    @Test func `keeps a trader's while the crowd's make room for each other`() {
        var ring = Ring<Document>(capacity: 10)
        for number in 1...3 {
            ring.append(Document(number: number, isTraders: true), favouring: \.isTraders)
        }
        for number in 4...103 { ring.append(Document(number: number), favouring: \.isTraders) }
        #expect(ring.map(\.number) == [1, 2, 3, 97, 98, 99, 100, 101, 102, 103])
    }

    @Test func `leaves the crowd its part when a trader has very many`() {
        var ring = Ring<Document>(capacity: 10)
        for number in 1...20 { ring.append(Document(number: number), favouring: \.isTraders) }
        for number in 21...60 {
            ring.append(Document(number: number, isTraders: true), favouring: \.isTraders)
        }
        #expect(ring.map(\.number) == [17, 18, 19, 20, 55, 56, 57, 58, 59, 60])
    }

    @Test func `is as any other while all are of one kind`() {
        var favoured = Ring<Document>(capacity: 4)
        var plain = favoured
        for number in 1...11 {
            favoured.append(Document(number: number), favouring: \.isTraders)
            plain.append(Document(number: number))
            #expect(Array(favoured) == Array(plain))
        }
    }
}
