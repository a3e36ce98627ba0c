internal import ApusRandom

extension Split {
  /// Divides rows into folds, each of which is held out once from a run of its own.
  ///
  /// ```
  /// random, group   |  1  |  2  |  3  |   fold 2 tests on 2 and trains on 1 and 3
  /// time            |  0  |  1  |  2  |  3  |   fold 2 tests on 2 and trains on 0 and 1
  /// ```
  ///
  /// A random division keeps each class in its proportion (Kohavi, "A study of cross-validation and
  /// bootstrap", 1995); one by group keeps the rows of a group in one fold, the largest groups
  /// dealt first, each to the smallest fold; one by time is chained forward, so that no fold learns
  /// from what comes after it. Validation rows are taken from what a fold trains on, by the same
  /// rule.
  ///
  /// - Parameters:
  ///   - count: The number of folds, at least 2.
  ///   - rows: The rows to divide.
  ///   - table: The table.
  ///   - rule: How rows are divided.
  ///   - labels: One label per row of the table.
  ///   - stratified: Whether a random division keeps the proportion of each label.
  ///   - validationFraction: The share of a fold's other rows for validation, 0 or more.
  ///   - seed: Chooses the folds, where they are random.
  /// - Returns: A split for each fold, whose test rows are the fold's.
  /// - Throws: `DataError` with `invalidOption` when there are too few rows, groups or times, or
  ///   what `init(of:by:labels:stratified:testFraction:validationFraction:seed:)` throws.
  public static func folds(
    _ count: Int,
    of rows: [Int],
    in table: Table,
    by rule: SplitRule,
    labels: [Float],
    stratified: Bool,
    validationFraction: Double,
    seed: UInt64
  ) throws(DataError) -> [Split] {
    precondition(count > 1, "cross-validation takes 2 folds or more, not \(count)")
    let key = try rule.column.map { name throws(DataError) in
      try Table(columns: [table.requiredColumn(named: name)])
    }
    let parts = try parts(
      count, of: rows, key: key, rule, labels: stratified ? labels : nil, seed: seed)
    return try parts.indices.dropFirst(parts.count - count).map { index throws(DataError) in
      let others = parts.count > count ? parts[..<index] : parts[..<index] + parts[(index + 1)...]
      let rest = others.flatMap(\.self).sorted()
      let inner =
        if let key {
          try Split(
            of: key.selecting(rest), by: rule, labels: rest.map { labels[$0] },
            stratified: stratified, testFraction: 0, validationFraction: validationFraction,
            seed: seed)
        } else {
          try Split(
            labels: rest.map { labels[$0] }, stratified: stratified, testFraction: 0,
            validationFraction: validationFraction, seed: seed)
        }
      return Split(
        train: inner.train.map { rest[$0] }, validation: inner.validation.map { rest[$0] },
        test: parts[index])
    }
  }

  /// The parts that are held out in turn; of times one more, the oldest, which never is.
  private static func parts(
    _ count: Int, of rows: [Int], key: Table?, _ rule: SplitRule, labels: [Float]?, seed: UInt64
  ) throws(DataError) -> [[Int]] {
    var random = PhiloxSequence(seed: seed, stream: foldStream)
    let parts: [[Int]]
    switch (rule, key) {
    case (.group(let column), let key?):
      let chosen = Set(rows)
      var groups = try groups(key, column).map { $0.filter(chosen.contains) }
        .filter { !$0.isEmpty }
      random.shuffle(&groups)
      parts = dealt(groups, into: count)
    case (.time(let column), let key?):
      let times = try times(key, column)
      parts = chained(
        rows.sorted { (times[$0], $0) < (times[$1], $1) }, into: count + 1
      ) { times[$0] }
    default:
      var classes = [rows]
      if let labels {
        classes = Dictionary(grouping: rows) { labels[$0] }.sorted { $0.key < $1.key }.map(\.value)
      }
      for index in classes.indices { random.shuffle(&classes[index]) }
      let order = classes.flatMap(\.self)
      parts = (0..<count).map { part in
        stride(from: part, to: order.count, by: count).map { order[$0] }
      }
    }
    guard parts.count >= count, parts.allSatisfy({ !$0.isEmpty }) else {
      throw DataError(
        .invalidOption, "there is too little to divide into \(count) folds", column: rule.column,
        expected: "more \(rule.unit), or fewer folds", found: "\(rows.count) rows")
    }
    return parts
  }

  /// The stream of the seed that folds are drawn from; splits have the first.
  private static let foldStream: UInt64 = 1

  /// Groups, the largest first, each given to the part with the fewest rows.
  private static func dealt(_ groups: [[Int]], into count: Int) -> [[Int]] {
    var parts = [[Int]](repeating: [], count: count)
    let order = groups.indices.sorted { (groups[$1].count, $0) < (groups[$0].count, $1) }
    for index in order {
      let smallest = parts.indices.min { (parts[$0].count, $0) < (parts[$1].count, $1) } ?? 0
      parts[smallest] += groups[index]
    }
    return parts
  }

  /// Rows in the order of their times, cut where the time changes, nearest to equal parts; none
  /// where there are too few times.
  private static func chained(
    _ order: [Int], into count: Int, time: (Int) -> Double
  ) -> [[Int]] {
    var changes = order.indices.dropFirst().filter { time(order[$0]) != time(order[$0 - 1]) }[...]
    var (parts, start): ([[Int]], Int) = ([], 0)
    for part in 1..<count {
      let due = part * order.count / count
      // Later parts need a change each.
      let open = changes.dropLast(count - 1 - part)
      guard let end = open.min(by: { (abs($0 - due), $0) < (abs($1 - due), $1) }) else { return [] }
      parts.append(Array(order[start..<end]))
      changes = changes.drop { $0 <= end }
      start = end
    }
    return parts + [Array(order[start...])]
  }
}

extension SplitRule {
  /// The column that a rule divides by; nil for a random one.
  var column: String? {
    switch self {
    case .random: nil
    case .group(let column), .time(let column): column
    }
  }

  /// What a rule divides.
  fileprivate var unit: String {
    switch self {
    case .random: "rows"
    case .group: "groups"
    case .time: "distinct times"
    }
  }
}
