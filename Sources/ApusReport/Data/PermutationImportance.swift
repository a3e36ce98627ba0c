internal import ApusData
internal import ApusModel
internal import ApusRandom
internal import ApusTraining

/// What a column is worth to a model: how much worse its scores become without it.
public struct ColumnImportance: Codable, Hashable, Sendable {
  /// The column.
  public let name: String
  /// What is compared: `auc`, `accuracy` or `rmse`.
  public let metric: String
  /// The mean loss: the fall of an AUC or accuracy, or the share by which an error grows.
  public let mean: Double
  /// The standard deviation of the loss over the shuffles.
  public let deviation: Double
  /// The rows that it was measured on.
  public let rows: Int
}

/// Measures columns by putting the values of one in another order, others being left alone.
///
/// A column is shuffled with all its features, several times with seeds of their own, and what the
/// metric loses is averaged. Columns that say the same share their worth or seem to have none.
/// Source: Breiman, "Random forests" (2001), section 10, here for any model.
struct PermutationImportance {
  /// The shuffles of a column.
  static let shuffles = 5
  /// The most rows, and the most scores of all shuffles together.
  private static let (rowLimit, scoreLimit) = (4096, 4_000_000)
  private static let seed: UInt64 = 2001

  /// The columns, the most valuable first.
  let columns: [ColumnImportance]

  /// The rows that a model is measured on: at most 4096, evenly chosen, fewer for many columns.
  static func sample(of rows: [Int], for scorer: Scorer) -> [Int] {
    let columns = scorer.manifest.transform.encoders.count
    let affordable = scoreLimit / (shuffles * max(1, columns))
    let count = min(rows.count, max(256, min(rowLimit, affordable)))
    let step = Double(rows.count) / Double(count)
    return (0..<count).map { rows[Int(Double($0) * step)] }
  }

  /// Measures each column of a model's schema.
  ///
  /// - Parameters:
  ///   - scorer: the model.
  ///   - sample: rows that it was not trained on.
  /// - Throws: `ComputeError` when the device fails.
  init(_ scorer: Scorer, _ sample: Examples) throws {
    let (transform, rows) = (scorer.manifest.transform, sample.count)
    func quality(_ examples: Examples) throws -> ScoringQuality {
      ScoringQuality(
        predictions: try scorer.scores(of: examples), targets: examples.targets,
        loss: scorer.manifest.loss)
    }
    let baseline = try quality(sample)
    var first = 0
    var found: [ColumnImportance] = []
    for (index, encoder) in transform.encoders.enumerated() {
      let features = first..<first + encoder.width
      first = features.upperBound
      let losses = try (0..<Self.shuffles).map { shuffle in
        var order = Array(0..<rows)
        var random = PhiloxSequence(
          seed: Self.seed, stream: UInt64(index * Self.shuffles + shuffle))
        random.shuffle(&order)
        let shuffled = try quality(sample.taking(features, from: order))
        return baseline.metric.loss(from: baseline.value, to: shuffled.value)
      }
      let mean = losses.reduce(0, +) / Double(losses.count)
      let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      found.append(
        ColumnImportance(
          name: transform.schema.columns[index].name, metric: baseline.metric.rawValue,
          mean: mean, deviation: (variance / Double(losses.count - 1)).squareRoot(), rows: rows))
    }
    columns = found.sorted { $0.mean > $1.mean }
  }
}

extension Examples {
  /// These rows with some features taken from the rows that `order` names.
  fileprivate func taking(_ columns: Range<Int>, from order: [Int]) -> Examples {
    let original = features
    var features = (0..<count * width).map { original[$0] }
    for (row, source) in order.enumerated() {
      for column in columns {
        features[row * width + column] = original[source * width + column]
      }
    }
    return Examples(features: features, targets: targets, width: width)
  }
}
