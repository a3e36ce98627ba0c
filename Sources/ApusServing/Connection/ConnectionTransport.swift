import NIOCore

/// What carries the bytes of a connection: a socket of a poll loop, or a channel under TLS.
///
/// It is used on the thread of its loop only.
protocol ConnectionTransport: AnyObject {
  /// Whether the bytes that the peer has not taken are few enough to queue more.
  var isWritable: Bool { get }

  /// Sends what `bytes` holds, now or as the peer takes it, and leaves `bytes` empty.
  func send(_ bytes: inout ByteBuffer)

  /// Calls `outputFlushed` of the driver once all that was sent has left.
  func notifyWhenFlushed()

  /// Tells the peer that nothing more will be sent.
  func shutDownOutput()

  /// Closes at once; what was not sent is lost.
  func close()

  /// Calls `tick` of the driver at `deadline`, instead of at any later time asked for before.
  func wake(at deadline: NIODeadline)
}
