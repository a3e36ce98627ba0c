internal import ApusMetrics
internal import ApusTraining
public import ArgumentParser

/// The options of what scores mean and which of them call a row positive.
struct CalibrationOptions: ParsableArguments {
  @Option(
    help: """
      How scores become probabilities on the validation rows, sealed with the net: none, \
      temperature (two or more classes), platt or isotonic (two classes).
      """)
  var calibrate = CalibrationMethod.none

  @Option(
    help: """
      What the decision threshold is chosen for on the validation rows: f1, precision=0.8 (the \
      greatest recall with it), recall=0.9 (the greatest precision with it), or cost=5:1 (a missed \
      positive costs five false alarms). [default: the threshold is 0.5]
      """)
  var thresholdFor: DecisionGoal?

  /// Writes the options into a recipe.
  func apply(to recipe: inout TrainingRecipe) {
    recipe.calibration = calibrate
    recipe.decisionGoal = thresholdFor
  }
}

extension CalibrationMethod: ExpressibleByArgument {}

extension DecisionGoal: ExpressibleByArgument {}
