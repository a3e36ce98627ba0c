import ApusCompute
import Testing

/// A chain of dense layers, `widths[0]` features wide, for tests of scoring.
struct DenseNet {
  let graph: Graph
  let variables: [String: [Float]]
  let widths: [Int]
  let activations: [Activation]

  var inputs: Int { widths[0] }
  var outputs: Int { widths[widths.count - 1] }

  /// Makes a net whose weights and biases `values` gives, so many at a time.
  init(
    _ widths: [Int], _ activation: Activation, last: Activation = .identity,
    values: (Int) -> [Float]
  ) throws {
    var variables: [String: [Float]] = [:]
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      variables["weight\(index)"] = values(inputs * outputs)
      variables["bias\(index)"] = values(outputs)
    }
    let hidden = [Activation](repeating: activation, count: widths.count - 2)
    try self.init(widths, hidden + [last], variables)
  }

  /// Makes a net of given variables.
  init(_ widths: [Int], _ activations: [Activation], _ variables: [String: [Float]]) throws {
    var graph = Graph()
    var node = try graph.add(.input(name: "x", shape: .batch(widths[0])), [])
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      let weight = Variable(name: "weight\(index)", shape: .fixed(inputs, outputs))
      let bias = Variable(name: "bias\(index)", shape: .fixed(outputs))
      let (w, b) = try (graph.add(.variable(weight), []), graph.add(.variable(bias), []))
      let product = try graph.add(.matmul(MatMul()), [node, w])
      node = try graph.add(
        .activation(activations[index]), [graph.add(.binary(.add), [product, b])])
    }
    graph.outputs = [node]
    self.graph = graph
    self.variables = variables
    self.widths = widths
    self.activations = activations
  }

  func weight(_ layer: Int) -> [Float] { variables["weight\(layer)"] ?? [] }
  func bias(_ layer: Int) -> [Float] { variables["bias\(layer)"] ?? [] }

  /// The net of one layer alone, its weights changed.
  func layer(_ index: Int, _ weight: ([Float]) -> [Float] = { $0 }) throws -> DenseNet {
    try DenseNet(
      Array(widths[index...index + 1]), [activations[index]],
      ["weight0": weight(self.weight(index)), "bias0": bias(index)])
  }

  func store(_ target: BackendUnderTest) throws -> any VariableStore {
    let store = try target.backend.makeVariables(graph.variables)
    for (name, values) in variables { try store.write(values.span, to: name) }
    return store
  }

  func scoringNet(
    _ target: BackendUnderTest, _ precision: ScoringPrecision = .float32,
    ranges: [ActivationRange] = []
  ) throws -> any ScoringNet {
    try #require(
      try target.backend.makeScoringNet(
        graph, variables: store(target), precision: precision, inputRanges: ranges))
  }

  func reference(_ features: [Float], rows: Int) -> [Double] {
    var interpreter = ReferenceInterpreter(
      graph, rows: rows, inputs: [features.doubles], variables: variables.mapValues(\.doubles))
    return interpreter.run()[0]
  }
}

extension ScoringNet {
  /// The scores of rows of features.
  func scores(of features: [Float], rows: Int, outputs: Int) -> [Float] {
    var scores = [Float](repeating: .nan, count: rows * outputs)
    var span = scores.mutableSpan
    score(features.span, rowCount: rows, into: &span)
    return scores
  }
}
