import ApusServing

/// Whether a server is fit to score, and how that is known.
struct HealthReport: Sendable, Encodable {
  /// The outcome of one canary.
  struct Check: Sendable, Encodable {
    let device: String
    let model: String
    let passed: Bool
    let milliseconds: Double
    let reason: String?
  }

  let state: ServerStatus.Readiness
  let problems: [String]
  let checks: [Check]

  /// Whether requests are to be sent to the server.
  var isServing: Bool { state == .ready || state == .degraded }

  /// Joins what the server says of itself with what the canaries found.
  ///
  /// A server that says it is well is believed only as far as its devices show it.
  init(_ status: ServerStatus, checks: [Check]) {
    let failed = checks.filter { !$0.passed }
    self.checks = checks
    problems =
      status.problems
      + failed.map { "\($0.model) on \($0.device): \($0.reason ?? "the canary failed")" }
    state =
      switch status.readiness {
      case .ready where !failed.isEmpty && failed.count == checks.count: .unready
      case .degraded where !failed.isEmpty && failed.count == checks.count: .unready
      case .ready where !failed.isEmpty: .degraded
      default: status.readiness
      }
  }
}
