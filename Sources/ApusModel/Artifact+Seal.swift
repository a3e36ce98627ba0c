internal import ApusCompute
internal import ApusData
internal import FoundationEssentials
internal import Glibc

extension Artifact {
  /// Writes this model as the next version in its folder and returns it as sealed.
  ///
  /// All files are written to a temporary folder, flushed to the disk and renamed into place: a
  /// reader finds the whole version or none, whatever happens meanwhile.
  ///
  /// - Parameter folder: the model's folder, made where it is missing.
  /// - Returns: the artifact with its version and digests, and the path of the version.
  /// - Throws: `ArtifactError` with code `invalidName` or `unwritable`.
  public func seal(in folder: ModelFolder) throws(ArtifactError) -> (Artifact, path: String) {
    try folder.checkIsWritable()
    do {
      try FileManager.default.createDirectory(
        atPath: folder.path, withIntermediateDirectories: true)
      var version = (folder.versions.last ?? 0) + 1
      while true {
        if let sealed = try publish(version, in: folder) {
          try flushNames(of: folder, version: version)
          return (sealed, folder.path(version: version))
        }
        version += 1
      }
    } catch let error as ArtifactError {
      throw error
    } catch {
      throw ArtifactError(
        .unwritable, "the model cannot be written here; nothing was changed", path: folder.path,
        cause: error.reason)
    }
  }

  /// Writes one version, or returns nil where another run has just taken its number.
  private func publish(_ version: Int, in folder: ModelFolder) throws -> Artifact? {
    var sealed = self
    sealed.manifest.name = folder.name
    sealed.manifest.version = version
    var files = [
      Self.weightsFile: try encodedWeights(), Self.goldenFile: try encodedGolden(),
    ]
    sealed.manifest.files = files.mapValues {
      Manifest.File(bytes: $0.count, sha256: Digest(of: $0))
    }
    let (manifest, seal) = try sealed.manifest.sealed()
    sealed.manifest.seal = seal
    files[Self.manifestFile] = manifest

    let temporary = "\(folder.path)/.sealing-\(version)-\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(
        atPath: temporary, withIntermediateDirectories: false)
      for (name, bytes) in files { try DurableFile.write(bytes, to: "\(temporary)/\(name)") }
      try DurableFile.flush(temporary)
      guard unsafe rename(temporary, folder.path(version: version)) == 0 else {
        let number = errno
        try FileManager.default.removeItem(atPath: temporary)
        if number == ENOTEMPTY || number == EEXIST { return nil }
        throw DurableFile.SystemFailure(call: "rename", number: number)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    return sealed
  }

  /// Makes the version's name, and that of a folder made for it, outlast a power failure.
  private func flushNames(of folder: ModelFolder, version: Int) throws(ArtifactError) {
    do {
      try DurableFile.flush(folder.path)
      try DurableFile.flush("\(folder.path)/..")
    } catch {
      throw ArtifactError(
        .unwritable, "the version is in place, but may not outlast a power failure",
        path: folder.path(version: version), cause: error.reason)
    }
  }

  private func encodedWeights() throws -> [UInt8] {
    var tensors = SafeTensors()
    for variable in manifest.graph.variables {
      tensors.tensors[variable.name] = SafeTensors.Tensor(
        shape: variable.shape.dimensions, values: weights[variable.name] ?? [])
    }
    return try tensors.encoded()
  }

  private func encodedGolden() throws -> [UInt8] {
    let rows = manifest.golden.rows
    return try SafeTensors([
      "features": SafeTensors.Tensor(
        shape: [rows, manifest.transform.width], values: goldenFeatures),
      "scores": SafeTensors.Tensor(shape: [rows, outputWidth], values: goldenScores),
    ]).encoded()
  }
}

extension Manifest {
  /// This manifest's bytes with its seal filled in, and the seal.
  func sealed() throws -> (bytes: [UInt8], seal: Digest) {
    var copy = self
    copy.seal = .zeros
    let seal = Digest(of: try copy.encoded())
    copy.seal = seal
    return (try copy.encoded(), seal)
  }

  private func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }
}
