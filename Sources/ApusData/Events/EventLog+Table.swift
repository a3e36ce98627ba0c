extension EventLog {
  /// Turns the log into rows: one for each cut-off and each user with an event before it.
  ///
  /// | column | what, of a user's events before the cut-off |
  /// |---|---|
  /// | `user`, `cutoff` | whose row, and when |
  /// | `items`, `kinds` | items and kinds of events, oldest first, the last `sequenceLength` |
  /// | `recency_days`, `tenure_days` | days since the last, and since the first |
  /// | `frequency`, `monetary` | how many, and the sum of their values |
  /// | `count_KIND`, `count_KIND_7d` | how many of a kind, in all and in a window |
  /// | `candidate`, `label` | see `EventRecipe.Target` |
  ///
  /// Rows are in the order of cut-offs, then of users. All columns but the last two depend on
  /// events before the cut-off alone; only the choice of counted kinds looks at all events before
  /// the last cut-off.
  ///
  /// - Parameter recipe: How rows are made.
  /// - Returns: At least one row.
  /// - Throws: `DataError` with `invalidOption` for a target that the log does not know or whose
  ///   horizon goes beyond the last event, `noRows` where no user qualifies.
  /// - Complexity: O(rows x events of a user).
  public func table(_ recipe: EventRecipe) throws(DataError) -> Table {
    let cutoffs = recipe.cutoffs.sorted()
    let target = try EventTarget(recipe, self)
    let isLabelled = recipe.target != .none
    if isLabelled,
      let late = cutoffs.first(where: { $0 + recipe.horizonSeconds > times.upperBound }
      )
    {
      throw DataError(
        .invalidOption, "the horizon of a cut-off ends after the last event",
        expected: "cut-offs until "
          + Timestamp.text(times.upperBound - recipe.horizonSeconds),
        found: Timestamp.text(late))
    }
    var rows = EventRows(self, recipe, counting: countedKinds(recipe, before: cutoffs.last ?? 0))
    for cutoff in cutoffs {
      let pool = target.pool(before: cutoff)
      for user in users.indices {
        let history = history(of: user, before: cutoff)
        guard !history.isEmpty else { continue }
        for outcome in target.outcomes(of: user, at: cutoff, pool: pool) {
          rows.append(user: user, cutoff: cutoff, history: history, outcome: outcome)
        }
      }
    }
    return try rows.table()
  }

  /// The most frequent kinds of events before a time, of equals the first in byte order.
  private func countedKinds(_ recipe: EventRecipe, before time: Double) -> [Int] {
    var counts = [Int](repeating: 0, count: kinds.count)
    for event in events where event.kind >= 0 && event.time < time { counts[event.kind] += 1 }
    let ranked = kinds.indices.filter { counts[$0] > 0 }.sorted {
      counts[$0] != counts[$1]
        ? counts[$0] > counts[$1] : Label.byteOrder(kinds[$0], kinds[$1])
    }
    return Array(ranked.prefix(recipe.kindLimit))
  }
}
