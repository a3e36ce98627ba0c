internal import ApusCompute

/// One thing to measure, by the name that the benchmark and all peers give it.
///
/// ```
/// sgemm/NT/32x1024x512     a product of m x n, summed over k
/// net/17-64-64-1/32        a net on 32 rows, from the caller's memory to the caller's memory
/// plan/17-64-64-1/32       the same, rows and scores staying on the device
/// step/17-64-64-1/256      gradients and an Adam step, from saved activations
/// train/17-64-64-1/256     a whole training step: forward, loss, gradients and Adam
/// launch/wait              the smallest plan, waited for each time
/// launch/queued            the smallest plan, waited for once in a while
/// start                    from nothing to the first score of a small net
/// ```
enum Work {
  case product(MatMul.Transposition, m: Int, n: Int, k: Int)
  case net([Int], rows: Int)
  case plan([Int], rows: Int)
  case step([Int], rows: Int)
  case train([Int], rows: Int)
  case launchWaited
  case launchQueued
  case start

  /// Reads a name; nil where it names nothing.
  init?(_ name: String) {
    let parts = name.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("sgemm", 3):
      let extents = parts[2].split(separator: "x").compactMap { Int($0) }
      guard extents.count == 3, extents.allSatisfy({ $0 > 0 }),
        let transposition = MatMul.Transposition(rawValue: parts[1].lowercased())
      else { return nil }
      self = .product(transposition, m: extents[0], n: extents[1], k: extents[2])
    case ("launch", 2) where parts[1] == "wait": self = .launchWaited
    case ("launch", 2) where parts[1] == "queued": self = .launchQueued
    case ("start", 1): self = .start
    case (let kind, 3):
      let layers = parts[1].split(separator: "-").compactMap { Int($0) }
      guard layers.count > 1, layers.allSatisfy({ $0 > 0 }), let rows = Int(parts[2]), rows > 0
      else { return nil }
      switch kind {
      case "net": self = .net(layers, rows: rows)
      case "plan": self = .plan(layers, rows: rows)
      case "step": self = .step(layers, rows: rows)
      case "train": self = .train(layers, rows: rows)
      default: return nil
      }
    default: return nil
    }
  }

  /// Measures this on a device.
  ///
  /// - Parameters:
  ///   - backend: The device.
  ///   - device: Its name, which says in what precision it computes products and scores nets; the
  ///     bounds of these are widened by that, and other works keep to that of float32.
  ///   - sampler: How long and how.
  /// - Returns: The times, and how far the answers are off.
  /// - Throws: An error of the device.
  func measured(
    on backend: any Backend, of device: DeviceName, _ sampler: Sampler
  ) throws -> Measurement {
    switch self {
    case .product(let transposition, let m, let n, let k):
      try ProductBenchmark(transposition, m: m, n: n, k: k, on: backend)
        .measured(sampler, factorError: device.factorError)
    case .net(let layers, let rows):
      try NetBenchmark(Net(layers), rows: rows)
        .measuredCalls(on: backend, in: device.scoringPrecision, sampler)
    case .plan(let layers, let rows):
      try NetBenchmark(Net(layers), rows: rows).measuredPlan(on: backend, sampler)
    case .step(let layers, let rows):
      try StepBenchmark(Net(layers), rows: rows, on: backend).measured(sampler)
    case .train(let layers, let rows):
      try TrainingBenchmark(Net(layers), rows: rows, on: backend).measured(sampler)
    case .launchWaited: try LaunchBenchmark(on: backend).measuredWaiting(sampler)
    case .launchQueued: try LaunchBenchmark(on: backend).measuredQueued(sampler)
    case .start: preconditionFailure("a start is measured before there is a device")
    }
  }
}
