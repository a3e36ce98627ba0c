import Testing

/// Waits until a condition holds, and fails the test where it does not at a minute's worth of
/// looks, a millisecond apart.
///
/// Looks are counted, not time: tests of sockets share two threads, and on a busy machine a look
/// may come late.
func eventually(
  sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  for _ in 0..<60_000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(1))
  }
  Issue.record("the condition did not come to hold", sourceLocation: sourceLocation)
}
