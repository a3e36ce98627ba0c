public import ApusCompute

/// One training step as a graph: forward, loss, backward and update.
///
/// ```
/// inputs    0 features [rows x inputs]   1 targets [rows x targets]   2 schedule [3]
///           3 draw [6], where the net has dropout
///           weights [rows x 1], last, where rows have some
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
  /// The input of the rows' weights, or nil where they have none.
  public let weights: Int?
  /// The nodes.
  public let graph: Graph
  /// The parameters, then the optimizer's slots: all that a run must keep.
  public let variables: [Variable]
  /// The optimizer's slots and how they start.
  public let slots: [Slot]

  /// What an optimizer remembers of a parameter.
  public struct Slot: Hashable, Sendable {
    /// Its name and shape.
    public let variable: Variable
    /// What each of its elements is before the first step.
    public let initialValue: Float
  }

  /// Derives the training step of a net.
  ///
  /// A table that one lookup reads is updated by row (`Operation.lookupUpdate`), unless the norm of
  /// the gradients is limited; one that several lookups share gets a gradient of all its rows.
  ///
  /// - Parameters:
  ///   - network: the net.
  ///   - loss: what to minimise; its value is that of unweighted, unsmoothed rows.
  ///   - optimizer: how parameters move.
  ///   - labelSmoothing: ε of `Graph.smoothed`, for a cross-entropy.
  ///   - isWeighted: whether each row's gradient is multiplied by its weight.
  /// - Throws: `ComputeError` when the logits do not suit the loss, or an operation of the net has
  ///   no gradient.
  public init(
    _ network: Network,
    loss: Loss,
    optimizer: Optimizer,
    labelSmoothing: Float = 0,
    isWeighted: Bool = false
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
    let logits = places[network.logits]
    let lossNode = try graph.add(.loss(loss), [logits, targets])
    var upstream = try graph.gradients(of: lossNode, withRespectTo: [logits])[0]
    if labelSmoothing > 0 {
      upstream = try graph.smoothed(upstream, of: loss, at: logits, by: labelSmoothing)
    }
    weights = isWeighted ? graph.inputs.count : nil
    if isWeighted {
      let weights = try graph.add(.input(name: "weights", shape: .batch(1)), [])
      upstream = try graph.weighted(upstream, by: weights)
    }
    var gradients = try graph.gradients(
      of: logits,
      upstream: upstream,
      withRespectTo: parameters.map { places[$0.node] }
    )
    if let limit = optimizer.gradientNormLimit {
      gradients = try graph.limitingNorm(of: gradients, to: limit)
    }

    graph.outputs = [lossNode] + network.averages.map { places[$0] }
    var slots: [Slot] = []
    let moves = zip(parameters, gradients)
    // Penalised parameters first: a device updates neighbours that follow one rule together.
    for isWeight in [true, false] {
      for (parameter, gradient) in moves where parameter.variable.isWeight == isWeight {
        var operands = [places[parameter.node], gradient, schedule]
        let rule = optimizer.rule
        for (name, initialValue) in zip(rule.slots, rule.initialSlotValues) {
          let variable = Variable(
            name: "\(parameter.variable.name).\(name)",
            shape: parameter.variable.shape
          )
          slots.append(Slot(variable: variable, initialValue: initialValue))
          operands.append(try graph.add(.variable(variable), []))
        }
        let penalty = isWeight ? optimizer.penalty : .none
        if case .lookupGradient(let lookup, _) = graph[gradient].operation {
          // Only the rows that were looked up move; the gradient is then no tensor at all.
          operands.replaceSubrange(1...1, with: graph[gradient].operands)
          let update = Operation.lookupUpdate(lookup, rule, penalty: penalty)
          graph.outputs.append(try graph.add(update, operands))
        } else {
          graph.outputs.append(try graph.add(.update(rule, penalty: penalty), operands))
        }
      }
    }
    self.graph = graph
    self.slots = slots
    self.variables = graph.variables
  }
}

extension Variable {
  /// Whether penalties apply: a vector is a bias or a norm's scale.
  fileprivate var isWeight: Bool { shape.dimensions.count > 1 }
}
