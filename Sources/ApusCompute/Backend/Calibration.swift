extension Backend {
  /// The ranges of each dense layer's inputs on some rows, first layer first.
  ///
  /// - Parameters:
  ///   - graph: a chain of dense layers.
  ///   - variables: a store that this backend made and that holds every variable of the graph.
  ///   - features: rows of features, row by row.
  ///   - rowCount: the rows; at least one.
  /// - Returns: the ranges, or nil where the graph is something else than a `DenseChain`.
  /// - Throws: `ComputeError` when the graph does not compile or the device fails.
  public func inputRanges(
    of graph: Graph, variables: any VariableStore, features: Span<Float>, rowCount: Int
  ) throws -> [ActivationRange]? {
    guard let chain = DenseChain(graph) else { return nil }
    let width = chain.layers[0].inputs
    precondition(
      rowCount > 0 && features.count == rowCount * width,
      "\(features.count) features of width \(width) for \(rowCount) rows")
    var inner = graph.fused()
    inner.outputs = DenseChain.layerOutputs(of: inner).dropLast()
    var ranges = [ActivationRange](repeating: ActivationRange(), count: chain.layers.count)
    ranges[0] = ActivationRange(of: features)
    guard !inner.outputs.isEmpty else { return ranges }
    let capacity = min(rowCount, 1024)
    let plan = try compile(inner, batchCapacity: capacity, variables: variables)
    for start in stride(from: 0, to: rowCount, by: capacity) {
      let rows = min(capacity, rowCount - start)
      plan.withInput(0, rows: rows) { input in
        for index in input.indices { input[index] = features[start * width + index] }
      }
      try plan.run(rows: rows)
      for layer in inner.outputs.indices {
        let range = try plan.withOutput(layer, rows: rows) { ActivationRange(of: $0) }
        ranges[layer + 1] = ranges[layer + 1].union(range)
      }
    }
    return ranges
  }
}
