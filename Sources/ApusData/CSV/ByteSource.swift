#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Bytes that are read from front to back, and can be read again from the front.
///
/// A regular file is read in place; anything else (a pipe, a terminal) is first read into memory,
/// for it cannot be rewound.
struct ByteSource: ~Copyable {
  /// The name for messages, nil for bytes in memory.
  let file: String?

  /// The number of bytes from front to end.
  let count: Int

  /// An open file, or a negative number when the bytes are in memory.
  private let descriptor: Int32
  private let memory: [UInt8]
  private var position = 0

  init(bytes: [UInt8], file: String? = nil) {
    self.init(descriptor: -1, memory: bytes, count: bytes.count, file: file)
  }

  private init(descriptor: Int32, memory: [UInt8], count: Int, file: String?) {
    self.descriptor = descriptor
    self.memory = memory
    self.count = count
    self.file = file
  }

  /// Opens a file.
  ///
  /// - Throws: `DataError` with `unreadable`.
  static func opening(_ path: String) throws(DataError) -> ByteSource {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("the file cannot be opened", path, errno) }
    var status = stat()
    let result = unsafe fstat(descriptor, &status)
    let cause = errno
    if result == 0, status.st_mode & S_IFMT == S_IFREG {
      return ByteSource(
        descriptor: descriptor,
        memory: [],
        count: Int(status.st_size),
        file: path
      )
    }
    defer { close(descriptor) }
    guard result == 0 else { throw failure("the file cannot be examined", path, cause) }
    return ByteSource(bytes: try contents(of: descriptor, path: path), file: path)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Goes on from a place, in bytes from the front.
  mutating func rewind(to place: Int) { position = place }

  /// Fills as much of `buffer[start...]` as there are bytes for.
  ///
  /// - Returns: How many bytes were written; 0 only at the end.
  mutating func fill(_ buffer: inout [UInt8], from start: Int) throws(DataError) -> Int {
    let room = buffer.count - start
    let size: Int
    if descriptor >= 0 {
      size = try Self.fill(
        from: descriptor,
        at: position,
        into: &buffer,
        start: start,
        path: file ?? ""
      )
    } else {
      size = min(room, memory.count - position)
      for index in 0..<size { buffer[start + index] = memory[position + index] }
    }
    position += size
    return size
  }

  private static func contents(of descriptor: Int32, path: String) throws(DataError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let size = try fill(from: descriptor, at: nil, into: &chunk, start: 0, path: path)
      if size == 0 { return bytes }
      bytes += chunk.prefix(size)
    }
  }

  private static func fill(
    from descriptor: Int32,
    at position: Int?,
    into buffer: inout [UInt8],
    start: Int,
    path: String
  ) throws(DataError) -> Int {
    while true {
      let size = unsafe buffer.withUnsafeMutableBytes { raw in
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: raw[start...])
        return if let position {
          unsafe pread(descriptor, target.baseAddress, target.count, off_t(position))
        } else {
          unsafe read(descriptor, target.baseAddress, target.count)
        }
      }
      if size >= 0 { return size }
      guard errno == EINTR else { throw failure("the file cannot be read", path, errno) }
    }
  }

  private static func failure(_ message: String, _ path: String, _ cause: Int32) -> DataError {
    DataError(.unreadable, "\(message): \(SystemFault.text(cause))", file: path)
  }
}
