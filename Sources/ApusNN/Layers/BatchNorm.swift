public import ApusCompute

/// Normalizes each column over the batch while training, and by running averages when scoring.
///
/// ```
/// training   y = γ (x - m) / sqrt(v + ε) + β      m, v: mean and variance of a column in the batch
///            mean     = momentum mean     + (1 - momentum) m
///            variance = momentum variance + (1 - momentum) v
/// scoring    y = γ (x - mean) / sqrt(variance + ε) + β
/// ```
/// Shapes: x rows x n; γ (`weight`), β (`bias`), `mean` and `variance` n, the last two not trained
/// but kept with the weights. Behind a dense layer without activation, the scoring form is folded
/// into that layer when the model is sealed. Source: Ioffe and Szegedy, "Batch Normalization", ICML
/// 2015.
public struct BatchNorm: Layer, Hashable {
  /// What is kept of a running average in a step.
  public let momentum: Float
  /// What is added to the variance.
  public let epsilon: Float

  /// Makes a layer.
  ///
  /// - Precondition: the momentum is from 0 to 1, and epsilon is positive.
  public init(momentum: Float = 0.99, epsilon: Float = 1e-3) {
    precondition(
      0...1 ~= momentum && epsilon > 0,
      "a momentum from 0 to 1 and a positive epsilon, not \(momentum) and \(epsilon)")
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// Appends the form that trains or the form that scores.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let shape = Shape.fixed(network.graph[input].shape.columns)
    let scale = try network.addParameter("\(name).weight", shape, .ones)
    let shift = try network.addParameter("\(name).bias", shape, .zeros)
    var mean = try network.addStatistic("\(name).mean", shape, .zeros)
    var variance = try network.addStatistic("\(name).variance", shape, .ones)
    var centred: Graph.NodeID
    if network.isTrained {
      let (runningMean, runningVariance) = (mean, variance)
      mean = try network.graph.add(.reduce(Reduction(.mean, .rows)), [input])
      centred = try network.graph.add(.binary(.subtract), [input, mean])
      let squares = try network.graph.add(.binary(.multiply), [centred, centred])
      variance = try network.graph.add(.reduce(Reduction(.mean, .rows)), [squares])
      try network.update(runningMean, towards: mean, momentum: momentum)
      try network.update(runningVariance, towards: variance, momentum: momentum)
    } else {
      centred = try network.graph.add(.binary(.subtract), [input, mean])
    }
    let root = try network.graph.add(.inverseRoot(epsilon: epsilon), [variance])
    let normal = try network.graph.add(.binary(.multiply), [centred, root])
    let scaled = try network.graph.add(.binary(.multiply), [normal, scale])
    return try network.graph.add(.binary(.add), [scaled, shift])
  }
}
