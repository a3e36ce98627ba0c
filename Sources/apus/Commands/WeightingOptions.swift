internal import ApusTraining
internal import ArgumentParser

/// The options that say how much rows and labels count.
struct WeightingOptions: ParsableArguments {
  @Option(help: "How much classes count: by their rows (none), or all alike (balanced).")
  var classWeights = ClassWeights.none

  @Option(help: "The column of the rows' own weights, numbers from 0 up; it is no feature.")
  var weightColumn: String?

  @Option(help: "The share of a label that goes to all classes alike.")
  var labelSmoothing: Float = 0

  func validate() throws {
    guard 0..<1 ~= labelSmoothing else {
      throw ValidationError(
        "--label-smoothing takes a share from 0 to below 1, not \(labelSmoothing)")
    }
  }

  /// Writes the options into a recipe.
  func apply(to recipe: inout TrainingRecipe) {
    recipe.weighting.balancesClasses = classWeights == .balanced
    recipe.weighting.column = weightColumn
    recipe.labelSmoothing = labelSmoothing
  }
}

/// Class weights as they are typed.
enum ClassWeights: String, ExpressibleByArgument, CaseIterable {
  case none, balanced
}
