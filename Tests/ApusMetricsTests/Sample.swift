/// Twenty-four rows with tied scores, whose figures scikit-learn 1.7 gives in double precision.
enum Sample {
  /// `((7 i) mod 11 + i mod 3) / 16`: exact in binary.
  static let scores = (0..<24).map { Double(7 * $0 % 11 + $0 % 3) / 16 }
  /// One label for each row.
  static let isPositive = [
    1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0,
  ].map { $0 == 1 }
}
