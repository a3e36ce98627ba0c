internal import ApusTraining

/// The trials of a search as people read them, the best first.
struct TuneTable: CustomStringConvertible {
  private let search: HyperparameterSearch

  /// Shows a search at its end.
  init(_ search: HyperparameterSearch) { self.search = search }

  /// A line for each trial.
  var description: String {
    let plan = search.plan
    let names = plan.space.dimensions.map(\.name)
    let heads = ["trial", "epochs", plan.metric] + names
    let rows = search.ranking.map { outcome in
      let value = outcome.metrics[plan.metric].map(Self.text) ?? "failed"
      return ["\(outcome.trial.number)", "\(outcome.epochs)", value]
        + names.map { outcome.trial.settings[$0] ?? "" }
    }
    let widths = heads.indices.map { column in
      ([heads] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([heads] + rows).map { row in
      zip(row, widths).map { $0.aligned(right: $1) }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// A metric to five decimals.
  static func text(_ value: Double) -> String { Format.fixed(value, decimals: 5) }
}
