/// Where a request was when it turned out that its budget does not suffice.
public enum DeadlineStage: Int, Sendable, CaseIterable {
  /// It just came in, and what waits before it takes too long.
  case admission
  /// It waited for its turn.
  case queue
  /// It was being scored.
  case compute

  /// The name in reports.
  public var name: String {
    switch self {
    case .admission: "admission"
    case .queue: "queue"
    case .compute: "compute"
    }
  }
}
