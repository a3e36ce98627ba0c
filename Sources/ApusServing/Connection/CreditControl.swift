package import ApusWire

/// How much of its credit a connection may use, by how much waits for the scoring threads.
///
/// ```
/// queue over 1/2 full: to half of what is in flight   queue below 1/8: to twice as much
///         full credit >----------------------------<>----------------> full credit
///                             never below one largest request
/// ```
/// A change is followed by as many replies as there were requests in flight before the next one:
/// what was sent before a client knew of it tells nothing of its effect. So clients that keep to
/// their credit share the queue, and are slowed down before they are refused.
///
/// The scheme is the adaptive allocation of Kung, Blackwell and Chapman, *Credit-Based Flow Control
/// for ATM Networks* (SIGCOMM 1994), with the fill of the queue as its measure.
package struct CreditControl {
  /// What the connection may have in flight at most.
  package let full: Credit
  /// What it may have in flight whatever waits: one request of the greatest size.
  package let least: Credit
  /// What it may have in flight now.
  package private(set) var current: Credit
  private var repliesToWait = 0

  /// Creates the control of a connection with all its credit.
  ///
  /// - Parameters:
  ///   - full: The credit of HELLO_OK.
  ///   - rowsPerRequest: The most rows of a request.
  ///   - bodyLength: The longest body, in bytes.
  package init(full: Credit = Credit(), rowsPerRequest: Int = 0, bodyLength: Int = 0) {
    self.full = full
    current = full
    least = Credit(
      requests: min(1, full.requests), rows: min(rowsPerRequest, full.rows),
      bytes: min(WireLimits.headerLength + bodyLength, full.bytes))
  }

  /// A reply came from the scoring threads.
  ///
  /// - Parameters:
  ///   - used: What is in flight after it.
  ///   - queueFill: The part of the queue's limits that is used, from 0 to 1.
  /// - Returns: The credit from now on, if it is another one.
  package mutating func replied(used: Credit, queueFill: Double) -> Credit? {
    guard repliesToWait == 0 else {
      repliesToWait -= 1
      return nil
    }
    let next: Credit
    switch queueFill {
    case ..<0.125: next = Self.lower(current + current, full)
    case 0.5...:
      let half = Credit(
        requests: (used.requests + 1) / 2, rows: used.rows / 2, bytes: used.bytes / 2)
      next = Self.lower(current, Self.higher(half, least))
    default: return nil
    }
    guard next != current else { return nil }
    current = next
    repliesToWait = used.requests
    return next
  }

  private static func lower(_ left: Credit, _ right: Credit) -> Credit {
    Credit(
      requests: min(left.requests, right.requests), rows: min(left.rows, right.rows),
      bytes: min(left.bytes, right.bytes))
  }

  private static func higher(_ left: Credit, _ right: Credit) -> Credit {
    Credit(
      requests: max(left.requests, right.requests), rows: max(left.rows, right.rows),
      bytes: max(left.bytes, right.bytes))
  }
}
