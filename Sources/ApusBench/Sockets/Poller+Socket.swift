internal import ApusSystem

extension Poller {
  /// Creates a poller that watches nothing.
  ///
  /// - Throws: ``BenchError`` with code `system`.
  static func make() throws(BenchError) -> Poller {
    do throws(SystemError) { return try Poller() } catch { throw BenchError(error) }
  }

  /// Watches what can be read from a descriptor; it is forgotten when it is closed.
  ///
  /// - Parameters:
  ///   - number: The number of the descriptor.
  ///   - token: The number that its events carry.
  /// - Throws: ``BenchError`` with code `system`.
  borrowing func watch(_ number: Int32, token: Int) throws(BenchError) {
    do throws(SystemError) {
      try add(number, token: UInt64(token), for: .input)
    } catch {
      throw BenchError(error)
    }
  }

  /// Says whether room to send is waited for as well.
  borrowing func watch(_ socket: borrowing Socket, token: Int, forRoom: Bool) {
    // The socket was added, so that nothing but a fault of ours refuses the change.
    try? change(socket.number, token: UInt64(token), to: forRoom ? [.input, .output] : .input)
  }
}
