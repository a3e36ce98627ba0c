public import ApusTraining

/// All that the picture of a search shows, as the page embeds it.
public struct SearchReport: Codable, Hashable, Sendable {
  /// The name of the model that the search is for.
  public let model: String
  /// What was searched.
  public let plan: SearchPlan
  /// Whether less of the metric is better.
  public let isError: Bool
  /// All outcomes, in the order in which they came.
  public let outcomes: [TrialOutcome]
  /// The numbers of the trials, the best first.
  public let ranking: [Int]
  /// The words of the command that trains the best again.
  public let command: [String]

  /// Describes a search.
  ///
  /// - Parameters:
  ///   - search: the search, at its end.
  ///   - model: the name of the model that it is for.
  ///   - command: the words of the command that trains the best again.
  public init(_ search: HyperparameterSearch, model: String, command: [String]) {
    self.model = model
    self.command = command
    plan = search.plan
    isError = Metrics.errors.contains(search.plan.metric)
    outcomes = search.outcomes
    ranking = search.ranking.map(\.trial.number)
  }

  /// The search as one self-contained page.
  ///
  /// - Returns: HTML that loads nothing else, with this report as JSON in the element `data`.
  /// - Throws: `EncodingError` when a value cannot be written as JSON.
  public func html() throws -> String {
    try Page(title: "Search for \(model)", script: Page.search).html(self)
  }
}
