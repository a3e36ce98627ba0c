import Testing

/// Waits until a condition holds, and fails the test where that takes more than three minutes:
/// tests of sockets share two threads, and may keep them for long.
func eventually(
  sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(180)
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record("the condition did not come to hold", sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(1))
  }
}
