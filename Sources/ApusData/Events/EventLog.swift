/// What happened, to whom, and when: events by user, and each user's in the order of time.
public struct EventLog: Sendable {
  /// The names of a log's columns.
  public struct Columns: Hashable, Sendable {
    /// Who did it.
    public var user = "user"
    /// When: timestamps, or numbers of seconds.
    public var time = "timestamp"
    /// To what; nil where events have no item.
    public var item: String? = "item"
    /// What kind of event; nil where there is only one.
    public var event: String? = "event"
    /// What it was worth; nil where events have no value.
    public var value: String?

    /// Names the columns as a log usually does.
    public init() {}

    /// The kinds as which a file's columns are to be read.
    public var kinds: [String: ColumnKind] {
      Dictionary(
        [user, item, event].compactMap(\.self).map { ($0, .category) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  /// One event.
  struct Event {
    var time: Double
    /// An index into the items, -1 for none.
    var item: Int
    /// An index into the kinds, -1 for none.
    var kind: Int
    var value: Double
  }

  /// What stands between the items of a sequence, and may not stand in one.
  public static let separator: Character = "|"

  /// The users, in the order of the log.
  let users: [String]
  /// The distinct items and kinds.
  let items: [String]
  let kinds: [String]
  /// The events of one user after the other's; of equal times in the order of the log.
  let events: [Event]
  /// Where each user's events start; one more than users.
  let starts: [Int]
  /// Whether events have values.
  let hasValues: Bool

  /// The times of the first and of the last event.
  public let times: ClosedRange<Double>

  /// Sorts a log.
  ///
  /// - Parameters:
  ///   - table: One event per row, in any order.
  ///   - columns: The names of its columns.
  /// - Throws: `DataError` with `missingColumn`, or `wrongKind` for a user or a time that is
  ///   missing, a column of another kind, or an item that holds the separator.
  /// - Complexity: O(n log n).
  public init(_ table: Table, columns: Columns = Columns()) throws(DataError) {
    let users = try table.labels(columns.user)
    let times = try table.measures(columns.time)
    let items = try columns.item.map { (name) throws(DataError) in try table.labels(name) }
    let kinds = try columns.event.map { (name) throws(DataError) in try table.labels(name) }
    let values = try columns.value.map { (name) throws(DataError) in try table.measures(name) }
    for row in 0..<table.rowCount where users.codes[row] < 0 || times[row].isNaN {
      throw table.fault(
        .wrongKind, "an event needs a user and a time", row: row,
        column: times[row].isNaN ? columns.time : columns.user)
    }
    for code in items?.names.indices ?? 0..<0
    where items?.names[code].contains(Self.separator) ?? false {
      throw table.fault(
        .wrongKind, "an item's name may not hold \(Self.separator), which separates items",
        row: items?.codes.firstIndex(of: code) ?? 0, column: columns.item ?? "",
        found: items?.names[code])
    }
    let order = (0..<table.rowCount).sorted {
      (users.codes[$0], times[$0], $0) < (users.codes[$1], times[$1], $1)
    }
    var starts = [0]
    for (place, row) in order.enumerated()
    where place > 0 && users.codes[row] != users.codes[order[place - 1]] {
      starts.append(place)
    }
    self.starts = starts + [order.count]
    self.users = users.names
    self.items = items?.names ?? []
    self.kinds = kinds?.names ?? []
    self.hasValues = values != nil
    events = order.map { row in
      Event(
        time: times[row], item: items?.codes[row] ?? -1, kind: kinds?.codes[row] ?? -1,
        value: values.map { $0[row].isNaN ? 0 : $0[row] } ?? 0)
    }
    self.times = (times.min() ?? 0)...(times.max() ?? 0)
  }

  /// The events of a user before a time.
  func history(of user: Int, before time: Double) -> ArraySlice<Event> {
    let all = events[starts[user]..<starts[user + 1]]
    var (low, high) = (all.startIndex, all.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].time < time { low = middle + 1 } else { high = middle }
    }
    return all[..<low]
  }

  /// Cut-offs at equal distances, the last one so early that its horizon is in the log.
  ///
  /// - Parameters:
  ///   - distance: Seconds from one to the next, above 0.
  ///   - horizon: Seconds that must lie behind each, 0 or more.
  /// - Returns: Times in ascending order, each behind the first event; none where the log is
  ///   shorter than the horizon.
  public func cutoffs(every distance: Double, horizon: Double) -> [Double] {
    precondition(
      distance > 0 && horizon >= 0, "cut-offs every \(distance) s with a horizon of \(horizon) s")
    let last = times.upperBound - horizon
    let count = Int(((last - times.lowerBound) / distance).rounded(.up))
    return (0..<max(count, 0)).reversed().map { last - Double($0) * distance }
  }
}

extension Table {
  /// A column of strings as names and, for each row, an index into them; -1 where it is missing.
  fileprivate func labels(
    _ name: String
  ) throws(DataError) -> (names: [String], codes: [Int]) {
    let column = try requiredColumn(named: name)
    guard case .strings(let dictionary, let codes) = column.storage else {
      throw DataError(
        .wrongKind, "names are needed; read the column as a category", file: file, column: name,
        expected: ColumnKind.category.rawValue, found: column.kind.rawValue)
    }
    return (dictionary, codes.indices.map { column.missing.contains($0) ? -1 : Int(codes[$0]) })
  }

  /// A column of numbers; NaN where it is missing.
  fileprivate func measures(_ name: String) throws(DataError) -> [Double] {
    let column = try requiredColumn(named: name)
    guard case .numbers(let numbers) = column.storage else {
      throw notNumeric(
        column, "times or numbers are needed", expected: "timestamp, integer or real")
    }
    return numbers.indices.map { column.missing.contains($0) ? .nan : numbers[$0] }
  }
}
