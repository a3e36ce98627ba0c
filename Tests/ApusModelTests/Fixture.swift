import ApusCPU
import ApusCompute
import ApusData
import ApusModel
import ApusNN
import Foundation

/// A small model on two columns, and a folder that goes away with it.
final class Fixture {
  let folder: String
  let artifact: Artifact
  let table: Table
  let backend = CPUBackend(threads: 1)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
      .path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let rows = 60
    table = try Table(columns: [
      Column(name: "age", kind: .real, numbers: (0..<rows).map { Double($0 % 17) / 3 }),
      Column(
        name: "channel", kind: .category,
        strings: (0..<rows).map { $0 % 11 == 0 ? nil : ["web", "app", "mail"][$0 % 3] }),
      Column(name: "bought", kind: .boolean, numbers: (0..<rows).map { Double($0 % 2) }),
    ])
    let label = try Label(fitting: table, named: "bought")
    let transform = try FeatureTransform(fitting: table, rows: Array(0..<40), label: label)
    let network = try Network(
      inputs: transform.width,
      Sequential.perceptron(hidden: [5], outputs: 1, activation: .tanh))
    let graph = try network.inferenceGraph(for: .binaryCrossEntropy)
    let weights = Dictionary(uniqueKeysWithValues: network.initialValues(seed: 3).map { ($0, $1) })
    let features = Array(
      try FeatureEncoder(transform).features(of: table).matrix()[..<(8 * transform.width)])

    let store = try backend.makeVariables(graph.variables)
    for (name, values) in weights { try store.write(values.span, to: name) }
    let plan = try backend.compile(graph, batchCapacity: 8, variables: store)
    plan.withInput(0, rows: 8) { input in
      for index in input.indices { input[index] = features[index] }
    }
    try plan.run(rows: 8)
    let scores = try plan.withOutput(0, rows: 8) { output in output.indices.map { output[$0] } }
    artifact = Artifact(
      name: "visits", loss: .binaryCrossEntropy, transform: transform, graph: graph,
      weights: weights, golden: (features, scores),
      training: Manifest.Training(
        dataFingerprint: Digest(of: []), rows: rows, duplicatesDropped: 0, split: [40, 0, 20],
        seed: 3, epochsRun: 0, batchSize: 1, optimizer: "none", device: backend.device),
      metrics: ["test": ["auc": 0.5]], writer: "tests")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var model: ModelFolder { ModelFolder("\(folder)/visits") }
}
