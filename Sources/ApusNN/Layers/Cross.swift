public import ApusCompute

/// The cross network of DCN-v2: every layer multiplies the input once more into what it has.
///
/// ```
/// x[l+1] = x[0] * (x[l] W[l] + b[l]) + x[l]        * element by element
/// ```
/// Shapes: x rows x d, each W (`0.weight`, `1.weight`, ...) d x d, each b d. l layers hold products
/// of up to l + 1 inputs. Source: Wang et al., "DCN V2", WWW 2021.
public struct Cross: Layer, Hashable {
  /// The number of layers.
  public let layers: Int

  /// Makes a cross network.
  ///
  /// - Precondition: there is at least one layer.
  public init(layers: Int) {
    precondition(layers > 0, "a cross network needs at least one layer, not \(layers)")
    self.layers = layers
  }

  /// Appends the layers.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let dense = Dense(network.graph[input].shape.columns)
    var result = input
    for layer in 0..<layers {
      let product = try dense.append(to: result, named: "\(name).\(layer)", in: &network)
      let crossed = try network.graph.add(.binary(.multiply), [product, input])
      result = try network.graph.add(.binary(.add), [crossed, result])
    }
    return result
  }
}
