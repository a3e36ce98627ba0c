import Glibc

/// A call of the operating system that failed.
package struct SystemError: Error, CustomStringConvertible {
  /// The name of the call.
  package let call: String
  /// The error number.
  package let number: Int32

  /// Takes the error number of the calling thread.
  package init(_ call: String) {
    self.init(call, number: errno)
  }

  /// Creates an error.
  package init(_ call: String, number: Int32) {
    self.call = call
    self.number = number
  }

  /// The call, the number and its meaning.
  package var description: String {
    let meaning = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "unknown"
    return "\(call) failed: \(meaning) (\(number))"
  }
}
