/// How often each of a few numbers occurs.
struct ValueCounts {
  /// The distinct numbers, in the order of first appearance; -0 is 0.
  private(set) var values: [Double] = []

  /// How often each occurs.
  private(set) var counts: [Int] = []

  /// Counts numbers; the result is nil when there are more distinct ones than the limit.
  ///
  /// - Complexity: O(n x limit), but columns of measures end after a few rows.
  init?(_ numbers: some Sequence<Double>, limit: Int) {
    var last = 0
    for number in numbers {
      // Neighbours are often equal.
      if last < values.count, values[last] == number {
        counts[last] += 1
      } else if let index = values.firstIndex(of: number) {
        counts[index] += 1
        last = index
      } else {
        guard values.count < limit else { return nil }
        last = values.count
        values.append(number + 0)
        counts.append(1)
      }
    }
  }

  /// The numbers that occur at least so often, ascending.
  func values(occurring minimum: Int) -> [Double] {
    zip(values, counts).filter { $0.1 >= minimum }.map(\.0).sorted()
  }

  /// The most frequent number, the smallest of several; nil where there is none.
  var mostFrequent: Double? {
    zip(values, counts).max { ($0.1, $1.0) < ($1.1, $0.0) }?.0
  }
}
