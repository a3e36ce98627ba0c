internal import ApusCompute
internal import ApusData
internal import ApusNN
internal import ApusTraining

/// What a command will run again and again, by whose time it chooses a device.
struct Workload {
  /// The rows by which a server chooses: what comes together when it is busy.
  static let rowsOfServer = 256

  /// The graph, whatever its variables hold.
  let graph: Graph
  /// The rows of a run.
  let rows: Int

  /// A run of `rows` rows of a graph; at least one.
  init(graph: Graph, rows: Int) {
    self.graph = graph
    self.rows = max(1, rows)
  }

  /// A forward pass of the net that a recipe trains.
  ///
  /// Columns stand for features, which are not known before training begins; gradients take twice
  /// the time of the forward pass on any device, so they do not change the choice.
  init(training recipe: TrainingRecipe, on table: Table) throws {
    let network = try Network(
      inputs: max(1, table.columns.count - 1),
      Sequential.perceptron(hidden: recipe.hidden, outputs: 1, activation: recipe.activation))
    self.init(
      graph: try network.inferenceGraph(for: recipe.loss ?? .binaryCrossEntropy),
      rows: recipe.batchSize)
  }

  /// The backend on which a run takes the least time; the first one where two take the same.
  ///
  /// - Throws: what a device throws.
  func fastest(of backends: [any Backend]) throws -> any Backend {
    let curves = try backends.map { backend in
      try CostProbe(graph, on: backend, batchCapacity: rows).curve(rows: [rows])
    }
    let chosen = CostModel(curves).cheapestDevice(rows: rows)
    return backends.first { $0.device == chosen } ?? backends[0]
  }
}
