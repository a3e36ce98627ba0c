package import NIOCore

internal import DequeModule
internal import HeapModule

/// A bounded queue of work, fair between models and between the connections of each.
///
/// Work is taken from the model that has had the least so far, and there from the connection that
/// has had the least, counted in predicted time: the start-time fair queueing of Goyal, Vin and
/// Cheng (1996), once for models and once for connections. Bulk work counts eight times, so that it
/// gets what the rest leaves, and never nothing. Of one connection, work is taken in order.
///
/// ```
/// model A --- connection 1 [w w w]      next: the model, then the lane, with the least time
///         '-- connection 2 [w]
/// model B --- connection 1 [w w]        full: the latest deadline leaves
/// ```
package struct FairQueue<Element> {
  /// A piece of work and what the queue needs to know of it.
  package struct Entry {
    /// The work.
    package let element: Element
    /// Who is to be treated fairly first.
    package let model: ObjectIdentifier
    /// Who is to be treated fairly next.
    package let connection: ObjectIdentifier
    /// Whether the work may wait for everything else.
    package let isBulk: Bool
    /// When nobody wants the result any more.
    package let deadline: NIODeadline
    /// The rows of the work.
    package let rows: Int
    /// The bytes that the work holds in memory.
    package let bytes: Int
    /// The predicted time.
    package let nanoseconds: Int

    /// Creates an entry.
    package init(
      _ element: Element, model: ObjectIdentifier, connection: ObjectIdentifier, isBulk: Bool,
      deadline: NIODeadline, rows: Int, bytes: Int, nanoseconds: Int
    ) {
      self.element = element
      self.model = model
      self.connection = connection
      self.isBulk = isBulk
      self.deadline = deadline
      self.rows = rows
      self.bytes = bytes
      self.nanoseconds = nanoseconds
    }
  }

  /// How much may wait.
  package struct Limits: Sendable {
    /// Pieces of work.
    package var entries: Int
    /// Rows of all work.
    package var rows: Int
    /// Bytes of all work.
    package var bytes: Int

    /// Creates limits.
    package init(entries: Int, rows: Int, bytes: Int) {
      self.entries = entries
      self.rows = rows
      self.bytes = bytes
    }
  }

  private struct LaneKey: Hashable {
    let connection: ObjectIdentifier
    let isBulk: Bool
  }

  private struct Lane {
    var time = 0.0
    var numbers = Deque<UInt64>()

    /// Whether the lane's turn comes before that of another: of equals, who came first.
    func isBefore(_ other: Lane) -> Bool {
      (time, numbers.first ?? 0) < (other.time, other.numbers.first ?? 0)
    }
  }

  private struct Model {
    var time = 0.0
    /// The number of the work that it came with: of models with equal times, who came first.
    let arrival: UInt64
    var lanes: [LaneKey: Lane] = [:]

    func isBefore(_ other: Model) -> Bool { (time, arrival) < (other.time, other.arrival) }
  }

  private struct Due: Comparable {
    let deadline: NIODeadline
    let number: UInt64

    static func < (left: Due, right: Due) -> Bool {
      (left.deadline, left.number) < (right.deadline, right.number)
    }
  }

  private static var bulkWeight: Double { 8 }

  private let limits: Limits
  private var entries: [UInt64: Entry] = [:]
  private var models: [ObjectIdentifier: Model] = [:]
  /// Entries that left are skipped when they come up.
  private var due = Heap<Due>()
  private var lastNumber: UInt64 = 0
  /// The time of the model that was served last: who comes anew starts there.
  private var time = 0.0

  /// The predicted time of all that waits.
  package private(set) var nanoseconds = 0
  /// The rows of all that waits.
  package private(set) var rows = 0
  /// The bytes of all that waits.
  package private(set) var bytes = 0

  /// Creates an empty queue.
  package init(limits: Limits) {
    self.limits = limits
  }

  /// How many pieces of work wait.
  package var count: Int { entries.count }

  // MARK: In

  /// Puts work in, and work with later deadlines out if there is too much.
  ///
  /// - Parameter entry: The work.
  /// - Returns: What has no place: other work, or `entry` itself if its deadline is the latest.
  /// - Complexity: O(log *n*) but for what leaves.
  package mutating func insert(_ entry: Entry) -> [Entry] {
    lastNumber += 1
    let number = lastNumber
    entries[number] = entry
    nanoseconds += entry.nanoseconds
    rows += entry.rows
    bytes += entry.bytes
    due.insert(Due(deadline: entry.deadline, number: number))
    if due.count > 64 + 2 * count {
      due = Heap(entries.map { Due(deadline: $0.value.deadline, number: $0.key) })
    }
    var model = models[entry.model] ?? Model(time: time, arrival: number)
    let key = LaneKey(connection: entry.connection, isBulk: entry.isBulk)
    var lane = model.lanes[key] ?? Lane(time: model.lanes.values.map(\.time).min() ?? 0)
    lane.numbers.append(number)
    model.lanes[key] = lane
    models[entry.model] = model

    var out: [Entry] = []
    while count > limits.entries || rows > limits.rows || bytes > limits.bytes,
      let latest = due.popMax()
    {
      if let entry = take(latest.number) { out.append(entry) }
    }
    return out
  }

  // MARK: Out

  /// Takes the work whose turn it is.
  ///
  /// - Complexity: O(models + connections of one model).
  package mutating func next() -> Entry? {
    while let (id, model) = models.min(by: { $0.value.isBefore($1.value) }) {
      guard let key = model.lanes.min(by: { $0.value.isBefore($1.value) })?.key else {
        models[id] = nil
        continue
      }
      if let entry = takeFirst(of: key, in: id) { return entry }
    }
    due = Heap()
    return nil
  }

  /// Takes more work of the model that `next` returned, up to `rowLimit` rows, if `isWanted`.
  package mutating func more(
    of model: ObjectIdentifier, rowLimit: Int, where isWanted: (Element) -> Bool
  ) -> [Entry] {
    var taken: [Entry] = []
    var rows = 0
    let lanes = models[model]?.lanes.sorted { $0.value.isBefore($1.value) } ?? []
    for key in lanes.map(\.key) {
      while let number = models[model]?.lanes[key]?.numbers.first {
        guard let entry = entries[number] else {
          _ = takeFirst(of: key, in: model)
          continue
        }
        guard rows + entry.rows <= rowLimit, isWanted(entry.element) else { break }
        rows += entry.rows
        if let entry = takeFirst(of: key, in: model) { taken.append(entry) }
      }
    }
    return taken
  }

  /// Takes the work that is too late.
  package mutating func removeExpired(at now: NIODeadline) -> [Entry] {
    var expired: [Entry] = []
    while let first = due.min, first.deadline <= now {
      _ = due.popMin()
      if let entry = take(first.number) { expired.append(entry) }
    }
    return expired
  }

  /// When the first of the work will be too late.
  package mutating func earliestDeadline() -> NIODeadline? {
    while let first = due.min {
      if entries[first.number] != nil { return first.deadline }
      _ = due.popMin()
    }
    return nil
  }

  /// Takes the work that a condition holds for.
  ///
  /// - Complexity: O(*n*).
  package mutating func remove(where isWanted: (Element) -> Bool) -> [Entry] {
    entries.filter { isWanted($0.value.element) }.keys.sorted().compactMap { take($0) }
  }

  /// Takes the front of a lane and charges lane and model for it; drops a lane that is empty.
  private mutating func takeFirst(of key: LaneKey, in id: ObjectIdentifier) -> Entry? {
    guard var model = models[id], var lane = model.lanes[key] else { return nil }
    let number = lane.numbers.popFirst()
    let entry = number.flatMap { take($0) }
    if let entry {
      let cost = Double(max(1, entry.nanoseconds)) * (entry.isBulk ? Self.bulkWeight : 1)
      time = model.time
      model.time += cost
      lane.time += cost
    }
    model.lanes[key] = lane.numbers.isEmpty ? nil : lane
    models[id] = model.lanes.isEmpty ? nil : model
    return entry
  }

  private mutating func take(_ number: UInt64) -> Entry? {
    guard let entry = entries.removeValue(forKey: number) else { return nil }
    nanoseconds -= entry.nanoseconds
    rows -= entry.rows
    bytes -= entry.bytes
    return entry
  }
}

extension FairQueue: Sendable where Element: Sendable {}
extension FairQueue.Entry: Sendable where Element: Sendable {}
