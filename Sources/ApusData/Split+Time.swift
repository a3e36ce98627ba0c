extension Split {
  /// Divides rows by their times, so that nothing is learned from what comes later.
  ///
  /// ```
  /// oldest                                     newest
  /// |------------ train ------------|- val -|- test -|
  /// ```
  ///
  /// Rows of the same time are in the same part, the earlier one where a boundary falls on them.
  ///
  /// - Parameters:
  ///   - times: The time of each row, finite.
  ///   - testFraction: The share of all rows for the test, 0 or more.
  ///   - validationFraction: The share of all rows for validation, 0 or more.
  /// - Throws: `DataError` with `invalidOption` when nothing is left to train on, or too few
  ///   distinct times for a part that was asked for.
  public init(
    times: [Double],
    testFraction: Double,
    validationFraction: Double
  ) throws(DataError) {
    let due = try Self.sizes(
      of: times.count, testFraction: testFraction, validationFraction: validationFraction)
    let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    func boundary(_ start: Int) -> Int {
      var start = start
      while start > 0, start < order.count, times[order[start]] == times[order[start - 1]] {
        start += 1
      }
      return start
    }
    let test = boundary(order.count - due.test)
    let validation = min(boundary(order.count - due.test - due.validation), test)
    let parts = [(due.test, order.count - test), (due.validation, test - validation)]
    guard validation > 0, parts.allSatisfy({ $0.0 == 0 || $0.1 > 0 }) else {
      throw DataError(
        .invalidOption, "there are too few distinct times for the parts of the split",
        expected: "a time that lies between the parts",
        found: "\(Set(times).count) times in \(times.count) rows")
    }
    self.init(
      train: Array(order[..<validation]), validation: Array(order[validation..<test]),
      test: Array(order[test...]))
  }
}
