internal import ApusWire

extension VersionMetrics {
  /// Counts a request that was refused or given up.
  ///
  /// - Parameter error: What the client is told.
  func record(_ error: WireError) {
    if error.code == .deadline, let row = error.row,
      let stage = WireError.DeadlineStage(rawValue: row)
    {
      recordDeadlineMiss(stage: stage)
    } else {
      recordRefusal(error.code)
    }
  }
}

extension WireError.DeadlineStage {
  /// The name in reports.
  var name: String {
    switch self {
    case .admission: "admission"
    case .queue: "queue"
    case .compute: "compute"
    }
  }
}
