import Glibc

/// A call of the operating system that failed.
struct SystemError: Error, CustomStringConvertible {
  /// The name of the call.
  let call: String
  /// The error number.
  let number: Int32

  /// Takes the error number of the calling thread.
  init(_ call: String) {
    self.init(call, number: errno)
  }

  /// Creates an error.
  init(_ call: String, number: Int32) {
    self.call = call
    self.number = number
  }

  /// The call, the number and its meaning.
  var description: String {
    let meaning = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "unknown"
    return "\(call) failed: \(meaning) (\(number))"
  }
}
