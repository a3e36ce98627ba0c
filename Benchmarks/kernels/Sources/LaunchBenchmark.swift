internal import ApusCompute

/// Runs the smallest plan there is: what a call costs whatever it computes.
struct LaunchBenchmark {
  private let plan: any Plan

  /// Compiles the plan: one activation of one number, which stays on the device.
  ///
  /// - Throws: `ComputeError`.
  init(on backend: any Backend) throws {
    var graph = Graph()
    let input = try graph.add(.input(name: "x", shape: .scalar), [])
    graph.outputs = [try graph.add(.activation(.relu), [input])]
    plan = try backend.compile(
      graph, batchCapacity: 1, variables: try backend.makeVariables([]))
    plan.withInput(0, rows: 1) { $0[0] = 2 }
    try plan.run(rows: 1)
    _ = try result()
  }

  /// Measures runs whose result is read each time.
  ///
  /// - Throws: `ComputeError`.
  func measuredWaiting(_ sampler: Sampler) throws -> Measurement {
    let times = try sampler.times { _ in
      try plan.run(rows: 1)
      _ = try result()
    }
    return Measurement(times: times, error: abs(Double(try result()) - 2), bound: 0)
  }

  /// Measures runs of which only the last of a group is waited for.
  ///
  /// - Throws: `ComputeError`.
  func measuredQueued(_ sampler: Sampler) throws -> Measurement {
    let times = try sampler.times({ _ in try plan.run(rows: 1) }, wait: { _ = try result() })
    return Measurement(times: times, error: abs(Double(try result()) - 2), bound: 0)
  }

  private func result() throws -> Float { try plan.withOutput(0, rows: 1) { $0[0] } }
}
