public import ApusCompute

/// Layers side by side: each reads the same input, and their results become one.
///
/// ```swift
/// Branches(.concatenate) {
///   Slice(0..<13)
///   Sequential {
///     Slice(13..<14)
///     Embedding(vocabulary: 1000, width: 16)
///   }
/// }
/// ```
public struct Branches: Layer {
  /// What becomes of the results.
  public enum Joint: Hashable, Sendable {
    /// They stand side by side, in order.
    case concatenate
    /// They are added; all have the same width.
    case add
    /// They are multiplied element by element; all have the same width.
    case multiply
    /// Two of them are multiplied row by row: one column, `sum over j of a[i,j] b[i,j]`.
    case dot
  }

  /// What becomes of the results.
  public let joint: Joint
  /// The layers, in order.
  public let layers: [any Layer]

  /// Makes a fork of the layers that `layers` lists.
  ///
  /// - Precondition: there is a layer, and for `dot` there are two.
  public init(_ joint: Joint, @LayerBuilder _ layers: () -> [any Layer]) {
    self.joint = joint
    self.layers = layers()
    precondition(
      joint == .dot ? self.layers.count == 2 : !self.layers.isEmpty,
      "\(self.layers.count) branches cannot be joined by \(joint)")
  }

  /// Appends each layer to the input, named by its place, and joins the results.
  public func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    var results: [Graph.NodeID] = []
    for (index, layer) in layers.enumerated() {
      results.append(try layer.append(to: input, named: "\(name).\(index)", in: &network))
    }
    return try network.graph.join(results, by: joint)
  }
}

extension Graph {
  /// Appends what makes one tensor of several; see `Branches.Joint`.
  mutating func join(
    _ parts: [NodeID],
    by joint: Branches.Joint
  ) throws(ComputeError) -> NodeID {
    precondition(!parts.isEmpty, "\(parts.count) tensors cannot be joined by \(joint)")
    guard parts.count > 1 else { return parts[0] }
    guard joint != .concatenate else { return try add(.columns(.concatenate), parts) }
    var result = parts[0]
    for part in parts.dropFirst() {
      result = try add(.binary(joint == .add ? .add : .multiply), [result, part])
    }
    return joint == .dot ? try add(.reduce(Reduction(.sum, .columns)), [result]) : result
  }
}
