internal import ApusCompute

/// The backward pass of a net and an Adam step, from activations that were saved before.
///
/// ```
/// features, hidden activations, d loss / d logits  ->  dW, db, dX of each layer  ->  Adam
/// ```
struct StepBenchmark {
  private static let beta1: Float = 0.9
  private static let rule = UpdateRule.adam(beta1: beta1, beta2: 0.999, epsilon: 1e-7)
  /// The rate is low, so that thousands of equal steps do not carry the weights away.
  private static let learningRate = 1e-6

  private let net: Net
  private let rowCount: Int
  /// What each layer was given: the features, then the hidden activations.
  private let saved: [[Float]]
  private let upstream: [Float]
  private let store: any VariableStore
  private let plan: any Plan
  private let fence: Fence

  /// Makes up activations and compiles the step.
  ///
  /// - Parameters:
  ///   - net: The net.
  ///   - rows: The rows of a batch.
  ///   - backend: The device.
  /// - Throws: `ComputeError`.
  init(_ net: Net, rows: Int, on backend: any Backend) throws {
    self.net = net
    rowCount = rows
    saved = (0..<net.layerCount).map { layer in
      let values = Numbers.values(rows * net.widths[layer], seed: 30 + UInt32(layer))
      return layer == 0 ? values : values.map { max($0, 0) }
    }
    upstream = Numbers.values(
      rows * net.widths[net.layerCount], seed: 40, scale: 1 / Float(rows))
    var graph = try Self.graph(net)
    fence = try Fence(in: &graph)
    store = try backend.makeVariables(graph.variables)
    try net.write(to: store)
    plan = try backend.compile(graph, batchCapacity: rows, variables: store)
    let schedule = Self.rule.schedule(learningRate: Self.learningRate, step: 1)
    for (index, values) in (saved + [upstream, schedule]).enumerated() {
      plan.withInput(index, rows: rows) { input in
        for element in values.indices { input[element] = values[element] }
      }
    }
  }

  /// Measures steps after one whose gradients are checked.
  ///
  /// - Throws: `ComputeError`.
  func measured(_ sampler: Sampler) throws -> Measurement {
    try plan.run(rows: rowCount)
    try fence.wait(for: plan)
    let error = try worstError()
    let times = try sampler.times(
      { _ in try plan.run(rows: rowCount) }, wait: { try fence.wait(for: plan) })
    return Measurement(times: times, error: error, bound: 1e-4)
  }

  /// The step as a graph; inputs in the order: saved activations, upstream gradient, schedule.
  private static func graph(_ net: Net) throws(ComputeError) -> Graph {
    var graph = Graph()
    var saved: [Graph.NodeID] = []
    for layer in 0..<net.layerCount {
      saved.append(
        try graph.add(.input(name: "saved.\(layer)", shape: .batch(net.widths[layer])), []))
    }
    var upstream = try graph.add(
      .input(name: "upstream", shape: .batch(net.widths[net.layerCount])), [])
    let schedule = try graph.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
    func update(
      _ name: String, _ node: Graph.NodeID, _ shape: Shape, _ gradient: Graph.NodeID
    ) throws(ComputeError) {
      var operands = [node, gradient, schedule]
      for slot in rule.slots {
        operands.append(
          try graph.add(.variable(Variable(name: "\(name).\(slot)", shape: shape)), []))
      }
      graph.outputs.append(try graph.add(.update(rule), operands))
    }
    for layer in (0..<net.layerCount).reversed() {
      let name = "layers.\(layer)"
      let shapes = (
        Shape.fixed(net.widths[layer], net.widths[layer + 1]),
        Shape.fixed(net.widths[layer + 1])
      )
      let weight = try graph.add(
        .variable(Variable(name: "\(name).weight", shape: shapes.0)), [])
      let bias = try graph.add(.variable(Variable(name: "\(name).bias", shape: shapes.1)), [])
      let weightGradient = try graph.add(.matmul(MatMul(.tn)), [saved[layer], upstream])
      let biasGradient = try graph.add(.reduce(Reduction(.sum, .rows)), [upstream])
      if layer > 0 {
        let product = try graph.add(.matmul(MatMul(.nt)), [upstream, weight])
        upstream = try graph.add(.activationGradient(.relu), [product, saved[layer]])
      }
      // The weight is read above before it moves here: nodes run in this order.
      try update("\(name).weight", weight, shapes.0, weightGradient)
      try update("\(name).bias", bias, shapes.1, biasGradient)
    }
    return graph
  }

  /// The greatest error of a weight's gradient, as a share of the greatest gradient of its layer.
  ///
  /// Adam's first moment after the first step is the gradient times `1 - β₁`.
  private func worstError() throws -> Double {
    var upstream = upstream.map(Double.init)
    var worst = 0.0
    for layer in (0..<net.layerCount).reversed() {
      let (inputs, outputs) = (net.widths[layer], net.widths[layer + 1])
      let moments = try store.read("layers.\(layer).weight.firstMoment")
      var (difference, greatest) = (0.0, 0.0)
      for sample in 0..<256 {
        let (input, output) = (sample * 7919 % inputs, sample * 104_729 % outputs)
        var gradient = 0.0
        for row in 0..<rowCount {
          gradient +=
            Double(saved[layer][row * inputs + input]) * upstream[row * outputs + output]
        }
        let found = Double(moments[input * outputs + output]) / (1 - Double(Self.beta1))
        let apart = abs(found - gradient)
        difference = apart <= difference ? difference : apart
        greatest = max(greatest, abs(gradient))
      }
      worst = max(worst, difference / greatest)
      if difference.isNaN { return .nan }
      if layer > 0 { upstream = backward(upstream, through: layer) }
    }
    return worst
  }

  /// The gradient with respect to the saved activations of a layer.
  private func backward(_ upstream: [Double], through layer: Int) -> [Double] {
    let (inputs, outputs) = (net.widths[layer], net.widths[layer + 1])
    var result = [Double](repeating: 0, count: rowCount * inputs)
    for row in 0..<rowCount {
      for input in 0..<inputs where saved[layer][row * inputs + input] > 0 {
        var sum = 0.0
        for output in 0..<outputs {
          sum +=
            upstream[row * outputs + output] * Double(net.weights[layer][input * outputs + output])
        }
        result[row * inputs + input] = sum
      }
    }
    return result
  }
}
