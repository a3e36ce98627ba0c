internal import ApusCompute

extension NamedNet {
  /// A vector of the one side times a vector of the other: `two-tower`.
  public static let twoTower = NamedNet(
    "two-tower", "a user's vector times an item's (Covington et al. 2016, Yi et al. 2019)"
  ) {
    TwoTowerNet(settings: $0)
  }
}

/// `y = u · v + b`: u made of the fields of the first tower alone, v of those of the second.
///
/// Each tower is a perceptron whose last layer has as many units as the last hidden one. Since a
/// tower does not see the other, its vectors can be computed once and searched. Sources: Covington
/// et al., "Deep Neural Networks for YouTube Recommendations", RecSys 2016; Yi et al.,
/// "Sampling-Bias-Corrected Neural Modeling", RecSys 2019.
struct TwoTowerNet: Layer {
  let settings: NetSettings

  func append(
    to input: Graph.NodeID,
    named name: String,
    in network: inout Network
  ) throws(ComputeError) -> Graph.NodeID {
    let unknown = settings.secondTower.subtracting(settings.fields.map(\.name))
    if let name = unknown.min() {
      throw ComputeError(
        .shapeMismatch,
        "there is no column \"\(name)\" among the features; the columns are"
          + " \(settings.fields.map(\.name).joined(separator: ", "))")
    }
    let second = settings.fields.filter { settings.secondTower.contains($0.name) }
    let first = settings.fields.filter { !settings.secondTower.contains($0.name) }
    guard !first.isEmpty, !second.isEmpty, settings.outputs == 1 else {
      let names = settings.secondTower.sorted().joined(separator: ", ")
      throw ComputeError(
        .shapeMismatch,
        "a two-tower net has one output and some columns in each tower; this one has"
          + " \(settings.outputs) outputs, and of the columns"
          + " \(settings.fields.map(\.name).joined(separator: ", ")) the second tower is given"
          + " \(names.isEmpty ? "none" : names)")
    }
    func tower(_ fields: [InputField]) -> PerceptronNet {
      var settings = settings
      settings.fields = fields
      settings.outputs = settings.hidden.last ?? settings.embeddingWidth
      return PerceptronNet(settings: settings)
    }
    let product = try Branches(.dot) {
      tower(first)
      tower(second)
    }
    .append(to: input, named: name, in: &network)
    let bias = try network.addParameter("\(name).bias", .fixed(1), .zeros)
    return try network.graph.add(.binary(.add), [product, bias])
  }
}
