internal import ApusSystem
internal import Glibc

/// A run of this same executable that is talked to by lines.
///
/// The process has ended when its last owner has.
package final class HelperProcess {
  private let identifier: pid_t
  private let channel: Descriptor
  private var received: [UInt8] = []

  /// Starts the process.
  ///
  /// - Parameter arguments: What follows the name of the executable.
  /// - Throws: ``BenchError`` with code `system`.
  package init(_ arguments: [String]) throws(BenchError) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system("socketpair") }
    let own = try Descriptor.taking(ends[0], from: "socketpair")
    let other = try Descriptor.taking(ends[1], from: "socketpair")
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    unsafe posix_spawn_file_actions_adddup2(&files, other.number, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&files, other.number, STDOUT_FILENO)
    var words = unsafe (["apus"] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var identifier: pid_t = 0
    let result = unsafe posix_spawn(
      &identifier, "/proc/self/exe", &files, nil, &words, environ)
    guard result == 0 else {
      errno = result
      throw .system("starting another process")
    }
    self.identifier = identifier
    channel = own
  }

  deinit {
    // A polite signal may be blocked in it, by whoever started this process.
    kill(identifier, SIGKILL)
    _ = waitpid(identifier, nil, 0)
  }

  /// Sends a line.
  ///
  /// - Parameter text: The line without its end.
  /// - Throws: ``BenchError`` with code `system`.
  package func send(_ text: String) throws(BenchError) {
    let bytes = Array("\(text)\n".utf8)
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe write(
          channel.number, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent)
      }
      guard count > 0 else { throw .system("write") }
      sent += count
    }
  }

  /// Waits for the next line.
  ///
  /// - Returns: The line without its end.
  /// - Throws: ``BenchError`` with code `system` if the process ends before.
  package func line() throws(BenchError) -> String {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        defer { received.removeFirst(end + 1) }
        return String(decoding: received[..<end], as: UTF8.self)
      }
      let number = channel.number
      let count = unsafe part.withUnsafeMutableBytes { buffer in
        unsafe read(number, buffer.baseAddress, buffer.count)
      }
      guard count > 0 else {
        throw BenchError(.system, "another process of this measurement ended before its time")
      }
      received += part[..<count]
    }
  }
}
