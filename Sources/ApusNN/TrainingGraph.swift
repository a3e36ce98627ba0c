public import ApusCompute

/// One training step as a graph: forward, loss, backward and update.
///
/// ```
/// inputs    0 features [rows x inputs]   1 targets [rows x targets]   2 schedule [3]
///           3 draw [6], where the net has dropout
/// outputs   0 loss [scalar]
/// ```
public struct TrainingGraph: Sendable {
  /// The input of the features.
  public static let features = 0
  /// The input of the targets.
  public static let targets = 1
  /// The input of the optimizer's schedule.
  public static let schedule = 2
  /// The output of the mean loss over the batch, before the update.
  public static let loss = 0

  /// The input of the random draw of dropout's masks, or nil where the net has none.
  public let draw: Int?
  /// The nodes.
  public let graph: Graph
  /// The parameters, then the optimizer's slots: all that a run must keep.
  public let variables: [Variable]

  /// Derives the training step of a net.
  ///
  /// - Throws: `ComputeError` when the logits do not suit the loss, or an operation of the net has
  ///   no gradient.
  public init(
    _ network: Network,
    loss: Loss,
    optimizer: Optimizer
  ) throws(ComputeError) {
    var graph = Graph()
    _ = try graph.add(network.graph[network.features].operation, [])
    let outputs = network.graph[network.logits].shape.columns
    let targets = try graph.add(
      .input(name: "targets", shape: .batch(loss == .softmaxCrossEntropy ? 1 : outputs)),
      []
    )
    let schedule = try graph.add(
      .input(name: "schedule", shape: UpdateRule.scheduleShape),
      []
    )
    let places = try graph.add(contentsOf: network.graph)
    let parameters = network.parameters.filter(\.isTrained)
    draw = graph.inputs.count > 3 ? 3 : nil
    let lossNode = try graph.add(.loss(loss), [places[network.logits], targets])
    let gradients = try graph.gradients(
      of: lossNode,
      withRespectTo: parameters.map { places[$0.node] }
    )

    graph.outputs = [lossNode] + network.averages.map { places[$0] }
    for (parameter, gradient) in zip(parameters, gradients) {
      var operands = [places[parameter.node], gradient, schedule]
      for slot in optimizer.rule.slots {
        let variable = Variable(
          name: "\(parameter.variable.name).\(slot)",
          shape: parameter.variable.shape
        )
        operands.append(try graph.add(.variable(variable), []))
      }
      graph.outputs.append(try graph.add(.update(optimizer.rule), operands))
    }
    self.graph = graph
    self.variables = graph.variables
  }
}
