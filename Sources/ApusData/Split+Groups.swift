internal import ApusRandom

extension Split {
  /// Divides groups of rows at random; no group is in two parts.
  ///
  /// Groups are drawn one after the other, for the test while it has fewer rows than its share,
  /// then for validation, and all others train. A part may exceed its share by the rest of its last
  /// group.
  ///
  /// - Parameters:
  ///   - groups: The rows of each group; every row is in one of them.
  ///   - testFraction: The share of all rows for the test, 0 or more.
  ///   - validationFraction: The share of all rows for validation, 0 or more.
  ///   - seed: Chooses the split.
  /// - Throws: `DataError` with `invalidOption` when nothing is left to train on, or too few groups
  ///   for a part that was asked for.
  public init(
    groups: [[Int]],
    testFraction: Double,
    validationFraction: Double,
    seed: UInt64
  ) throws(DataError) {
    let due = try Self.sizes(
      of: groups.reduce(0) { $0 + $1.count }, testFraction: testFraction,
      validationFraction: validationFraction)
    var order = Array(groups.indices)
    var random = PhiloxSequence(seed: seed)
    random.shuffle(&order)
    var (train, validation, test): ([Int], [Int], [Int]) = ([], [], [])
    for group in order {
      if test.count < due.test {
        test += groups[group]
      } else if validation.count < due.validation {
        validation += groups[group]
      } else {
        train += groups[group]
      }
    }
    guard !train.isEmpty, validation.count >= due.validation else {
      throw DataError(
        .invalidOption, "there are too few groups for the parts of the split",
        expected: "more groups, or smaller parts", found: "\(groups.count) groups")
    }
    self.init(train: train, validation: validation, test: test)
  }
}
