internal import CLinux
internal import Glibc

/// The processor that a thread runs on.
enum Processor {
  /// Keeps the calling thread on one processor.
  ///
  /// - Parameter number: The processor; `nil` changes nothing.
  /// - Throws: ``BenchError`` with code `system`.
  static func pin(_ number: Int?) throws(BenchError) {
    guard let number else { return }
    let result = clinux_pin_to_processor(Int32(number))
    guard result == 0 else {
      errno = result
      throw .system("keeping to processor \(number)")
    }
  }
}
