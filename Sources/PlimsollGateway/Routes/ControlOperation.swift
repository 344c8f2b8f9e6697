/// What the description of the control API says of a route beside its parameters.
struct ControlOperation: Sendable {
    let summary: String
    /// The document that the request has to bring; `nil` where it brings none.
    let body: JSONSchema?
    /// What a success answers.
    let answer: JSONSchema

    init(_ summary: String, body: JSONSchema? = nil, answer: JSONSchema) {
        self.summary = summary
        self.body = body?.inRequest
        self.answer = answer
    }
}
