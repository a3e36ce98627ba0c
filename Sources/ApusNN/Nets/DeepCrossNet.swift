internal import ApusCompute

extension NamedNet {
  /// A cross network beside hidden layers: `dcn`.
  public static let deepCross = NamedNet(
    "dcn", "a cross network beside hidden layers (Wang et al. 2021)"
  ) {
    DeepCrossNet(settings: $0)
  }
}

/// `y = [hidden(x), cross(x)] W + b` over the numbers and vectors x of a row.
///
/// The parallel form of Wang et al., "DCN V2", WWW 2021; see `Cross`.
struct DeepCrossNet: Layer {
  let settings: NetSettings

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let parts = try FieldParts(of: settings, input, named: name, in: &network)
    let joined = try parts.joined(in: &network)
    let deep = try settings.hiddenLayers.append(to: joined, named: "\(name).deep", in: &network)
    let cross = try Cross(layers: settings.crossLayers)
      .append(to: joined, named: "\(name).cross", in: &network)
    let both = try network.graph.join([deep, cross], by: .concatenate)
    return try Dense(settings.outputs).append(to: both, named: name, in: &network)
  }
}
