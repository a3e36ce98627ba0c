extension RankCurve {
  /// The area under the ROC curve: the chance that a positive row scores above a negative one, ties
  /// counting half; nil where one class is absent.
  ///
  /// ```
  /// sum over points of (FP[i] - FP[i-1]) (TP[i] + TP[i-1]) / 2, over P N
  /// ```
  /// The sum is one of whole numbers, so the area is the exact quotient rounded once. It equals the
  /// Mann-Whitney statistic: Hanley and McNeil, "The meaning and use of the area under a receiver
  /// operating characteristic (ROC) curve" (1982).
  public var areaUnderCurve: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    var (twice, hits, alarms) = (0, 0, 0)
    for (truePositives, falsePositives) in zip(truePositives, falsePositives) {
      twice += (falsePositives - alarms) * (truePositives + hits)
      (hits, alarms) = (truePositives, falsePositives)
    }
    return Double(twice) / (2 * Double(positives) * Double(negatives))
  }

  /// The average precision, the area under the precision-recall curve by steps; nil where no row is
  /// positive.
  ///
  /// ```
  /// sum over points of (recall[i] - recall[i-1]) precision[i]
  /// ```
  /// No line is drawn between points: that would promise precisions that no threshold reaches.
  /// Source: Davis and Goadrich, "The relationship between precision-recall and ROC curves" (2006).
  public var averagePrecision: Double? {
    guard positives > 0 else { return nil }
    var (sum, hits) = (0.0, 0)
    for (truePositives, falsePositives) in zip(truePositives, falsePositives)
    where truePositives > hits {
      sum +=
        Double(truePositives - hits) * Double(truePositives)
        / Double(truePositives + falsePositives)
      hits = truePositives
    }
    return sum / Double(positives)
  }
}
