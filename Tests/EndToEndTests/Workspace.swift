import Foundation
import Synchronization

/// A folder of its own for one test, removed with it.
final class Workspace: Sendable {
  /// The folder.
  let folder: URL

  private let runs = Atomic(0)

  /// Makes a folder.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// A name that no other run has.
  func nextRunName() -> String { "run-\(runs.add(1, ordering: .relaxed).newValue)" }

  /// Writes a file and returns its path.
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: folder.appending(path: name))
    return path(name)
  }

  /// Writes a file and returns its path.
  func write(_ text: String, to name: String) throws -> String { try write(text.utf8, to: name) }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  /// The text of a file.
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// The names in a folder, in order; none where there is no such folder.
  func names(in name: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []).sorted()
  }

  /// Copies a file or a folder here and returns its path.
  func copy(_ source: String, to name: String) throws -> String {
    try FileManager.default.copyItem(atPath: source, toPath: path(name))
    return path(name)
  }
}
