import FoundationEssentials

/// Reads a file that a person writes, all at once.
enum SmallFile {
  /// The most bytes that such a file may have.
  static let limit = 4 << 20

  /// Returns the bytes of a file.
  static func read(_ path: String) throws(SecurityError) -> [UInt8] {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw SecurityError(
        .unreadable, "\(path): it cannot be read; check that it is there and its permissions",
        cause: (error as? CocoaError)?.underlying ?? error)
    }
    guard bytes.count <= limit else {
      throw SecurityError(
        .malformed, "\(path): expected at most \(limit) bytes, found \(bytes.count)")
    }
    return Array(bytes)
  }
}
