package import NIOCore

/// When to connect again after failures: at a random time within a window that doubles.
///
/// The whole window is random ("full jitter"), so that many clients of one server that restarted do
/// not come back at once.
package struct Backoff {
  private let first: TimeAmount
  private let maximum: TimeAmount
  private var window: TimeAmount

  /// The earliest time of the next attempt.
  package private(set) var nextAttempt = NIODeadline.uptimeNanoseconds(0)

  /// Creates a backoff without a failure.
  ///
  /// - Parameters:
  ///   - first: The window after the first failure.
  ///   - maximum: The largest window.
  package init(first: TimeAmount, maximum: TimeAmount) {
    self.first = first
    self.maximum = maximum
    self.window = first
  }

  /// An attempt failed.
  package mutating func failed(at now: NIODeadline) {
    nextAttempt = now + .nanoseconds(.random(in: 0...window.nanoseconds))
    window = min(maximum, window * 2)
  }

  /// An attempt succeeded: the next one may follow at once.
  package mutating func reset() {
    window = first
    nextAttempt = .uptimeNanoseconds(0)
  }
}
