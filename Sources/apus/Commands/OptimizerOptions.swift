internal import ApusCompute
internal import ApusNN
internal import ArgumentParser

/// The options that say how parameters move.
struct OptimizerOptions: ParsableArguments {
  @Option(help: "The optimizer.")
  var optimizer = OptimizerChoice.adam

  @Option(help: "The learning rate. [default: 0.001; 0.01 for sgd]")
  var learningRate: Double?

  @Option(help: "The momentum of sgd.")
  var momentum: Float = 0

  @Flag(help: "Use Nesterov's form of the momentum.")
  var nesterov = false

  @Option(
    help: """
      The learning rate's course: constant, cosine, step:EPOCHS:FACTOR or plateau:EPOCHS:FACTOR, \
      as in step:10:0.5 and plateau:3:0.5.
      """)
  var schedule = ScheduleChoice(course: .constant)

  @Option(help: "The steps in which the learning rate rises to its full height.")
  var warmUp = 0

  @Option(
    help: "The share of the learning rate by which a weight shrinks. [default: 0; 0.004 for adamw]")
  var weightDecay: Float?

  @Option(help: "The strength of the L1 penalty on weights.")
  var l1: Float = 0

  @Option(help: "The strength of the L2 penalty on weights.")
  var l2: Float = 0

  @Option(help: "The greatest norm of a step's gradients; larger ones are scaled down.")
  var clipNorm: Float?

  func validate() throws {
    if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
      throw ValidationError("--learning-rate takes a positive number, not \(learningRate)")
    }
    if let clipNorm, !(clipNorm > 0 && clipNorm.isFinite) {
      throw ValidationError("--clip-norm takes a positive number, not \(clipNorm)")
    }
    guard 0..<1 ~= momentum else {
      throw ValidationError("--momentum takes a number from 0 to below 1, not \(momentum)")
    }
    guard warmUp >= 0 else {
      throw ValidationError("--warm-up takes a number of steps, not \(warmUp)")
    }
    for (name, value) in [("--weight-decay", weightDecay ?? 0), ("--l1", l1), ("--l2", l2)]
    where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(name) takes a number from 0 up, not \(value)")
    }
  }

  /// The options that the optimizer does not take.
  var idleOptions: [IdleOption] {
    guard optimizer != .sgd else { return [] }
    return [("--momentum", momentum > 0), ("--nesterov", nesterov)].filter(\.1).map { name, _ in
      IdleOption(
        name: name, reason: "\(name) is for sgd; --optimizer is \(optimizer.rawValue)")
    }
  }

  /// The optimizer that the options describe.
  var chosen: Optimizer {
    var chosen = optimizer.optimizer(momentum: momentum, nesterov: nesterov, l1: l1, l2: l2)
    if let learningRate { chosen.learningRate = learningRate }
    chosen.schedule = LearningRateSchedule(schedule.course, warmUpSteps: warmUp)
    if let weightDecay { chosen.penalty.decay = weightDecay }
    // FTRL has penalties of its own.
    if optimizer != .ftrl {
      chosen.penalty.l1 = l1
      chosen.penalty.l2 = l2
    }
    chosen.gradientNormLimit = clipNorm
    return chosen
  }
}

/// An optimizer as it is typed.
enum OptimizerChoice: String, ExpressibleByArgument, CaseIterable {
  case sgd, adagrad, rmsprop, adam, adamw, ftrl

  func optimizer(momentum: Float, nesterov: Bool, l1: Float, l2: Float) -> Optimizer {
    switch self {
    case .sgd: .sgd(momentum: momentum, nesterov: nesterov)
    case .adagrad: .adagrad()
    case .rmsprop: .rmsprop()
    case .adam: .adam()
    case .adamw: .adamW()
    case .ftrl: .ftrl(l1: l1, l2: l2)
    }
  }
}

/// A course of the learning rate as it is typed: `cosine`, `step:10:0.5`.
struct ScheduleChoice: ExpressibleByArgument {
  let course: LearningRateSchedule.Course

  init(course: LearningRateSchedule.Course) { self.course = course }

  init?(argument: String) {
    let words = argument.split(separator: ":", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case ("constant", 1): course = .constant
    case ("cosine", 1): course = .cosine(least: 0)
    case ("step", 3), ("plateau", 3):
      guard let epochs = Int(words[1]), epochs > 0, let factor = Double(words[2]),
        0...1 ~= factor
      else { return nil }
      course =
        words[0] == "step"
        ? .step(epochs: epochs, factor: factor)
        : .plateau(patience: epochs, factor: factor, least: 0.001)
    default: return nil
    }
  }

  var defaultValueDescription: String { "constant" }
}
