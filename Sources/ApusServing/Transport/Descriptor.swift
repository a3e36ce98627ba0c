import Glibc

/// The owner of a file descriptor, which is closed when its owner goes out of scope.
struct Descriptor: ~Copyable, Sendable {
  /// The number that the operating system knows it by.
  let number: Int32

  /// Takes a descriptor over.
  init(_ number: Int32) {
    precondition(number >= 0, "a descriptor is at least 0, not \(number)")
    self.number = number
  }

  deinit { Glibc.close(number) }
}
