internal import ApusCompute

extension NamedNet {
  /// A linear net, a factorization machine and a perceptron over the same vectors: `deepfm`.
  public static let deepFM = NamedNet(
    "deepfm", "a linear net, pairs of fields, and a perceptron (Guo et al. 2017)"
  ) {
    DeepFMNet(settings: $0)
  }
}

/// `y = linear(x) + pairs(v) + perceptron(v)` over the same vectors v of the fields.
///
/// The pairs are those of `FactorizationMachine`. One output takes their sum; of several outputs
/// each has its own weights over them (`pairs.outputs.weight`, width x outputs). Source: Guo et
/// al., "DeepFM", IJCAI 2017.
struct DeepFMNet: Layer {
  let settings: NetSettings

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let parts = try FieldParts(of: settings, input, named: name, in: &network)
    let deep = try settings.perceptron.append(
      to: parts.joined(in: &network), named: "\(name).deep", in: &network)
    let wide = try LinearNet(settings: settings)
      .append(to: input, named: "\(name).linear", in: &network)
    let pairs = try FactorizationMachine.pairs(
      of: parts.vectors, parts.numbers, width: settings.embeddingWidth, named: "\(name).pairs",
      in: &network)
    let term: Graph.NodeID
    if settings.outputs == 1 {
      term = try network.graph.add(.reduce(Reduction(.sum, .columns)), [pairs])
    } else {
      let weight = try network.addParameter(
        "\(name).pairs.outputs.weight", .fixed(settings.embeddingWidth, settings.outputs),
        .glorotUniform)
      term = try network.graph.add(.matmul(MatMul()), [pairs, weight])
    }
    return try network.graph.join([deep, wide, term], by: .add)
  }
}
