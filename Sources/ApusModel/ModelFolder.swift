internal import FoundationEssentials

/// A model's folder, which holds one folder for each version: `models/<name>/<version>/`.
public struct ModelFolder: Hashable, Sendable {
  /// The folder's path.
  public let path: String

  /// Names the folder; it need not exist.
  public init(_ path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  /// The model's name: the last part of the path.
  public var name: String { String(path.split(separator: "/").last ?? "") }

  /// Whether `name` may be a model's name: `[a-z0-9_.-]{1,64}`, not starting with a dot.
  public static func isValid(name: String) -> Bool {
    1...64 ~= name.utf8.count && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        97...122 ~= byte || 48...57 ~= byte || [45, 46, 95].contains(byte)
      }
  }

  /// The versions that are there, ascending; empty where there is no such folder.
  public var versions: [Int] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return entries.compactMap { Int($0) }.filter { $0 > 0 }.sorted()
  }

  /// Checks before long work that a version can be written here.
  ///
  /// - Throws: `ArtifactError` with code `invalidName` or `unwritable`.
  public func checkIsWritable() throws(ArtifactError) {
    guard Self.isValid(name: name) else {
      throw ArtifactError(
        .invalidName, "a model's name has 1 to 64 of the characters a-z 0-9 _ . -, not \(name)",
        path: path)
    }
    var ancestor = path
    while !FileManager.default.fileExists(atPath: ancestor), let slash = ancestor.lastIndex(of: "/")
    {
      ancestor = slash == ancestor.startIndex ? "/" : String(ancestor[..<slash])
    }
    if !FileManager.default.fileExists(atPath: ancestor) { ancestor = "." }
    var isFolder = false
    let exists = FileManager.default.fileExists(atPath: ancestor, isDirectory: &isFolder)
    guard exists, isFolder, FileManager.default.isWritableFile(atPath: ancestor) else {
      throw ArtifactError(
        .unwritable, "the model cannot be written here: \(ancestor) is no folder to write to",
        path: path)
    }
  }

  /// The path of a version.
  public func path(version: Int) -> String { "\(path)/\(version)" }

  /// The artifact that `path` means: a version's own folder, or a model's newest version.
  ///
  /// - Throws: `ArtifactError.notFound`.
  public static func artifactPath(_ path: String) throws(ArtifactError) -> String {
    let folder = ModelFolder(path)
    if FileManager.default.fileExists(atPath: "\(folder.path)/\(Artifact.manifestFile)") {
      return folder.path
    }
    guard let newest = folder.versions.last else {
      throw ArtifactError(
        .notFound, "there is no model here; train one with apus train --output \(folder.path)",
        path: folder.path)
    }
    return folder.path(version: newest)
  }

  /// The models in a folder of models, by ascending name.
  ///
  /// - Throws: `ArtifactError.notFound` when the folder cannot be listed.
  public static func models(in path: String) throws(ArtifactError) -> [ModelFolder] {
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw ArtifactError(.notFound, "there is no folder of models here", path: path)
    }
    return entries.sorted().map { ModelFolder("\(path)/\($0)") }.filter { !$0.versions.isEmpty }
  }
}
