public import ApusCompute

/// A net as a graph from features to raw outputs (logits), with its parameters.
public struct Network: Sendable {
  /// A trained tensor and how it starts.
  public struct Parameter: Hashable, Sendable {
    /// The node that reads it.
    public let node: Graph.NodeID
    /// Its name and shape.
    public let variable: Variable
    /// How it starts.
    public let initializer: Initializer
    /// Whether an optimizer moves it; a running average, say, is only kept with the others.
    public let isTrained: Bool
  }

  /// The nodes as they are trained; the one output is the logits.
  public internal(set) var graph = Graph()
  /// The parameters, in the order of the layers.
  public private(set) var parameters: [Parameter] = []
  /// The running averages of a training step, beside what the optimizer does.
  public private(set) var averages: [Graph.NodeID] = []
  /// The node of the features, rows x inputs.
  public let features: Graph.NodeID

  /// Whether the graph is the one that is trained, not the one that scores: some layers differ.
  public let isTrained: Bool
  /// The graph that scores, up to the logits; of the same parameters.
  private var scoring = Graph()

  /// Builds a net on `inputs` features.
  ///
  /// - Throws: `ComputeError.shapeMismatch` when a layer does not fit the one before it.
  public init(inputs: Int, _ layer: some Layer) throws(ComputeError) {
    self = try Network(inputs: inputs, layer, isTrained: true)
    scoring = try Network(inputs: inputs, layer, isTrained: false).graph
  }

  private init(inputs: Int, _ layer: some Layer, isTrained: Bool) throws(ComputeError) {
    self.isTrained = isTrained
    features = try graph.add(.input(name: "features", shape: .batch(inputs)), [])
    graph.outputs = [try layer.append(to: features, named: "layers", in: &self)]
  }

  /// The node of the raw outputs, rows x outputs.
  public var logits: Graph.NodeID { graph.outputs[0] }

  /// The number of numbers that are kept, running averages among them.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.variable.count } }

  /// The starting values of all parameters by name.
  ///
  /// - Parameter seed: the run's seed; the same seed gives the same bits everywhere.
  /// - Returns: name and elements of each parameter, in the order of `parameters`.
  public func initialValues(seed: UInt64) -> [(name: String, values: [Float])] {
    parameters.enumerated().map { index, parameter in
      let values = parameter.initializer.values(
        shape: parameter.variable.shape,
        seed: seed,
        stream: UInt64(index)
      )
      return (parameter.variable.name, values)
    }
  }

  /// Declares a parameter for a layer under construction.
  ///
  /// - Throws: never in practice; adding a variable cannot fail.
  public mutating func addParameter(
    _ name: String,
    _ shape: Shape,
    _ initializer: Initializer
  ) throws(ComputeError) -> Graph.NodeID {
    try addParameter(name, shape, initializer, isTrained: true)
  }

  /// Declares numbers that are kept but not trained, such as a running average, for a layer under
  /// construction.
  ///
  /// - Throws: never in practice; adding a variable cannot fail.
  public mutating func addStatistic(
    _ name: String,
    _ shape: Shape,
    _ initializer: Initializer
  ) throws(ComputeError) -> Graph.NodeID {
    try addParameter(name, shape, initializer, isTrained: false)
  }

  private mutating func addParameter(
    _ name: String,
    _ shape: Shape,
    _ initializer: Initializer,
    isTrained: Bool
  ) throws(ComputeError) -> Graph.NodeID {
    let variable = Variable(name: name, shape: shape)
    let node = try graph.add(.variable(variable), [])
    parameters.append(
      Parameter(node: node, variable: variable, initializer: initializer, isTrained: isTrained))
    return node
  }

  /// Lets a training step draw a running average towards a node's value.
  ///
  /// - Throws: `ComputeError.shapeMismatch` when the value has another shape.
  public mutating func update(
    _ statistic: Graph.NodeID,
    towards value: Graph.NodeID,
    momentum: Float
  ) throws(ComputeError) {
    averages.append(try graph.add(.average(momentum: momentum), [statistic, value]))
  }

  /// The graph that scores: the logits turned into predictions.
  ///
  /// - Parameter loss: the loss that the net is trained with.
  /// - Returns: a graph with one input (features) and one output: probabilities where the loss is
  ///   a cross-entropy, the logits themselves where it is a regression's.
  /// - Throws: `ComputeError.shapeMismatch` when the logits do not suit the loss.
  public func inferenceGraph(for loss: Loss) throws(ComputeError) -> Graph {
    var graph = scoring
    let logits = graph.outputs[0]
    switch loss {
    case .binaryCrossEntropy:
      graph.outputs = [try graph.add(.activation(.sigmoid), [logits])]
    case .softmaxCrossEntropy:
      graph.outputs = [try graph.add(.softmax, [logits])]
    case .meanSquaredError, .meanAbsoluteError:
      break
    }
    return graph
  }
}
