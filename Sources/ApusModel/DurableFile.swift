internal import FoundationEssentials
internal import Glibc

/// Files that outlast a power failure.
package enum DurableFile {
  /// A failed system call.
  struct SystemFailure: Error, CustomStringConvertible {
    let call: String
    let number: Int32

    var description: String { unsafe "\(call): \(String(cString: strerror(number)))" }
  }

  /// Writes a file and waits until it is on the disk.
  ///
  /// - Throws: an error of the file system.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
    try flush(path)
  }

  /// Gives a file its bytes and its name at once: a reader finds all of them or no such file.
  ///
  /// The bytes are written beside it, flushed, renamed, and the folder's names are flushed. What
  /// was written is removed where that fails.
  ///
  /// - Throws: an error of the file system.
  package static func publish(_ bytes: [UInt8], as name: String, in folder: String) throws {
    let temporary = "\(folder)/.writing-\(name)"
    do {
      try write(bytes, to: temporary)
      try rename(temporary, to: "\(folder)/\(name)")
      try flush(folder)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  /// Waits until a file, or the names in a folder, are on the disk.
  ///
  /// - Throws: an error of the file system.
  package static func flush(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw SystemFailure(call: "open", number: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SystemFailure(call: "fsync", number: errno) }
  }

  private static func rename(_ path: String, to other: String) throws {
    guard unsafe Glibc.rename(path, other) == 0 else {
      throw SystemFailure(call: "rename", number: errno)
    }
  }
}
