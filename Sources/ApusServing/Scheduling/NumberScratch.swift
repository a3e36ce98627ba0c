/// Memory for numbers that is kept from use to use and grows to what was needed at most.
@safe
struct NumberScratch<Number: BitwiseCopyable & FloatingPoint>: ~Copyable {
  private var memory = unsafe UnsafeMutableBufferPointer<Number>(start: nil, count: 0)

  /// Creates an owner of no memory.
  init() {}

  deinit { unsafe memory.deallocate() }

  /// Makes room for `count` numbers; what was there stays.
  mutating func reserve(_ count: Int) {
    guard unsafe count > memory.count else { return }
    let larger = unsafe UnsafeMutableBufferPointer<Number>.allocate(
      capacity: max(count, 2 * memory.count))
    unsafe larger.initialize(repeating: 0)
    for index in unsafe memory.indices { unsafe larger[index] = memory[index] }
    unsafe memory.deallocate()
    unsafe memory = larger
  }

  /// Calls `body` with the numbers in a range that was reserved.
  mutating func withMutable<Result: ~Copyable, Failure: Error>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Number>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let part = unsafe UnsafeMutableBufferPointer(rebasing: memory[range])
    var span = unsafe MutableSpan(_unsafeElements: part)
    return try body(&span)
  }

  /// Calls `body` with the numbers in a range that was reserved.
  borrowing func withSpan<Result: ~Copyable, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<Number>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let part = unsafe UnsafeBufferPointer(rebasing: memory[range])
    return try body(unsafe Span(_unsafeElements: part))
  }
}
