import ApusCompute
import ApusData
import ApusModel
import ApusNN
import Foundation
import Testing

@Suite("Artifact")
struct ArtifactTests {
  private static let files = ["manifest.json", "weights.safetensors", "golden.safetensors"]

  @Test("is read as it was sealed, versions counted from 1")
  func roundTrip() throws {
    let fixture = try Fixture()
    let (first, path) = try fixture.artifact.seal(in: fixture.model)
    #expect(path == fixture.model.path(version: 1))
    let (second, _) = try fixture.artifact.seal(in: fixture.model)
    #expect((first.manifest.version, second.manifest.version) == (1, 2))
    #expect(fixture.model.versions == [1, 2])
    let newest = try Artifact(at: fixture.model.path)
    #expect(newest.manifest == second.manifest)
    #expect(newest.weights == fixture.artifact.weights)
    #expect(newest.goldenScores == fixture.artifact.goldenScores)
    #expect(try Artifact(at: path).manifest.version == 1)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: fixture.model.path).sorted()
        == ["1", "2"])
  }

  @Test("one flipped byte anywhere is found", arguments: files)
  func flips(_ file: String) throws {
    let fixture = try Fixture()
    let (_, path) = try fixture.artifact.seal(in: fixture.model)
    let url = URL(filePath: "\(path)/\(file)")
    let sealed = try Data(contentsOf: url)
    // Every eleventh byte: each part of the file is hit, in well under a second.
    for index in stride(from: 0, to: sealed.count, by: 11) {
      var damaged = sealed
      damaged[index] ^= 1
      try damaged.write(to: url)
      #expect(throws: ArtifactError.self, "byte \(index) of \(file)") { try Artifact(at: path) }
    }
    try sealed.write(to: url)
    _ = try Artifact(at: path)
  }

  @Test("a truncated, emptied or missing file is found and named", arguments: files)
  func truncations(_ file: String) throws {
    let fixture = try Fixture()
    let (_, path) = try fixture.artifact.seal(in: fixture.model)
    let url = URL(filePath: "\(path)/\(file)")
    let sealed = try Data(contentsOf: url)
    for count in [0, 1, sealed.count / 2, sealed.count - 1] {
      try sealed[..<count].write(to: url)
      let error = #expect(throws: ArtifactError.self) { try Artifact(at: path) }
      #expect(error?.path.hasSuffix(file) == true)
    }
    try FileManager.default.removeItem(at: url)
    // Without its manifest a version's folder is no artifact at all.
    let missing = #expect(throws: ArtifactError.self) { try Artifact(at: path) }
    #expect(missing?.code == (file == Self.files[0] ? .notFound : .missingFile))
  }

  @Test("a newer format is refused with advice")
  func newerFormat() throws {
    let fixture = try Fixture()
    let (_, path) = try fixture.artifact.seal(in: fixture.model)
    let url = URL(filePath: "\(path)/manifest.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    let newer = Manifest.currentFormatVersion + 1
    try text.replacing("\"formatVersion\" : 1", with: "\"formatVersion\" : \(newer)")
      .write(to: url, atomically: true, encoding: .utf8)
    let error = #expect(throws: ArtifactError.self) { try Artifact(at: path) }
    #expect(error?.code == .newerFormat)
  }

  @Test(
    "an operation of a newer version is named",
    arguments: [
      (#""wavelet" : {"size" : 3}"#, "wavelet"),
      (#""sequence" : {"_0" : {"fourier" : {}}}"#, "sequence.fourier"),
    ])
  func unknownOperation(_ operation: String, _ name: String) throws {
    let fixture = try Fixture()
    let (sealed, path) = try fixture.artifact.seal(in: fixture.model)
    let url = URL(filePath: "\(path)/manifest.json")
    let zeros = String(repeating: "0", count: 64)
    let text = try String(contentsOf: url, encoding: .utf8)
      .replacing(/"activation" : \{\s*"_0" : "\w+"\s*\}/, with: operation)
      .replacing(sealed.manifest.seal.description, with: zeros)
    let seal = Digest(of: Array(text.utf8))
    try text.replacing(zeros, with: seal.description)
      .write(to: url, atomically: true, encoding: .utf8)
    let error = #expect(throws: ArtifactError.self) { try Artifact(at: path) }
    #expect(error?.code == .newerFormat)
    #expect(
      error?.message == """
        its net has an operation that this version does not know, \(name); install a newer version
        """)
  }

  @Test("a net on the steps of a row is written in format 3, and another in the least that does")
  func formats() throws {
    let fixture = try Fixture()
    let manifest = fixture.artifact.manifest
    #expect(manifest.formatVersion == 1)
    let width = manifest.transform.width
    let network = try Network(
      inputs: width,
      Sequential {
        Reshape(width, 1)
        GRU(2)
        Dense(1)
      })
    let artifact = Artifact(
      name: "visits", loss: .binaryCrossEntropy, transform: manifest.transform,
      graph: try network.inferenceGraph(for: .binaryCrossEntropy),
      weights: Dictionary(uniqueKeysWithValues: network.initialValues(seed: 3).map { ($0, $1) }),
      golden: (fixture.artifact.goldenFeatures, fixture.artifact.goldenScores),
      training: manifest.training, metrics: [:], writer: "tests")
    let (_, path) = try artifact.seal(in: fixture.model)
    #expect(try Artifact(at: path).manifest.formatVersion == 3)
  }

  @Test("sealing from many tasks loses no version")
  func concurrentSeals() async throws {
    let fixture = try Fixture()
    let (artifact, model) = (fixture.artifact, fixture.model)
    let versions = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 { group.addTask { try artifact.seal(in: model).0.manifest.version } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(versions.sorted() == Array(1...8))
    for version in 1...8 { _ = try Artifact(at: model.path(version: version)) }
  }

  @Test("a name that could leave the folder, or no folder at all, is refused")
  func names() throws {
    let fixture = try Fixture()
    for name in ["Visits", "a b", ".hidden", "ä", String(repeating: "a", count: 65)] {
      #expect(!ModelFolder.isValid(name: name))
      let error = #expect(throws: ArtifactError.self) {
        try fixture.artifact.seal(in: ModelFolder("\(fixture.folder)/\(name)"))
      }
      #expect(error?.code == .invalidName)
    }
    try Data().write(to: URL(filePath: "\(fixture.folder)/file"))
    let error = #expect(throws: ArtifactError.self) {
      try fixture.artifact.seal(in: ModelFolder("\(fixture.folder)/file/visits"))
    }
    #expect(error?.code == .unwritable)
    #expect(throws: ArtifactError.self) { try Artifact(at: "\(fixture.folder)/nothing") }
  }
}
