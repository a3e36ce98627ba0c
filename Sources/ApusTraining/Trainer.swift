public import ApusCompute
public import ApusNN
internal import ApusRandom

/// Fits a network to examples on one device.
///
/// The same examples, configuration and device give the same bits: initial weights and the order of
/// rows are drawn from counters, and no result depends on threads.
///
/// ```
/// for each epoch     shuffle rows with the stream of the epoch
///   for each batch   gather rows -> plan inputs, run one step
///   validate         run the scoring graph on the same variables
///   stop or go on    keep the weights of the best epoch
/// ```
public final class Trainer {
  private let network: Network
  private let configuration: TrainingConfiguration
  private let store: any VariableStore
  private let step: any Plan
  private let draw: Int?
  private let scoring: any Plan
  private let scoringCapacity: Int
  private let clock = ContinuousClock()
  private var stepsDone = 0

  /// Puts a network on a device.
  ///
  /// - Throws: `ComputeError` when the device cannot take it.
  public init(
    _ network: Network, configuration: TrainingConfiguration, backend: any Backend
  ) throws(ComputeError) {
    let training = try TrainingGraph(
      network, loss: configuration.loss, optimizer: configuration.optimizer)
    draw = training.draw
    self.network = network
    self.configuration = configuration
    store = try backend.makeVariables(training.variables)
    step = try backend.compile(
      training.graph, batchCapacity: configuration.batchSize, variables: store)
    scoringCapacity = 1024
    scoring = try backend.compile(
      try network.inferenceGraph(for: configuration.loss), batchCapacity: scoringCapacity,
      variables: store)
  }

  /// Trains from the configuration's initial weights.
  ///
  /// - Parameters:
  ///   - examples: the rows to learn from.
  ///   - validation: the rows that choose the best epoch; where there are none, the last is kept.
  ///   - observer: who watches.
  /// - Returns: the best weights and how they were found.
  /// - Throws: `ComputeError` when the device fails, or `DivergedError`.
  public func fit(
    _ examples: Examples, validation: Examples, observer: (any TrainingObserver)? = nil
  ) throws -> TrainingResult {
    let start = clock.now
    for (name, values) in network.initialValues(seed: configuration.seed) {
      try store.write(values.span, to: name)
    }
    stepsDone = 0
    var stopping = EarlyStopping(patience: validation.count > 0 ? configuration.patience : nil)
    var best = try currentWeights()
    var records: [EpochRecord] = []
    var ending = TrainingResult.Ending.completed
    for epoch in 1...configuration.epochs {
      let epochStart = clock.now
      let trainingLoss = try runEpoch(epoch, examples, observer)
      let isInterrupted = observer?.isInterrupted ?? false
      let held = validation.count > 0 ? try metrics(of: validation) : nil
      let validationLoss = held.map { $0["loss"] ?? .nan }
      let verdict = stopping.record(validationLoss ?? -Double(epoch))
      if verdict == .improved { best = try currentWeights() }
      let record = EpochRecord(
        epoch: epoch, trainingLoss: trainingLoss, validationLoss: validationLoss,
        metrics: held?.values ?? [:], seconds: (clock.now - epochStart).inSeconds,
        isBest: verdict == .improved)
      records.append(record)
      observer?.didFinish(record)
      if isInterrupted || verdict == .exhausted {
        ending = isInterrupted ? .interrupted : .stoppedEarly
        break
      }
    }
    // A step's loss is that before its update: only this tells that the last one went astray.
    guard stopping.bestEpoch > 0, best.values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw DivergedError(
        epoch: records.count, step: (examples.count - 1) / configuration.batchSize + 1, loss: .nan)
    }
    for (name, values) in best { try store.write(values.span, to: name) }
    return TrainingResult(
      weights: best, epochs: records, bestEpoch: stopping.bestEpoch, ending: ending,
      seconds: (clock.now - start).inSeconds)
  }

  /// The predictions for all rows of `examples`, row by row.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func predictions(for examples: Examples) throws -> [Float] {
    var predictions: [Float] = []
    for start in stride(from: 0, to: examples.count, by: scoringCapacity) {
      let rows = min(scoringCapacity, examples.count - start)
      scoring.withInput(0, rows: rows) { input in
        let first = start * examples.width
        for index in input.indices { input[index] = examples.features[first + index] }
      }
      try scoring.run(rows: rows)
      try scoring.withOutput(0, rows: rows) { output in
        for index in output.indices { predictions.append(output[index]) }
      }
    }
    return predictions
  }

  /// The metrics of the current weights on `examples`.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func metrics(of examples: Examples) throws -> Metrics {
    Metrics(
      predictions: try predictions(for: examples), targets: examples.targets,
      loss: configuration.loss)
  }

  /// One pass over the rows; returns the mean loss of the steps that were run.
  private func runEpoch(
    _ epoch: Int, _ examples: Examples, _ observer: (any TrainingObserver)?
  ) throws -> Double {
    var order = Array(0..<examples.count)
    // Streams below this belong to the parameters' initial values.
    var random = PhiloxSequence(
      seed: configuration.seed, stream: 1 << 32 + UInt64(epoch))
    random.shuffle(&order)
    var lossSum = 0.0
    var rowsDone = 0
    for start in stride(from: 0, to: order.count, by: configuration.batchSize) {
      let rows = order[start..<min(start + configuration.batchSize, order.count)]
      let loss = try runStep(rows, examples)
      rowsDone += rows.count
      guard loss.isFinite else {
        throw DivergedError(
          epoch: epoch, step: start / configuration.batchSize + 1, loss: loss)
      }
      lossSum += Double(loss) * Double(rows.count)
      if let observer {
        observer.didStep(epoch: epoch, rows: rowsDone, of: examples.count)
        if observer.isInterrupted { break }
      }
    }
    return lossSum / Double(rowsDone)
  }

  private func runStep(_ rows: ArraySlice<Int>, _ examples: Examples) throws -> Float {
    stepsDone += 1
    let width = examples.width
    step.withInput(TrainingGraph.features, rows: rows.count) { input in
      var index = 0
      for row in rows {
        for column in row * width..<(row + 1) * width {
          input[index] = examples.features[column]
          index += 1
        }
      }
    }
    step.withInput(TrainingGraph.targets, rows: rows.count) { input in
      for (index, row) in rows.enumerated() { input[index] = examples.targets[row] }
    }
    let schedule = configuration.optimizer.rule.schedule(
      learningRate: configuration.optimizer.learningRate, step: stepsDone)
    step.withInput(TrainingGraph.schedule, rows: rows.count) { input in
      for index in input.indices { input[index] = schedule[index] }
    }
    if let draw {
      step.withInput(draw, rows: rows.count) {
        DropoutMask.write(to: &$0, seed: configuration.seed, step: stepsDone)
      }
    }
    try step.run(rows: rows.count)
    return try step.withOutput(TrainingGraph.loss, rows: rows.count) { $0[0] }
  }

  private func currentWeights() throws(ComputeError) -> [String: [Float]] {
    var weights: [String: [Float]] = [:]
    for parameter in network.parameters {
      weights[parameter.variable.name] = try store.read(parameter.variable.name)
    }
    return weights
  }
}

extension Duration {
  /// This duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
