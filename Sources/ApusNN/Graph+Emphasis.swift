internal import ApusCompute

// What the gradient of a loss at the logits becomes where rows or labels do not count fully.
extension Graph {
  /// Appends the gradient for labels that are smoothed (Szegedy and others 2016).
  ///
  /// A target t becomes `(1 - ε) t + ε / K` for each of K classes, which turns the gradient g of a
  /// cross-entropy into `(1 - ε) g + ε (p - 1 / K) / n`, where p is the prediction and n the number
  /// of rows; K is 2 for a binary one, and n then that of all logits.
  ///
  /// - Parameters:
  ///   - gradient: g, rows x logits.
  ///   - loss: a cross-entropy.
  ///   - logits: rows x logits.
  ///   - epsilon: ε, from 0 to below 1.
  /// - Returns: rows x logits.
  /// - Throws: never in practice; the shapes fit by construction.
  mutating func smoothed(
    _ gradient: NodeID, of loss: Loss, at logits: NodeID, by epsilon: Float
  ) throws(ComputeError) -> NodeID {
    precondition(
      0..<1 ~= epsilon && [.binaryCrossEntropy, .softmaxCrossEntropy].contains(loss),
      "labels of \(loss) smoothed by \(epsilon)")
    let shape = self[logits].shape
    let isBinary = loss == .binaryCrossEntropy
    let classes = isBinary ? 2 : shape.columns
    let prediction = try add(isBinary ? .activation(.sigmoid) : .softmax, [logits])
    let centre = try add(.constant(1 / Float(classes)), [])
    let centred = try add(.binary(.subtract), [prediction, centre])
    // A mean's gradient is one over the number of elements, of which a row has `columns`.
    let share = try add(.constant(epsilon * (isBinary ? 1 : Float(shape.columns))), [])
    let perRow = try add(.broadcast(Reduction(.mean, .all), shape: shape), [share])
    let smooth = try add(.binary(.multiply), [centred, perRow])
    let rest = try add(.constant(1 - epsilon), [])
    return try add(.binary(.add), [try add(.binary(.multiply), [gradient, rest]), smooth])
  }

  /// Appends the gradient of rows that count by their weights.
  ///
  /// - Parameters:
  ///   - gradient: rows x logits.
  ///   - weights: rows x 1.
  /// - Returns: rows x logits.
  /// - Throws: never in practice; the shapes fit by construction.
  mutating func weighted(
    _ gradient: NodeID, by weights: NodeID
  ) throws(ComputeError) -> NodeID {
    let shape = self[gradient].shape
    let spread =
      shape == self[weights].shape
      ? weights
      : try add(.broadcast(Reduction(.sum, .columns), shape: shape), [weights])
    return try add(.binary(.multiply), [gradient, spread])
  }
}
