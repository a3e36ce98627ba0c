internal import ApusCompute
internal import ApusNN
internal import Glibc

/// Whole training steps on one batch: forward, loss, gradients and Adam.
struct TrainingBenchmark {
  private let net: Net
  private let rowCount: Int
  private let features: [Float]
  private let targets: [Float]
  private let plan: any Plan

  /// Makes up a batch and compiles the step.
  ///
  /// - Parameters:
  ///   - net: The net.
  ///   - rows: The rows of a batch.
  ///   - backend: The device.
  /// - Throws: `ComputeError`.
  init(_ net: Net, rows: Int, on backend: any Backend) throws {
    self.net = net
    rowCount = rows
    features = net.rows(rows)
    targets = Numbers.values(rows * net.widths[net.layerCount], seed: 2).map { $0 > 0 ? 1 : 0 }
    let optimizer = Optimizer.adam(learningRate: 1e-6)
    let training = try TrainingGraph(
      net.network(), loss: .binaryCrossEntropy, optimizer: optimizer)
    let store = try backend.makeVariables(training.variables)
    try net.write(to: store)
    plan = try backend.compile(training.graph, batchCapacity: rows, variables: store)
    let schedule = optimizer.rule.schedule(learningRate: optimizer.learningRate, step: 1)
    for (index, values) in [features, targets, schedule].enumerated() {
      plan.withInput(index, rows: rows) { input in
        for element in values.indices { input[element] = values[element] }
      }
    }
  }

  /// Measures steps after one whose loss is checked.
  ///
  /// - Throws: `ComputeError`.
  func measured(_ sampler: Sampler) throws -> Measurement {
    try plan.run(rows: rowCount)
    let error = abs(Double(try loss()) - expectedLoss())
    let times = try sampler.times(
      { _ in try plan.run(rows: rowCount) }, wait: { _ = try loss() })
    return Measurement(times: times, error: error, bound: 1e-4)
  }

  private func loss() throws -> Float {
    try plan.withOutput(TrainingGraph.loss, rows: rowCount) { $0[0] }
  }

  /// The mean cross-entropy in double precision, before the first step.
  private func expectedLoss() -> Double {
    let outputs = net.widths[net.layerCount]
    var sum = 0.0
    for row in 0..<rowCount {
      for (output, logit) in net.logits(features, row: row).enumerated() {
        sum += max(logit, 0) - logit * Double(targets[row * outputs + output])
        sum += log1p(exp(-abs(logit)))
      }
    }
    return sum / Double(targets.count)
  }
}
