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

  /// Appends to a file and waits until it is on the disk; where that fails, the file is as it was.
  ///
  /// - Throws: an error of the file system.
  package static func append(_ bytes: [UInt8], to path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND)
    guard descriptor >= 0 else { throw SystemFailure(call: "open", number: errno) }
    defer { close(descriptor) }
    let end = lseek(descriptor, 0, SEEK_END)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      guard count > 0 || errno == EINTR else {
        let failure = SystemFailure(call: "write", number: errno)
        ftruncate(descriptor, end)
        throw failure
      }
      written += max(count, 0)
    }
    guard fsync(descriptor) == 0 else { throw SystemFailure(call: "fsync", number: errno) }
  }

  /// Cuts a file off and waits until that is on the disk.
  ///
  /// - Throws: an error of the file system.
  package static func truncate(_ path: String, to length: Int) throws {
    guard unsafe Glibc.truncate(path, length) == 0 else {
      throw SystemFailure(call: "truncate", number: errno)
    }
    try flush(path)
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
