internal import ApusTraining

/// Several runs side by side.
public struct Comparison: Codable, Hashable, Sendable {
  /// The runs, in the order in which they were named.
  public let runs: [RunReport]

  /// Puts runs side by side.
  ///
  /// - Precondition: there is one.
  public init(_ runs: [RunReport]) {
    precondition(!runs.isEmpty, "a comparison needs a run, not \(runs.count)")
    self.runs = runs
  }

  /// The names of the runs: the model and its version.
  public var names: [String] { runs.map { "\($0.model) \($0.version)" } }

  /// A metric of every run.
  public struct Row: Hashable, Sendable {
    /// The part and the metric, such as `test auc`.
    public let name: String
    /// The value of each run, where it has one.
    public let values: [Double?]
    /// The run that is best; nil where no two runs differ.
    public let best: Int?
  }

  /// Every metric that a run has, the test's first, by name.
  public var rows: [Row] {
    ["test", "validation"].flatMap { part in
      Set(runs.flatMap { $0.metrics[part, default: [:]].keys }).sorted().map { metric in
        let values = runs.map { $0.metrics[part]?[metric] }
        let sign = Metrics.errors.contains(metric) ? -1.0 : 1
        let known = values.indices.filter { values[$0] != nil }
        let best = known.max { sign * (values[$0] ?? 0) < sign * (values[$1] ?? 0) }
        return Row(
          name: "\(part) \(metric)", values: values,
          best: Set(known.map { values[$0] }).count > 1 ? best : nil)
      }
    }
  }

  /// The comparison as one self-contained page.
  ///
  /// - Throws: `EncodingError` when a value cannot be written as JSON.
  public func html() throws -> String {
    try Page(title: names.joined(separator: ", "), script: Page.comparison).html(self)
  }
}
