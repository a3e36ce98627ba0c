import ApusCompute
import ApusData
import ApusModel
import ApusServing
import ApusWire
import Foundation

/// A folder of sealed models, each of which adds its version's weight to a number.
final class SealedModels: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func folder(_ name: String = "visits") -> ModelFolder { ModelFolder("\(path)/\(name)") }

  /// Seals the next version, whose score of its column is that + `weight`.
  @discardableResult
  func seal(_ name: String = "visits", weight: Float, column: String = "x") throws -> Int {
    let table = try Table(columns: [
      Column(name: column, kind: .real, numbers: [-1, 1]),
      Column(name: "y", kind: .real, numbers: [0, 1]),
    ])
    let transform = try FeatureTransform(
      fitting: table, rows: [0, 1], label: Label(fitting: table, named: "y"))
    var graph = Graph()
    let input = try graph.add(.input(name: "features", shape: .batch(1)), [])
    let variable = Variable(name: "weight", shape: .fixed(1, 1))
    let node = try graph.add(.variable(variable), [])
    graph.outputs = [try graph.add(.matmul(MatMul()), [input, node])]
    let artifact = Artifact(
      name: name, loss: .meanSquaredError, transform: transform, graph: graph,
      weights: ["weight": [weight]], golden: ([2], [2 + weight]),
      training: Manifest.Training(
        dataFingerprint: Digest(of: []), rows: 2, duplicatesDropped: 0, split: [2, 0, 0], seed: 0,
        epochsRun: 0, batchSize: 1, optimizer: "none",
        device: DeviceDescription(
          kind: .cpu, selector: "cpu", name: "", vendor: "", version: "", computeUnits: 1)),
      metrics: [:], writer: "tests")
    return try artifact.seal(in: folder(name)).0.manifest.version
  }

  /// Gives a version of format 1 another format, and the seal that goes with it.
  func reformat(_ version: Int, to format: Int, of name: String = "visits") throws {
    struct Header: Decodable { let seal: Digest }
    let path = file("manifest.json", version, of: name)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let seal = try JSONDecoder().decode(Header.self, from: Data(text.utf8)).seal
    let zeros = String(repeating: "0", count: seal.description.count)
    let blank = text.replacing(seal.description, with: zeros)
      .replacing("\"formatVersion\" : 1", with: "\"formatVersion\" : \(format)")
    try blank.replacing(zeros, with: Digest(of: Array(blank.utf8)).description)
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// The path of a file of a version.
  func file(_ file: String, _ version: Int, of name: String = "visits") -> String {
    "\(folder(name).path(version: version))/\(file)"
  }
}

/// A sealed model in memory.
final class AddingModel: ServedModel {
  let info: ModelInfo
  let multiplyAddsPerRow = 1
  let isOnCPU = true
  /// Fills memory, to be seen when it is given back.
  private let ballast: [Float]
  private let weight: Float

  struct GoldenMismatch: Error {}

  init(_ artifact: Artifact, ballast bytes: Int = 0) throws {
    let manifest = artifact.manifest
    weight = artifact.weights["weight"]?[0] ?? .nan
    ballast = [Float](repeating: 1, count: bytes / 4)
    info = ModelInfo(
      handle: ModelHandle(rawValue: 0), name: manifest.name, version: String(manifest.version),
      schemaHash: manifest.transform.schema.hash, task: .regression, featureWidth: 1,
      outputWidth: 1, columns: [.init(name: "x", valueKind: .real)], device: "test",
      digest: manifest.seal.bytes)
  }

  func transform(
    _ columns: [RawColumn], rowCount: Int, into rows: inout MutableSpan<Float>
  ) throws(ScoringError) {
    guard case .numbers(let numbers) = columns[0].values else { throw .internal }
    for row in 0..<rowCount { rows[row] = Float(numbers[numbers.count == 1 ? 0 : row]) }
  }

  func score(
    floatRows: Span<Float>, rowCount: Int, into scores: inout MutableSpan<Float>
  ) throws(ScoringError) {
    for row in 0..<rowCount { scores[row] = floatRows[row] + weight }
  }
}

extension ModelVersion {
  /// The score of one number.
  func score(_ x: Float) throws -> Float {
    let rows = [x]
    var scores: [Float] = [0]
    var span = scores.mutableSpan
    try model.score(floatRows: rows.span, rowCount: 1, into: &span)
    return scores[0]
  }
}
