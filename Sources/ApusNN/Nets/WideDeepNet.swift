internal import ApusCompute

extension NamedNet {
  /// A linear net beside a perceptron: `wide-deep`.
  public static let wideDeep = NamedNet(
    "wide-deep", "a linear net beside a perceptron (Cheng et al. 2016)"
  ) {
    WideDeepNet(settings: $0)
  }
}

/// `y = linear(x) + perceptron(x)`: the wide part remembers, the deep part generalises.
///
/// Source: Cheng et al., "Wide & Deep Learning for Recommender Systems", DLRS 2016.
struct WideDeepNet: Layer {
  let settings: NetSettings

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    try Branches(.add) {
      PerceptronNet(settings: settings)
      LinearNet(settings: settings)
    }
    .append(to: input, named: name, in: &network)
  }
}
