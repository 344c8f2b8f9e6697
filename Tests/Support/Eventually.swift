public import Testing

/// Waits until `condition` holds, however busy the machine is.
///
/// Tests wait for what has to come and never for a time in which it should have come. What does not
/// come at all is an issue after minutes, so that a run ends and says where.
@discardableResult
public func eventually(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws -> Bool {
    for _ in 0..<60_000 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("waited in vain", sourceLocation: sourceLocation)
    return false
}
