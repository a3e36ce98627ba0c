internal import ApusCompute

extension NamedNet {
  /// A weight for each number and each identifier: `linear`.
  public static let linear = NamedNet("linear", "a weight for each number and each identifier") {
    LinearNet(settings: $0)
  }
}

/// `y = x W + sum of the identifiers' weights + b`.
///
/// Shapes: x rows x numeric columns, W (`weight`) numeric columns x outputs, b (`bias`) outputs;
/// the weights of a field of identifiers are a table of vocabulary x outputs that starts at zero.
struct LinearNet: Layer {
  let settings: NetSettings

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let reader = FieldReader(features: input, fields: settings.fields)
    let terms = try reader.vectors(
      width: settings.outputs, initializer: .zeros, named: "\(name).wide", in: &network)
    guard let numbers = try reader.numbers(in: &network) else {
      let bias = try network.addParameter("\(name).bias", .fixed(settings.outputs), .zeros)
      let sum = try network.graph.join(terms, by: .add)
      return try network.graph.add(.binary(.add), [sum, bias])
    }
    let dense = try Dense(settings.outputs).append(to: numbers, named: name, in: &network)
    return try network.graph.join([dense] + terms, by: .add)
  }
}
