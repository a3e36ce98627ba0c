import Glibc

/// The owner of a file descriptor, which is closed when its owner goes out of scope.
package struct Descriptor: ~Copyable, Sendable {
  /// The number that the operating system knows it by.
  package let number: Int32

  /// Takes a descriptor over.
  ///
  /// - Parameters:
  ///   - number: What the call returned; negative if it failed.
  ///   - call: The name of the call.
  /// - Throws: ``SystemError`` with the thread's error number if the call failed.
  package init(_ number: Int32, from call: String) throws(SystemError) {
    guard number >= 0 else { throw SystemError(call) }
    self.number = number
  }

  deinit { close(number) }
}
