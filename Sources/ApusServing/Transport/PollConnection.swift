import ApusSystem
import NIOCore

/// A connection of a poll loop: a socket and the driver that it feeds.
final class PollConnection: ConnectionTransport {
  /// What the loop and the poller know the connection by; never used again.
  let token: UInt64

  private let socket: Socket
  private unowned let loop: PollLoopRun
  let driver: ConnectionDriver
  /// What the peer has not taken yet.
  private let unsent = Confined(ByteBuffer())
  private var takesInput = true
  private var awaitsRoom = false
  private var isFlushAwaited = false
  private var isInputEnded = false
  /// Whether the connection is over; its socket is closed when the turn ends.
  private(set) var isClosed = false
  /// The time of the wake-up that was asked for, if it has not come.
  private(set) var wakeDeadline = NIODeadline.distantFuture

  init(_ socket: consuming Socket, token: UInt64, loop: PollLoopRun, driver: ConnectionDriver) {
    self.socket = socket
    self.token = token
    self.loop = loop
    self.driver = driver
  }

  /// The number that the poller watches.
  var number: Int32 { socket.number }

  // MARK: Events

  /// The poller has something for the connection.
  ///
  /// - Parameters:
  ///   - event: What.
  ///   - received: The loop's buffer, empty, to read into.
  func handle(_ event: Poller.Event, received: inout ByteBuffer) {
    if event.isWritable, hasUnsent || isFlushAwaited { sendMore() }
    guard event.isReadable, !isClosed else { return }
    // The poller tells of a broken connection until it is closed, whoever reads it.
    if !receive(&received), event.isBroken { close() }
  }

  /// Reads what is there, at most one buffer full, so that all connections get their turn.
  ///
  /// - Returns: Whether anything came.
  @discardableResult
  func receive(_ received: inout ByteBuffer) -> Bool {
    guard takesInput, !isInputEnded else { return false }
    let result = driver.receive(from: socket, shared: &received)
    switch result {
    case .bytes: break
    case .nothing: return false
    case .end:
      isInputEnded = true
      // The poller would tell of the end again and again.
      updateInterest()
      driver.inputClosed()
    case .failed: close()
    }
    return true
  }

  /// The time that was asked for has come.
  func wake() {
    wakeDeadline = .distantFuture
    driver.tick()
  }

  // MARK: ConnectionTransport

  var isWritable: Bool {
    unsent.with { $0.readableBytes } < loop.server.configuration.outboundLimit
  }

  private var hasUnsent: Bool { unsent.with { $0.readableBytes > 0 } }

  func send(_ bytes: inout ByteBuffer) {
    guard !isClosed else { return bytes.rewind() }
    if !hasUnsent {
      guard socket.send(from: &bytes) else { return close() }
    }
    guard bytes.readableBytes > 0 else { return bytes.rewind() }
    unsent.with { _ = $0.writeBuffer(&bytes) }
    bytes.rewind()
    updateInterest()
    if !isWritable { driver.writabilityChanged() }
  }

  func notifyWhenFlushed() {
    isFlushAwaited = true
    if !hasUnsent { loop.flushed(self) }
  }

  /// The notice that was asked for.
  func tellFlushed() {
    guard isFlushAwaited, !isClosed else { return }
    isFlushAwaited = false
    driver.outputFlushed()
  }

  func shutDownOutput() { socket.shutDownOutput() }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    loop.closed(self)
  }

  func wake(at deadline: NIODeadline) {
    guard deadline < wakeDeadline, !isClosed else { return }
    wakeDeadline = deadline
    loop.schedule(self, at: deadline)
  }

  // MARK: Output

  private func sendMore() {
    let wasWritable = isWritable
    guard unsent.with({ socket.send(from: &$0) }) else { return close() }
    if hasUnsent {
      unsent.with { _ = $0.discardReadBytes() }
    } else {
      // Memory that a slow peer once needed is not kept for it.
      unsent.with { $0 = ByteBuffer() }
      tellFlushed()
    }
    guard !isClosed else { return }
    updateInterest()
    if !wasWritable, isWritable { driver.writabilityChanged() }
  }

  /// Not reading is what holds a peer back that does not read its replies.
  private func updateInterest() {
    let awaitsRoom = hasUnsent
    let takesInput = !isInputEnded && (isWritable || !driver.acceptsFrames)
    guard awaitsRoom != self.awaitsRoom || takesInput != self.takesInput else { return }
    (self.awaitsRoom, self.takesInput) = (awaitsRoom, takesInput)
    var wanted: Poller.Interest = []
    if awaitsRoom { wanted.insert(.output) }
    if takesInput { wanted.insert(.input) }
    loop.watch(self, for: wanted)
  }
}
