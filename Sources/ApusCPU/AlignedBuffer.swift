internal import ApusCompute
internal import Glibc

/// The one owner of a zeroed block of floats that starts on a cache line; a large one on a huge
/// page.
@safe
struct AlignedBuffer: ~Copyable, @unchecked Sendable {
  /// The number of elements.
  let count: Int
  /// The first element; stays where it is until the buffer is destroyed.
  let base: UnsafeMutablePointer<Float>

  private static let hugePageBytes = 2 << 20

  /// Allocates `count` zeros.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  init(count: Int) throws(ComputeError) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let isHuge = bytes >= 2 * Self.hugePageBytes
    let alignment = isHuge ? Self.hugePageBytes : 64
    guard let memory = unsafe aligned_alloc(alignment, bytes.roundedUp(toMultipleOf: alignment))
    else {
      throw ComputeError(
        .allocationFailed,
        "\(bytes) bytes of memory were asked for and not given; use a smaller"
          + " batch size or net",
        cause: "aligned_alloc: ENOMEM"
      )
    }
    // A matrix is walked across its rows, each on another page: few pages are few misses of the
    // table of addresses. Where the system has no huge pages to give, nothing changes.
    if isHuge { unsafe madvise(memory, bytes, MADV_HUGEPAGE) }
    unsafe memset(memory, 0, bytes)
    self.count = count
    unsafe self.base = memory.assumingMemoryBound(to: Float.self)
  }

  deinit { unsafe free(base) }

  /// Elements `range`, to read.
  func withElements<Result, Failure: Error>(
    _ range: Range<Int>,
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(range)
    let elements = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    return try unsafe body(elements.span)
  }

  /// Elements `range`, to write.
  func withMutableElements<Result, Failure: Error>(
    _ range: Range<Int>,
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    check(range)
    let elements = unsafe UnsafeMutableBufferPointer(
      start: base + range.lowerBound,
      count: range.count
    )
    var span = unsafe elements.mutableSpan
    return try body(&span)
  }

  private func check(_ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "elements \(range) of a buffer of \(count)"
    )
  }
}
