public import ApusCompute

/// Drops elements by chance while training, and is nothing when scoring.
///
/// See `DropoutMask` for the formula, the random numbers and the source.
public struct Dropout: Layer, Hashable {
  /// The share of elements that are dropped.
  public let rate: Float

  /// Makes a layer.
  ///
  /// - Precondition: the rate is from 0 to below 1.
  public init(_ rate: Float) {
    precondition(0..<1 ~= rate, "a rate of dropout from 0 to below 1, not \(rate)")
    self.rate = rate
  }

  /// Appends the mask to a net that is trained, and nothing to one that scores.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    guard network.isTrained, rate > 0 else { return input }
    let number = network.graph.nodes.count {
      if case .dropout = $0.operation { true } else { false }
    }
    let draw = try network.graph.add(.input(name: "draw", shape: DropoutMask.drawShape), [])
    let mask = DropoutMask(rate: rate, number: UInt32(number))
    return try network.graph.add(.dropout(mask), [input, draw])
  }
}
