/// Values with weights, of which one is drawn: a distribution as data.
public struct Choices<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    public struct Choice: Codable, Equatable, Sendable {
        public var value: Value
        /// Against the sum of all weights; not negative.
        public var weight: Int

        public init(_ value: Value, weight: Int = 1) {
            self.value = value
            self.weight = weight
        }
    }

    public var choices: [Choice]

    public init(_ choices: [Choice]) { self.choices = choices }

    /// Each as likely as the others.
    public init(_ values: Value...) { choices = values.map { Choice($0) } }

    /// Whether something can be drawn.
    public var isDrawable: Bool {
        choices.allSatisfy { (0...1_000_000).contains($0.weight) }
            && choices.contains { $0.weight > 0 }
    }

    /// The value at a place of the sum of all weights, the place taken from any number.
    func value(at number: UInt64) -> Value {
        let sum = choices.reduce(0) { $0 + $1.weight }
        var place = Int(number % UInt64(sum))
        for choice in choices {
            place -= choice.weight
            if place < 0 { return choice.value }
        }
        preconditionFailure("a place lies below the sum of the weights")
    }

    func draw(_ random: inout RandomStream) -> Value { value(at: random.next()) }
}
