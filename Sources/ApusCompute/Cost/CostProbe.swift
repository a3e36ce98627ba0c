/// A model on a device, ready to be timed.
///
/// Times hold all that a caller waits for: input copied, graph run, first output copied back; or
/// one call of a net that its backend can pack. What the rows hold does not matter, so inputs stay
/// zero.
public final class CostProbe {
  /// The batch sizes at which a curve is measured unless others are named.
  ///
  /// They are far apart, and none but 1 is a size that people ask for, so that a prediction at such
  /// a size is one.
  public static let usualRows = [1, 12, 96, 768, 6_144]

  private let backend: any Backend
  private let work: Work
  private let graph: Graph
  private let costs: DeviceCosts
  private let launchCount: Int
  private let clock = ContinuousClock()

  private enum Work {
    case plan(any Plan)
    case net(any ScoringNet, inputWidth: Int, outputWidth: Int)
  }

  /// Puts a model on a device.
  ///
  /// - Parameters:
  ///   - graph: the model.
  ///   - backend: the device.
  ///   - batchCapacity: the most rows of any measurement.
  /// - Throws: `ComputeError` when the device does not take the model.
  public init(_ graph: Graph, on backend: any Backend, batchCapacity: Int) throws(ComputeError) {
    let store = try backend.makeVariables(graph.variables)
    if let net = try backend.makeScoringNet(graph, variables: store) {
      let widths = (graph.inputs[0], graph.outputs[0])
      work = .net(
        net,
        inputWidth: graph[widths.0].shape.columns,
        outputWidth: graph[widths.1].shape.columns
      )
      (costs, launchCount) = (.none, 0)
      self.backend = backend
      self.graph = graph
      return
    }
    let plan = try backend.compile(graph, batchCapacity: batchCapacity, variables: store)
    work = .plan(plan)
    if let reporting = backend as? any CostReportingBackend {
      costs = try reporting.deviceCosts()
      launchCount = reporting.launchCount(of: plan)
    } else {
      costs = .none
      launchCount = 0
    }
    self.backend = backend
    self.graph = graph
  }

  /// The least time of several runs of `rows` rows.
  ///
  /// - Parameters:
  ///   - rows: the rows of the batch.
  ///   - budget: how long to go on; there are two runs at least, the first of which is not timed.
  /// - Returns: the time in microseconds.
  /// - Throws: what the device throws.
  public func microseconds(
    rows: Int,
    budget: Duration = .milliseconds(20)
  ) throws -> Double {
    switch work {
    case .plan(let plan):
      return try least(budget) { try run(plan, rows: rows) }
    case .net(let net, let inputWidth, let outputWidth):
      let features = [Float](repeating: 0, count: rows * inputWidth)
      var scores = [Float](repeating: 0, count: rows * outputWidth)
      return least(budget) {
        var span = scores.mutableSpan
        net.score(features.span, rowCount: rows, into: &span)
      }
    }
  }

  private func least<Failure: Error>(
    _ budget: Duration,
    _ run: () throws(Failure) -> Void
  ) throws(Failure) -> Double {
    try run()
    let end = clock.now + budget
    var least = Duration.seconds(1 << 20)
    repeat {
      let start = clock.now
      try run()
      least = min(least, clock.now - start)
    } while clock.now < end
    return least.inMicroseconds
  }

  /// The device's curve for the model.
  ///
  /// - Parameters:
  ///   - rows: the batch sizes to measure, none above the capacity.
  ///   - budget: how long to measure at each.
  /// - Returns: a curve through the measurements.
  /// - Throws: what the device throws.
  public func curve(
    rows: [Int] = CostProbe.usualRows,
    budget: Duration = .milliseconds(20)
  ) throws -> CostCurve {
    let points = try rows.map {
      CostCurve.Point(rows: $0, microseconds: try microseconds(rows: $0, budget: budget))
    }
    return CostCurve(
      device: backend.device,
      costs: costs,
      launchCount: launchCount,
      inputWidth: graph.inputs.reduce(0) { $0 + batchedWidth(of: $1) },
      outputWidth: graph.outputs.first.map(batchedWidth) ?? 0,
      points: points
    )
  }

  private func batchedWidth(of id: Graph.NodeID) -> Int {
    graph[id].shape.isBatched ? graph[id].shape.columns : 0
  }

  private func run(_ plan: any Plan, rows: Int) throws {
    for index in graph.inputs.indices { plan.withInput(index, rows: rows) { _ in } }
    try plan.run(rows: rows)
    if !graph.outputs.isEmpty { try plan.withOutput(0, rows: rows) { _ in } }
  }
}

extension Duration {
  /// The duration as a number.
  package var inMicroseconds: Double { inNanoseconds / 1000 }

  /// The duration as a number.
  package var inNanoseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
  }
}
