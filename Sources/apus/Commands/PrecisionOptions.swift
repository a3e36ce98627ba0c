internal import ApusCompute
internal import ApusTraining
public import ArgumentParser

/// The options of the precision in which a sealed model scores.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help: """
      The numbers that the sealed net multiplies: float32, bf16-weights (half the memory, for nets \
      that do not fit a cache), bf16, or int8 (the fastest where the CPU has VNNI).
      """)
  var precision = ScoringPrecision.float32

  @Option(
    help: """
      The greatest loss with which a reduced precision is sealed: of AUC or accuracy, or the share \
      by which the error of a number grows. [default: 0.005]
      """)
  var maxPrecisionLoss: Double?

  func validate() throws {
    guard let maxPrecisionLoss else { return }
    guard maxPrecisionLoss >= 0, maxPrecisionLoss.isFinite else {
      throw ValidationError(
        "--max-precision-loss takes a number from 0, not \(maxPrecisionLoss)")
    }
    guard precision != .float32 else {
      throw ValidationError("--max-precision-loss needs a --precision other than float32")
    }
  }

  /// Writes the options into a recipe.
  func apply(to recipe: inout TrainingRecipe) {
    recipe.precision = precision
    if let maxPrecisionLoss { recipe.maximumPrecisionLoss = maxPrecisionLoss }
  }
}

extension ScoringPrecision: ExpressibleByArgument {}
