internal import ApusCompute
internal import ApusData
internal import FoundationEssentials

extension Artifact {
  /// Reads and verifies an artifact: its format, its seal, every file's digest, every shape.
  ///
  /// Scores are verified on a device by `Scorer`, which runs the golden rows.
  ///
  /// - Parameter path: a version's folder, or a model's folder for its newest version.
  /// - Throws: `ArtifactError` naming the file at fault.
  public init(at path: String) throws(ArtifactError) {
    let path = try ModelFolder.artifactPath(path)
    let manifest = try Manifest(at: "\(path)/\(Self.manifestFile)")
    var contents: [String: SafeTensors] = [:]
    for name in [Self.weightsFile, Self.goldenFile] {
      contents[name] = try Self.read("\(path)/\(name)", sealed: manifest.files[name])
    }
    func tensor(_ file: String, _ name: String, _ shape: [Int]) throws(ArtifactError) -> [Float] {
      guard let tensor = contents[file]?.tensors[name], tensor.shape == shape else {
        throw ArtifactError(
          .malformed, "it holds no tensor \(name) of shape \(shape)", path: "\(path)/\(file)")
      }
      return tensor.values
    }
    var weights: [String: [Float]] = [:]
    for variable in manifest.graph.variables {
      weights[variable.name] = try tensor(
        Self.weightsFile, variable.name, variable.shape.dimensions)
    }
    guard manifest.graph.inputs.count == 1, manifest.graph.outputs.count == 1,
      manifest.graph[manifest.graph.inputs[0]].shape == .batch(manifest.transform.width)
    else {
      throw ArtifactError(
        .malformed, "its graph does not lead from \(manifest.transform.width) features to scores",
        path: "\(path)/\(Self.manifestFile)")
    }
    if let report = manifest.scoringPrecision, report.precision == .int8,
      report.inputRanges.count != DenseChain(manifest.graph)?.layers.count
    {
      throw ArtifactError(
        .malformed, "its int8 has \(report.inputRanges.count) ranges, and its graph other layers",
        path: "\(path)/\(Self.manifestFile)")
    }
    let outputs = manifest.graph[manifest.graph.outputs[0]].shape.columns
    let rows = manifest.golden.rows
    self.init(
      manifest: manifest, weights: weights,
      goldenFeatures: try tensor(
        Self.goldenFile, "features", [rows, manifest.transform.width]),
      goldenScores: try tensor(Self.goldenFile, "scores", [rows, outputs]))
  }

  private static func read(
    _ path: String, sealed: Manifest.File?
  ) throws(ArtifactError) -> SafeTensors {
    let damage = ArtifactError(
      .damaged, "it differs from what was sealed; restore it from a copy or train again",
      path: path)
    // A file that is still being copied is not read to its end for nothing.
    guard let sealed, (ModelFolder.bytes(ofFile: path) ?? sealed.bytes) == sealed.bytes else {
      throw damage
    }
    let bytes = try readFile(path)
    guard bytes.count == sealed.bytes, Digest(of: bytes) == sealed.sha256 else { throw damage }
    do {
      return try SafeTensors(decoding: bytes)
    } catch {
      throw ArtifactError(.malformed, error.reason, path: path)
    }
  }
}

extension Manifest {
  private struct Header: Decodable {
    let formatVersion: Int
    let seal: Digest
  }

  /// Reads a manifest and verifies its format version and its seal.
  init(at path: String) throws(ArtifactError) {
    let bytes = try readFile(path)
    let decoder = JSONDecoder()
    let header: Header
    do {
      header = try decoder.decode(Header.self, from: Data(bytes))
    } catch {
      throw ArtifactError(.damaged, "it is not the manifest of an artifact", path: path)
    }
    guard header.formatVersion <= Self.currentFormatVersion else {
      throw ArtifactError(
        .newerFormat,
        "its format is \(header.formatVersion) and this version reads up to"
          + " \(Self.currentFormatVersion); install a newer version", path: path)
    }
    guard let text = String(validating: bytes, as: UTF8.self),
      Digest(
        of: Array(
          text.replacing(header.seal.description, with: Digest.zeros.description).utf8))
        == header.seal
    else {
      throw ArtifactError(
        .damaged, "it differs from what was sealed; restore it from a copy or train again",
        path: path)
    }
    do {
      self = try decoder.decode(Manifest.self, from: Data(bytes))
    } catch let error as ComputeError where error.code == .unknownOperation {
      throw ArtifactError(
        .newerFormat, "\(error.message); install a newer version", path: path)
    } catch {
      throw ArtifactError(.malformed, "it cannot be decoded", path: path, cause: error.reason)
    }
  }
}

private func readFile(_ path: String) throws(ArtifactError) -> [UInt8] {
  guard FileManager.default.fileExists(atPath: path) else {
    throw ArtifactError(
      .missingFile, "it is missing; restore it from a copy or train again", path: path)
  }
  do {
    return [UInt8](try Data(contentsOf: URL(filePath: path)))
  } catch {
    throw ArtifactError(.missingFile, "it cannot be read", path: path, cause: error.reason)
  }
}
