internal import ApusSystem

/// The shortest round trip that TCP over loopback allows on this machine, now.
///
/// A thread with a blocking socket returns each message; the caller sends one message at a time and
/// waits for it. No protocol, no event loop, no allocation: what any server adds to this is its
/// own.
public enum EchoFloor {
  /// Measures round trips.
  ///
  /// - Parameters:
  ///   - roundTrips: How many are recorded.
  ///   - warmUp: How many go before.
  ///   - messageLength: The bytes of a message.
  /// - Returns: The latencies.
  /// - Throws: ``BenchError`` if a socket cannot be made or used.
  public static func measure(
    roundTrips: Int,
    warmUp: Int = 1000,
    messageLength: Int = 64
  ) throws(BenchError) -> LatencyRecorder {
    let listener = try Socket.listening(on: .loopback())
    let client = try Socket.connected(to: .loopback(port: try listener.port()))
    let echo = Echo(peer: try listener.accepted(), messageLength: messageLength)
    let thread: SystemThread
    do throws(SystemError) {
      thread = try SystemThread("apus-echo") { echo.run() }
    } catch {
      throw BenchError(error)
    }
    // The client closes its socket when it returns, which ends the thread.
    defer { thread.join() }
    return try pingPong(
      client, roundTrips: roundTrips, warmUp: warmUp, messageLength: messageLength)
  }

  private static func pingPong(
    _ client: consuming Socket, roundTrips: Int, warmUp: Int, messageLength: Int
  ) throws(BenchError) -> LatencyRecorder {
    var recorder = LatencyRecorder()
    var message = [UInt8](repeating: 0x5A, count: messageLength)
    for trip in 0..<warmUp + roundTrips {
      let start = Clock.now()
      try client.send(message)
      guard try client.receive(&message) else {
        throw BenchError(.unreachable, "the echo of this machine closed its connection")
      }
      if trip >= warmUp { recorder.record(nanoseconds: Clock.now() - start) }
    }
    return recorder
  }
}

/// Returns each message until the peer closes.
private final class Echo: Sendable {
  private let peer: Socket
  private let messageLength: Int

  init(peer: consuming Socket, messageLength: Int) {
    self.peer = peer
    self.messageLength = messageLength
  }

  func run() {
    var message = [UInt8](repeating: 0, count: messageLength)
    // A failure ends the loop and closes the socket, which the measuring side reports.
    while (try? peer.receive(&message)) == true {
      guard (try? peer.send(message)) != nil else { return }
    }
  }
}
