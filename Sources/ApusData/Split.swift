internal import ApusRandom

/// Which rows are for training, for validation and for the test; every row is in exactly one.
///
/// The split depends on the seed, the labels and the fractions only, and is the same on every
/// machine.
public struct Split: Hashable, Sendable {
  /// The rows to train on, ascending.
  public let train: [Int]

  /// The rows to stop and to choose by, ascending.
  public let validation: [Int]

  /// The rows to report on, ascending.
  public let test: [Int]

  /// Divides rows at random.
  ///
  /// The test part has `round(rows x testFraction)` rows, the validation part
  /// `round(rows x validationFraction)`. When stratified, each class gives every part its share to
  /// within one row (largest remainders first, then the smaller class value).
  ///
  /// - Parameters:
  ///   - labels: One label per row.
  ///   - stratified: Whether equal labels form a class whose proportion each part keeps.
  ///   - testFraction: The share of all rows for the test, 0 or more.
  ///   - validationFraction: The share of all rows for validation, 0 or more.
  ///   - seed: Chooses the split.
  /// - Throws: `DataError` with `invalidOption` when the fractions leave nothing to train on.
  public init(
    labels: [Float],
    stratified: Bool,
    testFraction: Double,
    validationFraction: Double,
    seed: UInt64
  ) throws(DataError) {
    let sizes = try Self.sizes(
      of: labels.count, testFraction: testFraction, validationFraction: validationFraction)
    var random = PhiloxSequence(seed: seed)
    var classes = Self.classes(of: labels, stratified: stratified)
    for index in classes.indices { random.shuffle(&classes[index]) }

    let test = Self.take(sizes.test, outOf: labels.count, from: &classes)
    let validation = Self.take(
      sizes.validation, outOf: labels.count - sizes.test, from: &classes)
    self.init(train: Array(classes.joined()), validation: validation, test: test)
  }

  init(train: [Int], validation: [Int], test: [Int]) {
    self.train = train.sorted()
    self.validation = validation.sorted()
    self.test = test.sorted()
  }

  /// The rows that the test and the validation are due.
  ///
  /// - Throws: `DataError` with `invalidOption` when the fractions leave nothing to train on.
  static func sizes(
    of rows: Int,
    testFraction: Double,
    validationFraction: Double
  ) throws(DataError) -> (test: Int, validation: Int) {
    let fractions = [testFraction, validationFraction]
    let areShares = fractions.allSatisfy { 0..<1 ~= $0 }
    let sizes = areShares ? fractions.map { Int((Double(rows) * $0).rounded()) } : []
    guard areShares, sizes.reduce(0, +) < rows else {
      throw DataError(
        .invalidOption,
        "the test and validation parts leave no row to train on",
        expected: "fractions of 0 or more whose sum is below 1",
        found: "\(testFraction) and \(validationFraction) of \(rows) rows"
      )
    }
    return (sizes[0], sizes[1])
  }

  /// The rows of each class, classes in ascending order of their label.
  private static func classes(of labels: [Float], stratified: Bool) -> [[Int]] {
    guard stratified else { return [Array(labels.indices)] }
    let groups = Dictionary(grouping: labels.indices) { labels[$0] }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Removes `size` of the remaining `total` rows, each class giving its share.
  private static func take(
    _ size: Int,
    outOf total: Int,
    from classes: inout [[Int]]
  ) -> [Int] {
    var shares = classes.map { $0.count * size / total }
    let byRemainder = classes.indices.sorted {
      let (left, right) = (classes[$0].count * size % total, classes[$1].count * size % total)
      return left == right ? $0 < $1 : left > right
    }
    for index in byRemainder.prefix(size - shares.reduce(0, +)) { shares[index] += 1 }
    var taken: [Int] = []
    for index in classes.indices {
      taken += classes[index].suffix(shares[index])
      classes[index].removeLast(shares[index])
    }
    return taken
  }
}
