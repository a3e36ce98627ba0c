internal import Glibc

/// A file descriptor, closed when it goes out of scope.
struct Descriptor: ~Copyable {
  /// The number of the descriptor.
  let number: Int32

  /// Takes ownership of what a call returned.
  ///
  /// - Parameters:
  ///   - number: What the call returned; negative if it failed.
  ///   - call: The name of the call.
  /// - Throws: ``BenchError`` with code `system` if the call failed.
  init(_ number: Int32, from call: String) throws(BenchError) {
    guard number >= 0 else { throw .system(call) }
    self.number = number
  }

  deinit { close(number) }
}
