/// How many rows of each class were given which class.
public struct ConfusionMatrix: Codable, Hashable, Sendable {
  /// The rows by class and by the class they were given: `counts[actual][predicted]`.
  public private(set) var counts: [[Int]]

  /// Counts no row yet of `classes` classes.
  public init(classes: Int) {
    precondition(classes > 0, "a confusion matrix needs a class, not \(classes)")
    counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  /// Counts two classes, negative and positive, at a threshold.
  ///
  /// - Parameters:
  ///   - predictions: one score for each row.
  ///   - targets: 0 or 1 for each row.
  ///   - threshold: the least score of a row that is called positive.
  public init(predictions: [Float], targets: [Float], threshold: Double) {
    self.init(classes: 2)
    for (prediction, target) in zip(predictions, targets) {
      add(actual: target >= 0.5 ? 1 : 0, predicted: Double(prediction) >= threshold ? 1 : 0)
    }
  }

  /// Counts one row.
  public mutating func add(actual: Int, predicted: Int) { counts[actual][predicted] += 1 }

  /// The number of rows.
  public var rows: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of rows whose class is right; nil without rows.
  public var accuracy: Double? {
    ratio(counts.indices.reduce(0) { $0 + counts[$1][$1] }, rows)
  }

  /// Of the rows that were given a class, the share that is of it; nil where there are none.
  public func precision(of label: Int) -> Double? {
    ratio(counts[label][label], counts.reduce(0) { $0 + $1[label] })
  }

  /// Of the rows of a class, the share that was given it; nil where there are none.
  public func recall(of label: Int) -> Double? {
    ratio(counts[label][label], counts[label].reduce(0, +))
  }

  /// The harmonic mean of precision and recall of a class; nil where it neither is nor was given.
  ///
  /// `2 TP / (2 TP + FP + FN)`: van Rijsbergen, "Information Retrieval" (1979).
  public func f1(of label: Int) -> Double? {
    let given = counts.reduce(0) { $0 + $1[label] }
    return ratio(2 * counts[label][label], given + counts[label].reduce(0, +))
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
