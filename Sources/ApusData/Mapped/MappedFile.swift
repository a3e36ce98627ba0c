#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A file whose bytes are read where they are: the system fetches what is looked at, and may let
/// go of it again, so that a file may be larger than memory.
@safe
package final class MappedFile: @unchecked Sendable {
  /// The number of bytes.
  package let count: Int
  private let base: UnsafeMutableRawPointer?

  /// Maps the first bytes of an open file, which need not stay open.
  ///
  /// - Parameters:
  ///   - descriptor: A file, open for reading.
  ///   - count: How many bytes; the file has as many.
  ///   - path: The name for messages.
  /// - Throws: `DataError` with `unreadable`.
  package init(descriptor: Int32, count: Int, path: String) throws(DataError) {
    self.count = count
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw DataError(
        .unreadable, "the file cannot be mapped: \(SystemFault.text(errno))", file: path)
    }
    unsafe base = address
  }

  deinit {
    guard let base = unsafe base else { return }
    _ = unsafe munmap(base, count)
  }

  /// Looks at a part of the file as elements that lie in it as they lie in memory.
  ///
  /// - Parameters:
  ///   - type: The type of the elements.
  ///   - offset: Where the first begins, in bytes; a multiple of its alignment.
  ///   - count: How many there are.
  /// - Returns: The elements, which are there for as long as this object is.
  package func elements<Element: BitwiseCopyable>(
    of type: Element.Type, at offset: Int, count: Int
  ) -> UnsafeBufferPointer<Element> {
    let size = count * MemoryLayout<Element>.stride
    precondition(
      offset >= 0 && count >= 0 && offset % MemoryLayout<Element>.alignment == 0
        && offset + size <= self.count,
      "\(count) elements at \(offset) are not in a file of \(self.count) bytes")
    guard count > 0, let base = unsafe base else {
      return unsafe UnsafeBufferPointer(start: nil, count: 0)
    }
    return unsafe UnsafeBufferPointer(
      start: (base + offset).assumingMemoryBound(to: Element.self), count: count)
  }
}

/// The words of failed system calls.
enum SystemFault {
  /// What an error number means, such as `No space left on device`.
  static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
