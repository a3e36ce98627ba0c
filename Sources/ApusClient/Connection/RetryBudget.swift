import Synchronization

/// Keeps retries a small share of the requests.
///
/// ```
/// request: + percent, up to the cap        retry: - 100, if there are as many
/// ```
package final class RetryBudget: Sendable {
  private static let price = 100
  private let cap: Int
  private let percent: Int
  private let balance: Atomic<Int>

  /// Creates a budget that allows ten retries at the start.
  ///
  /// - Parameter percent: The share of retries among requests in the long run.
  package init(percent: Int) {
    self.percent = percent
    cap = percent > 0 ? 10 * Self.price : 0
    balance = Atomic(cap)
  }

  /// A request was made.
  package func deposit() {
    // A full budget, the normal case, costs one load. Two threads may go a little over the cap.
    guard balance.load(ordering: .relaxed) < cap else { return }
    balance.add(percent, ordering: .relaxed)
  }

  /// Takes what one retry costs, or returns `false` if it is not there.
  package func withdraw() -> Bool {
    guard balance.subtract(Self.price, ordering: .relaxed).newValue < 0 else { return true }
    balance.add(Self.price, ordering: .relaxed)
    return false
  }
}
