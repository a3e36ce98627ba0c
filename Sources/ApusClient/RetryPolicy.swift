public import NIOCore

/// When a request that the server refused for now is made again.
///
/// A server that has too much to do says when to come back. The client waits at least that long, a
/// random time more, and never past the deadline of the request. So that retries do not keep a
/// server down that is struggling already, they draw from a budget that only requests fill.
public struct RetryPolicy: Sendable {
  /// The most attempts at one request, the first included; 1 for no retry.
  public var attemptLimit: Int = 3

  /// The largest share of retries among requests, in percent.
  public var budgetPercent: Int = 10

  /// The window of the random wait before the first retry; it doubles with each further one.
  public var firstWait: TimeAmount = .milliseconds(2)

  /// Creates a policy with default values.
  public init() {}

  /// Returns how long to wait before the next attempt.
  ///
  /// - Parameters:
  ///   - attempt: The attempts so far, at least 1.
  ///   - retryAfterMilliseconds: What the server asked for.
  /// - Returns: At least what the server asked for, and a random time more.
  package func wait(afterAttempt attempt: Int, retryAfterMilliseconds: UInt32) -> TimeAmount {
    let asked = Int64(retryAfterMilliseconds) * 1_000_000
    let window = max(firstWait.nanoseconds << Int64(min(attempt - 1, 16)), asked / 2)
    return .nanoseconds(asked + .random(in: 0...window))
  }
}
