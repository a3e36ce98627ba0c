public import ApusCompute
public import ApusMetrics

/// What a model says of rows that it was not trained on, and what is true of them.
public struct HeldOutPart: Codable, Hashable, Sendable {
  /// A number that was predicted, and the one that came.
  public struct Pair: Codable, Hashable, Sendable {
    /// What came.
    public let target: Double
    /// What was predicted.
    public let prediction: Double
  }

  /// The most points that a picture of a curve has.
  static let curvePoints = 400
  /// The most pairs that a picture of a regression has.
  static let pairLimit = 800

  /// What the part is called, such as `test`.
  public let name: String
  /// The number of rows.
  public let rows: Int
  /// What each threshold gives, of two classes.
  public let curve: RankCurve?
  /// What came true beside what was predicted, of classes; of several it is the likeliest one.
  public let reliability: ReliabilityDiagram?
  /// The scores of each class, of two classes; else the errors of a regression.
  public let histogram: ScoreHistogram?
  /// Which class was taken for which; of two classes at the decision threshold.
  public let confusion: ConfusionMatrix?
  /// Predictions and targets of a regression, evenly chosen among the rows.
  public let pairs: [Pair]

  /// Counts and sorts scores.
  ///
  /// - Parameters:
  ///   - name: what the part is called.
  ///   - scores: `targets.count` x outputs numbers, row by row.
  ///   - targets: one for each row; at least one.
  ///   - loss: the loss that the model was trained with.
  ///   - threshold: the least score of a row that is called positive, of two classes.
  /// - Complexity: O(n log n).
  public init(name: String, scores: [Float], targets: [Float], loss: Loss, threshold: Double) {
    self.name = name
    rows = targets.count
    switch loss {
    case .binaryCrossEntropy:
      let values = scores.map(Double.init)
      let outcomes = targets.map { $0 >= 0.5 }
      let rows = zip(values, outcomes)
      curve = RankCurve(scores: values, isPositive: outcomes).thinned(to: Self.curvePoints)
      reliability = ReliabilityDiagram(confidences: values, outcomes: outcomes, binCount: 10)
      histogram = ScoreHistogram(
        [rows.filter { !$0.1 }.map(\.0), rows.filter(\.1).map(\.0)], over: 0...1)
      confusion = ConfusionMatrix(predictions: scores, targets: targets, threshold: threshold)
      pairs = []
    case .softmaxCrossEntropy:
      let outputs = scores.count / targets.count
      var matrix = ConfusionMatrix(classes: outputs)
      var (confidences, outcomes) = ([Double](), [Bool]())
      for (row, target) in targets.enumerated() {
        let own = scores[row * outputs..<(row + 1) * outputs]
        let best = own.indices.max { own[$0] < own[$1] } ?? own.startIndex
        matrix.add(actual: Int(target), predicted: best - own.startIndex)
        confidences.append(Double(own[best]))
        outcomes.append(best - own.startIndex == Int(target))
      }
      confusion = matrix
      reliability = ReliabilityDiagram(
        confidences: confidences, outcomes: outcomes, binCount: 10)
      (curve, histogram, pairs) = (nil, nil, [])
    case .meanSquaredError, .meanAbsoluteError:
      let errors = zip(scores, targets).map { Double($0) - Double($1) }
      histogram = ScoreHistogram([errors])
      let step = max(1, (targets.count + Self.pairLimit - 1) / Self.pairLimit)
      pairs = stride(from: 0, to: targets.count, by: step).map {
        Pair(target: Double(targets[$0]), prediction: Double(scores[$0]))
      }
      (curve, reliability, confusion) = (nil, nil, nil)
    }
  }
}
