import Glibc

/// The shortest round trip that TCP over loopback allows on this machine, now.
///
/// A thread with a blocking socket returns each message; the caller sends one message at a time and
/// waits for it. No protocol, no event loop, no allocation: what any server adds to this is its
/// own.
public enum EchoFloor {
  /// A call of the operating system that failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The name of the call.
    public let call: String
    /// The error number.
    public let number: Int32
    /// The call, the number and its meaning.
    public var description: String {
      let meaning = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "unknown"
      return "\(call) failed: \(meaning) (\(number))"
    }
  }

  /// Measures round trips.
  ///
  /// - Parameters:
  ///   - roundTrips: How many are recorded.
  ///   - warmUp: How many go before.
  ///   - messageLength: The bytes of a message.
  /// - Returns: The latencies.
  /// - Throws: ``Failure`` if a socket cannot be made or used.
  public static func measure(
    roundTrips: Int,
    warmUp: Int = 1000,
    messageLength: Int = 64
  ) throws(Failure) -> LatencyRecorder {
    let listener = try LoopbackSocket.listening()
    let client = try LoopbackSocket.connected(to: try listener.port())
    let echo = try EchoThread(peer: try listener.accepted(), messageLength: messageLength)
    // The client closes its socket when it returns, which ends the thread.
    defer { echo.join() }
    return try pingPong(
      client,
      roundTrips: roundTrips,
      warmUp: warmUp,
      messageLength: messageLength
    )
  }

  private static func pingPong(
    _ client: consuming LoopbackSocket,
    roundTrips: Int,
    warmUp: Int,
    messageLength: Int
  ) throws(Failure) -> LatencyRecorder {
    var recorder = LatencyRecorder()
    var message = [UInt8](repeating: 0x5A, count: messageLength)
    for trip in 0..<warmUp + roundTrips {
      let start = now()
      try client.send(message)
      guard try client.receive(&message) else { throw Failure(call: "recv", number: ECONNRESET) }
      if trip >= warmUp { recorder.record(nanoseconds: now() - start) }
    }
    return recorder
  }

  private static func now() -> UInt64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
