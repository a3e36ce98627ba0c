public import ApusCompute

/// A fully connected layer: `y = activation(x W + b)`.
///
/// Shapes: x is rows x inputs, W (`weight`) inputs x units, b (`bias`) units, y rows x units.
public struct Dense: Layer, Hashable {
  /// The number of outputs.
  public let units: Int
  /// The function applied to each output.
  public let activation: Activation
  /// How the weight starts.
  public let weightInitializer: Initializer
  /// How the bias starts.
  public let biasInitializer: Initializer

  /// Makes a layer.
  ///
  /// - Precondition: there is at least one unit.
  public init(
    _ units: Int,
    activation: Activation = .identity,
    weightInitializer: Initializer = .glorotUniform,
    biasInitializer: Initializer = .zeros
  ) {
    precondition(units > 0, "a dense layer needs at least one unit, not \(units)")
    self.units = units
    self.activation = activation
    self.weightInitializer = weightInitializer
    self.biasInitializer = biasInitializer
  }

  /// Appends product, bias and activation.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let inputs = network.graph[input].shape.columns
    let weight = try network.addParameter(
      "\(name).weight",
      .fixed(inputs, units),
      weightInitializer
    )
    let bias = try network.addParameter("\(name).bias", .fixed(units), biasInitializer)
    let product = try network.graph.add(.matmul(MatMul()), [input, weight])
    let sum = try network.graph.add(.binary(.add), [product, bias])
    guard activation != .identity else { return sum }
    return try network.graph.add(.activation(activation), [sum])
  }
}
