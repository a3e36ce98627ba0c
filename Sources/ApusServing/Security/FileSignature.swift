import Glibc

/// What changes whenever a file does: a cheap way to notice without reading it.
struct FileSignature: Equatable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: [Int]
  private let changed: [Int]

  /// Whether anybody on the machine may read the file.
  let isReadableByAll: Bool

  /// Looks at a file; nil if it is not there.
  init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    isReadableByAll = status.st_mode & 0o004 != 0
  }
}
