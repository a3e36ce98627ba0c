public import ApusCompute

/// Layers one after the other.
///
/// ```swift
/// let net = Sequential {
///   Dense(64, activation: .relu)
///   Dense(64, activation: .relu)
///   Dense(1)
/// }
/// ```
public struct Sequential: Layer {
  /// The layers, first to last.
  public let layers: [any Layer]

  /// Makes a stack of the layers that `layers` lists.
  public init(@LayerBuilder _ layers: () -> [any Layer]) {
    self.layers = layers()
  }

  /// Makes the multilayer perceptron `hidden[0]-hidden[1]-...-outputs`.
  ///
  /// - Parameters:
  ///   - hidden: the units of each hidden layer.
  ///   - outputs: the units of the last layer, which has no activation.
  ///   - activation: the activation of the hidden layers.
  /// - Returns: `hidden.count + 1` dense layers.
  public static func perceptron(
    hidden: [Int],
    outputs: Int,
    activation: Activation
  ) -> Sequential {
    Sequential {
      for units in hidden { Dense(units, activation: activation) }
      Dense(outputs)
    }
  }

  /// Appends each layer to the one before it, named by its place: `layers.0`, `layers.1`, ...
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    var result = input
    for (index, layer) in layers.enumerated() {
      result = try layer.append(to: result, named: "\(name).\(index)", in: &network)
    }
    return result
  }
}

/// Collects the layers of a `Sequential`.
@resultBuilder
public enum LayerBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// The layers of all lines.
  public static func buildBlock(_ layers: [any Layer]...) -> [any Layer] { layers.flatMap(\.self) }
  /// The layers of a loop.
  public static func buildArray(_ layers: [[any Layer]]) -> [any Layer] { layers.flatMap(\.self) }
  /// The layers of an `if`, where it holds.
  public static func buildOptional(_ layers: [any Layer]?) -> [any Layer] { layers ?? [] }
  /// The layers of an `if`'s first branch.
  public static func buildEither(first layers: [any Layer]) -> [any Layer] { layers }
  /// The layers of an `if`'s second branch.
  public static func buildEither(second layers: [any Layer]) -> [any Layer] { layers }
}
