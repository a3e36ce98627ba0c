internal import Foundation
internal import Glibc

/// A file that a command was told to write.
///
/// A regular file is replaced as a whole or not at all. What is no file, such as `/dev/stdout` or a
/// pipe, is written to and stays what it is.
enum OutputFile {
  /// Writes all of a file.
  ///
  /// - Parameters:
  ///   - data: what it is to hold.
  ///   - path: where it is; a symbolic link stays, and what it leads to is written.
  /// - Throws: `Failure` naming the file that cannot be written.
  static func write(_ data: Data, to path: String) throws {
    do {
      switch target(of: path) {
      case .special: try pour([UInt8](data), into: path)
      case .danglingLink: try data.write(to: URL(filePath: path))
      case .linkedFile:
        try data.write(to: URL(filePath: path).resolvingSymlinksInPath(), options: .atomic)
      case .plain: try data.write(to: URL(filePath: path), options: .atomic)
      }
    } catch {
      throw Failure.cannotWrite(path, error)
    }
  }

  /// What is at a path.
  private enum Target {
    /// A regular file, or nothing.
    case plain
    /// A link to a regular file, which a new file must not take the place of.
    case linkedFile
    /// A link to nothing yet.
    case danglingLink
    /// A device, a pipe or a folder.
    case special
  }

  private static func target(of path: String) -> Target {
    let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return isLink ? .danglingLink : .plain }
    guard status.st_mode & S_IFMT == S_IFREG else { return .special }
    return isLink ? .linkedFile : .plain
  }

  private static func pour(_ bytes: [UInt8], into path: String) throws(POSIXError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw lastError }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      guard count > 0 || errno == EINTR else { throw lastError }
      written += max(0, count)
    }
  }

  /// Why the last call of the system failed.
  private static var lastError: POSIXError {
    POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO)
  }
}
