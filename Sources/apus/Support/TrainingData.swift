internal import ApusData
internal import ApusModel
internal import Foundation

/// The table that a model is trained on, and what it was read from.
struct TrainingData {
  /// The rows without duplicates.
  let clean: CleanTable
  /// The digest of the file.
  let fingerprint: Digest

  /// Reads a table, or takes it from a cache.
  ///
  /// - Parameters:
  ///   - path: the CSV file.
  ///   - options: how to read it.
  ///   - cache: the folder of the cache; nil for the usual place where the file is large beside
  ///     memory, and none where it is not.
  ///   - output: the model's folder, in which the cache of a large file is.
  /// - Throws: `DataError` naming the place of a fault, or `Failure`.
  init(_ path: String, options: CSVOptions, cache: String?, for output: String) throws {
    guard let folder = cache ?? (Self.isLarge(path) ? "\(output)/.cache" : nil) else {
      clean = CleanTable(try Table(csv: path, options: options))
      fingerprint = try Digest(ofFile: path)
      return
    }
    do {
      fingerprint = try Digest(ofFile: path)
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure.unreadable(path, error.reason)
    }
    clean = try TableCache(folder).table(
      csv: path, fingerprint: "\(fingerprint)", options: options, note: Terminal.report)
  }

  /// Whether a file's table, its features and what is computed from them may not fit into memory:
  /// in memory they take up to eight times the bytes of the file.
  private static func isLarge(_ path: String) -> Bool {
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int
    return UInt64(size ?? 0) > ProcessInfo.processInfo.physicalMemory / 8
  }
}
