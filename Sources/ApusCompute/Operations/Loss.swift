/// A mean loss over a batch, and what its prediction means.
public enum Loss: String, Hashable, Sendable, Codable, CaseIterable {
  /// `mean of (p - t)²` over all elements.
  case meanSquaredError
  /// `mean of |p - t|` over all elements; its gradient at 0 is 0.
  case meanAbsoluteError
  /// Binary cross-entropy of logits, stable for any finite logit, over all elements.
  ///
  /// `mean of max(p, 0) - p t + log1p(exp(-|p|))`, with t in 0...1.
  case binaryCrossEntropy
  /// Cross-entropy of `softmax(p)` with a class index, over the rows.
  ///
  /// `mean of log(sum(exp(p))) - p[t]`; the target has one column, and a class index outside
  /// the columns contributes NaN.
  case softmaxCrossEntropy

  func accepts(prediction: Shape, target: Shape) -> Bool {
    guard self == .softmaxCrossEntropy else { return prediction == target }
    return prediction.rows == target.rows && target.columns == 1
  }
}
