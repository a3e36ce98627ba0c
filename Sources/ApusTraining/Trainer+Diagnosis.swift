internal import ApusCompute
internal import ApusNN

extension Trainer {
  /// The first layer of which a value is not finite; nil where all are.
  func firstNonFinite(of values: Checkpoint.Values) -> String? {
    training.variables.first { values[$0.name]?.allSatisfy(\.isFinite) == false }
      .map(\.layerName)
  }

  /// The first layer whose outputs are not all finite when it is given some rows.
  ///
  /// - Parameter examples: rows of at most a batch.
  /// - Returns: the layer's name, `the features` where these are at fault, or nil where the loss
  ///   alone is.
  /// - Throws: `ComputeError` when the device fails.
  func firstNonFiniteLayer(on examples: Examples) throws -> String? {
    let features = examples.features
    guard features.indices.allSatisfy({ features[$0].isFinite }) else { return "the features" }
    var graph = try network.inferenceGraph(for: configuration.loss)
    graph.outputs = []
    var names: [String] = []
    for id in graph.nodes.indices {
      switch graph[id].operation {
      case .input, .constant, .variable: continue
      default: break
      }
      let variable = graph[id].operands.lazy.compactMap { operand in
        if case .variable(let variable) = graph[operand].operation { variable } else { nil }
      }.first
      graph.outputs.append(id)
      names.append(variable?.layerName ?? names.last ?? "the features")
    }
    let rows = examples.count
    let plan = try backend.compile(graph, batchCapacity: rows, variables: store)
    plan.withInput(0, rows: rows) { input in
      let features = examples.features
      for index in input.indices { input[index] = features[index] }
    }
    try plan.run(rows: rows)
    for (output, name) in names.enumerated() {
      let isFinite = try plan.withOutput(output, rows: rows) { values in
        values.indices.allSatisfy { values[$0].isFinite }
      }
      if !isFinite { return name }
    }
    return nil
  }
}

extension Variable {
  /// The layer that the variable belongs to: `layers.0` of `layers.0.weight`.
  fileprivate var layerName: String {
    name.split(separator: ".").prefix(2).joined(separator: ".")
  }
}
