#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A file without a name: room for numbers that memory may not have, gone with the process.
///
/// It is written by the system's calls, so that a full disk is an error, and mapped to be read.
package final class ScratchFile: Sendable {
  private let descriptor: Int32
  private let folder: String

  /// Makes an empty file.
  ///
  /// - Parameter folder: Where; it is made if need be.
  /// - Throws: `DataError` with `unwritable`.
  package init(in folder: String) throws(DataError) {
    if unsafe mkdir(folder, 0o777) != 0, errno != EEXIST {
      throw Self.fault("the folder cannot be made", folder)
    }
    let name = "\(folder)/.scratch-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    descriptor = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    self.folder = folder
    guard descriptor >= 0 else { throw Self.fault("no file can be made", folder) }
    _ = unsafe unlink(name)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes elements as they lie in memory.
  ///
  /// - Parameters:
  ///   - elements: What to write.
  ///   - offset: Where, in bytes from the front.
  /// - Throws: `DataError` with `unwritable`, as on a full disk.
  package func write<Element: BitwiseCopyable>(
    _ elements: Span<Element>, at offset: Int
  ) throws(DataError) {
    try Self.write(elements, to: descriptor, at: offset, path: folder)
  }

  /// Maps the file as far as it was written.
  ///
  /// - Parameter count: How many bytes, all of them written.
  /// - Returns: The bytes, which stay when this object is gone.
  /// - Throws: `DataError` with `unreadable`.
  package func mapped(count: Int) throws(DataError) -> MappedFile {
    try MappedFile(descriptor: descriptor, count: count, path: folder)
  }

  /// Writes elements to an open file.
  static func write<Element: BitwiseCopyable>(
    _ elements: Span<Element>, to descriptor: Int32, at offset: Int, path: String
  ) throws(DataError) {
    var written = 0
    let total = elements.count * MemoryLayout<Element>.stride
    while written < total {
      let size = unsafe elements.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
        return unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
      }
      guard size > 0 || (size < 0 && errno == EINTR) else {
        throw fault("the data cannot be written", path)
      }
      written += max(size, 0)
    }
  }

  private static func fault(_ message: String, _ path: String) -> DataError {
    DataError(.unwritable, "\(message): \(SystemFault.text(errno))", file: path)
  }
}
