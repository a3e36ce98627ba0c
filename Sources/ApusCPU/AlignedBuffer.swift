internal import ApusCompute
internal import Glibc

/// The one owner of a zeroed block of floats that starts on a cache line.
@safe
struct AlignedBuffer: ~Copyable, @unchecked Sendable {
  /// The number of elements.
  let count: Int
  /// The first element; stays where it is until the buffer is destroyed.
  let base: UnsafeMutablePointer<Float>

  /// Allocates `count` zeros.
  ///
  /// - Throws: `ComputeError.allocationFailed`.
  init(count: Int) throws(ComputeError) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    guard let memory = unsafe aligned_alloc(64, bytes.roundedUp(toMultipleOf: 64)) else {
      throw ComputeError(
        .allocationFailed,
        "\(bytes) bytes of memory were asked for and not given; use a smaller"
          + " batch size or net",
        cause: "aligned_alloc: ENOMEM"
      )
    }
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
