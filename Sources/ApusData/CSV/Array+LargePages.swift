#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Array where Element: BitwiseCopyable {
  /// Makes room for elements, in large pages where the system grants them.
  ///
  /// A column of a large table is written once from front to back, so that most of the cost of a
  /// small page is its fault.
  mutating func reserveLargePages(_ capacity: Int) {
    reserveCapacity(capacity)
    let byteCount = capacity * MemoryLayout<Element>.stride
    let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    unsafe withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress, pageBytes > 0 else { return }
      let skipped = (pageBytes - Int(bitPattern: base) % pageBytes) % pageBytes
      guard byteCount > skipped else { return }
      // A hint: without large pages everything works as before.
      _ = unsafe madvise(base + skipped, byteCount - skipped, MADV_HUGEPAGE)
    }
  }
}
