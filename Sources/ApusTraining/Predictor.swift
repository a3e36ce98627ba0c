public import ApusCompute

/// A graph with its weights on a device: what it says of examples.
///
/// A row's predictions have the same bits whatever the other rows are.
public final class Predictor {
  private let plan: any Plan

  /// Puts a graph on a device.
  ///
  /// - Parameters:
  ///   - graph: a graph of one input, the features, and one output.
  ///   - weights: the value of each of its variables.
  ///   - backend: the device.
  /// - Throws: `ComputeError` when the device cannot take it.
  public convenience init(
    _ graph: Graph, weights: [String: [Float]], backend: any Backend
  ) throws(ComputeError) {
    let store = try backend.makeVariables(graph.variables)
    for variable in graph.variables {
      let values = weights[variable.name] ?? []
      try store.write(values.span, to: variable.name)
    }
    try self.init(graph, variables: store, backend: backend)
  }

  /// Puts a graph beside variables that are on the device already, and may change there.
  ///
  /// - Throws: `ComputeError` when the device cannot take it.
  init(
    _ graph: Graph, variables: any VariableStore, backend: any Backend
  ) throws(ComputeError) {
    plan = try backend.compile(graph, batchCapacity: 1024, variables: variables)
  }

  /// The predictions for all rows of `examples`, row by row.
  ///
  /// - Throws: `ComputeError` when the device fails.
  public func predictions(for examples: Examples) throws -> [Float] {
    var predictions: [Float] = []
    for start in stride(from: 0, to: examples.count, by: plan.batchCapacity) {
      let rows = min(plan.batchCapacity, examples.count - start)
      plan.withInput(0, rows: rows) { input in
        let (features, first) = (examples.features, start * examples.width)
        for index in input.indices { input[index] = features[first + index] }
      }
      try plan.run(rows: rows)
      try plan.withOutput(0, rows: rows) { output in
        for index in output.indices { predictions.append(output[index]) }
      }
    }
    return predictions
  }
}
