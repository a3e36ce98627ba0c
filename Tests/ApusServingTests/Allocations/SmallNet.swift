import ApusCPU
import ApusCompute
import ApusData
import ApusModel
import ApusNN

/// A sealed net of real columns, made in memory: what a server serves, without a folder.
enum SmallNet {
  /// The features of a row.
  static let width = 17

  /// Seals a net 17-64-64-1 with random weights, and puts it on the CPU.
  ///
  /// - Parameter seed: What the weights come from.
  /// - Returns: The scorer.
  /// - Throws: What is wrong with the net, which is a fault of this file.
  static func scorer(seed: UInt64) throws -> Scorer {
    let rows = 40
    var columns = (0..<width).map { column in
      Column(
        name: "value\(column)", kind: .real,
        numbers: (0..<rows).map { Double(($0 * (column + 3)) % 19) / 4 })
    }
    columns.append(
      Column(name: "bought", kind: .boolean, numbers: (0..<rows).map { Double($0 % 2) }))
    let table = try Table(columns: columns)
    let label = try Label(fitting: table, named: "bought")
    let transform = try FeatureTransform(fitting: table, rows: Array(0..<rows), label: label)
    let network = try Network(
      inputs: transform.width,
      Sequential.perceptron(hidden: [64, 64], outputs: 1, activation: .relu))
    let graph = try network.inferenceGraph(for: .binaryCrossEntropy)
    let weights = Dictionary(
      uniqueKeysWithValues: network.initialValues(seed: seed).map { ($0, $1) })
    let features = [Float](repeating: 0.5, count: transform.width)

    let backend = CPUBackend(threads: 1)
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in weights { try store.write(values.span, to: name) }
    let plan = try backend.compile(graph, batchCapacity: 1, variables: store)
    plan.withInput(0, rows: 1) { input in
      for index in input.indices { input[index] = features[index] }
    }
    try plan.run(rows: 1)
    let scores = try plan.withOutput(0, rows: 1) { output in output.indices.map { output[$0] } }
    let artifact = Artifact(
      name: "small", loss: .binaryCrossEntropy, transform: transform, graph: graph,
      weights: weights, golden: (features, scores),
      training: Manifest.Training(
        dataFingerprint: Digest(of: []), rows: rows, duplicatesDropped: 0, split: [rows, 0, 0],
        seed: seed, epochsRun: 0, batchSize: 1, optimizer: "none", device: backend.device),
      metrics: ["test": ["auc": 0.5]], writer: "tests")
    return try Scorer(artifact, backend: backend)
  }
}
