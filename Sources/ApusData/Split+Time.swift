extension Split {
  /// Divides rows by their times, so that nothing is learned from what comes later.
  ///
  /// ```
  /// oldest                                     newest
  /// |------------ train ------------|- val -|- test -|
  /// ```
  ///
  /// Rows of the same time are in the same part: each boundary is the change of time nearest to
  /// where it is due, the earlier of two.
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
    let changes = order.indices.dropFirst().filter { times[order[$0]] != times[order[$0 - 1]] }
    func nearest(to place: Int, of changes: ArraySlice<Int>) -> Int? {
      changes.min { (abs($0 - place), $0) < (abs($1 - place), $1) }
    }
    // The first change is left to validation, where that is asked for.
    let test =
      due.test == 0
      ? order.count
      : nearest(
        to: order.count - due.test, of: changes.dropFirst(due.validation > 0 ? 1 : 0))
    let validation = test.flatMap { test in
      due.validation == 0
        ? test : nearest(to: test - due.validation, of: changes.prefix { $0 < test })
    }
    guard let test, let validation else {
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
