/// Rows of a log as they are collected: features of a history, and its outcome.
struct EventRows {
  private let log: EventLog
  private let recipe: EventRecipe
  /// The kinds that are counted, and the place of each among them.
  private let counted: [Int]
  private let placeOfKind: [Int: Int]

  private var users: [String] = []
  private var cutoffs: [Double] = []
  private var items: [String?] = []
  private var kinds: [String?] = []
  private var recency: [Double] = []
  private var tenure: [Double] = []
  private var frequency: [Double] = []
  private var monetary: [Double] = []
  /// For each counted kind, all its events and those in each window.
  private var counts: [[Double]]
  private var candidates: [String] = []
  private var comes: [Double] = []
  private var nextItems: [String] = []

  init(_ log: EventLog, _ recipe: EventRecipe, counting kinds: [Int]) {
    self.log = log
    self.recipe = recipe
    counted = kinds
    placeOfKind = Dictionary(uniqueKeysWithValues: zip(kinds, kinds.indices))
    counts = Array(repeating: [], count: kinds.count * (recipe.windowsDays.count + 1))
  }

  /// Appends a row.
  ///
  /// - Parameters:
  ///   - user: Whose row.
  ///   - cutoff: Its time.
  ///   - history: The user's events before the cut-off, at least one.
  ///   - outcome: What follows.
  mutating func append(
    user: Int,
    cutoff: Double,
    history: ArraySlice<EventLog.Event>,
    outcome: EventTarget.Outcome
  ) {
    users.append(log.users[user])
    cutoffs.append(cutoff)
    items.append(sequence(history.lazy.map(\.item), log.items))
    kinds.append(sequence(history.lazy.map(\.kind), log.kinds))
    let (first, last) = (history[history.startIndex].time, history[history.endIndex - 1].time)
    recency.append((cutoff - last) / EventRecipe.day)
    tenure.append((cutoff - first) / EventRecipe.day)
    frequency.append(Double(history.count))
    monetary.append(history.reduce(0) { $0 + $1.value })
    appendCounts(cutoff, history)
    switch outcome {
    case .unknown: break
    case .happens(let happens): comes.append(happens ? 1 : 0)
    case .item(let item): nextItems.append(log.items[item])
    case .candidate(let item, let isNext):
      candidates.append(log.items[item])
      comes.append(isNext ? 1 : 0)
    }
  }

  /// The last names of a sequence, oldest first; nil where there is none.
  private func sequence(_ codes: some BidirectionalCollection<Int>, _ names: [String]) -> String? {
    let known = codes.reversed().lazy.filter { $0 >= 0 }.prefix(recipe.sequenceLength)
    let sequence = known.map { names[$0] }.reversed().joined(separator: "\(EventLog.separator)")
    return sequence.isEmpty ? nil : sequence
  }

  private mutating func appendCounts(_ cutoff: Double, _ history: ArraySlice<EventLog.Event>) {
    let stride = recipe.windowsDays.count + 1
    for index in counts.indices { counts[index].append(0) }
    let row = users.count - 1
    for event in history {
      guard let place = placeOfKind[event.kind] else { continue }
      counts[place * stride][row] += 1
      for (window, days) in recipe.windowsDays.enumerated()
      where event.time >= cutoff - days * EventRecipe.day {
        counts[place * stride + window + 1][row] += 1
      }
    }
  }

  /// All rows.
  ///
  /// - Throws: `DataError` with `noRows` where there is none.
  consuming func table() throws(DataError) -> Table {
    guard !users.isEmpty else {
      throw DataError(.noRows, "no user has an event before a cut-off, and what is to be predicted")
    }
    var columns = [
      Column(name: "user", kind: .category, strings: users),
      Column(name: "cutoff", kind: .timestamp, numbers: cutoffs),
      Column(name: "recency_days", kind: .real, numbers: recency),
      Column(name: "tenure_days", kind: .real, numbers: tenure),
      Column(name: "frequency", kind: .integer, numbers: frequency),
    ]
    if log.hasValues { columns.append(Column(name: "monetary", kind: .real, numbers: monetary)) }
    let windows = [""] + recipe.windowsDays.map { "_" + Self.days($0) }
    for (index, numbers) in counts.enumerated() {
      let name =
        "count_\(log.kinds[counted[index / windows.count]])\(windows[index % windows.count])"
      columns.append(Column(name: name, kind: .integer, numbers: numbers))
    }
    if !log.items.isEmpty { columns.append(Column(name: "items", kind: .text, strings: items)) }
    if !log.kinds.isEmpty { columns.append(Column(name: "kinds", kind: .text, strings: kinds)) }
    if !candidates.isEmpty {
      columns.append(Column(name: "candidate", kind: .category, strings: candidates))
    }
    if !comes.isEmpty { columns.append(Column(name: "label", kind: .boolean, numbers: comes)) }
    if !nextItems.isEmpty {
      columns.append(Column(name: "label", kind: .category, strings: nextItems))
    }
    return try Table(columns: columns)
  }

  /// `7d`, or `0.5d`.
  private static func days(_ days: Double) -> String {
    (Int(exactly: days).map(String.init) ?? "\(days)") + "d"
  }
}
