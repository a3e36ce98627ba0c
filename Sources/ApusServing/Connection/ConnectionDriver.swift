import ApusWire
import Logging
import NIOCore

/// Performs what a ``ServerConnection`` decides: between the bytes of a transport and the scheduler
/// of its loop.
///
/// Bytes are decoded where they were read; all replies of one turn leave in one write.
final class ConnectionDriver {
  /// Replies are sent before the end of a turn when they exceed this many bytes.
  private static let flushThreshold = 64 << 10
  /// The bytes that are read at once.
  static let receiveLimit = 64 << 10

  /// What carries the bytes, from when the connection is open until it is closed.
  private var transport: (any ConnectionTransport)?
  /// Requests that wait for the end of the turn.
  var gatheredCount = 0
  /// Whether the scheduler will end the turn of this connection.
  var isFlushPending = false

  let scheduler: LoopScheduler
  let server: ServerContext
  let peer: String
  private let sink: any ReplySink
  private let life = ConnectionLife()
  private var connection: ServerConnection
  private var decoder = FrameDecoder(from: .client)
  private var inbound = ByteBuffer()
  private var outbound = ByteBuffer()
  private var queuedFrames = 0
  private var pooled: [UInt64: ScoringJob] = [:]
  private var place: ConnectionLedger.Place?
  private var isClosingAfterFlush = false
  private var isAwaitingFlush = false

  /// Creates the driver of a connection that was just opened.
  ///
  /// - Parameters:
  ///   - scheduler: The scheduler of its loop.
  ///   - sink: Takes the replies of other threads to ``complete(_:_:)``.
  ///   - peer: The address of the client.
  ///   - role: What may be asked for.
  init(
    _ scheduler: LoopScheduler, sink: any ReplySink, peer: String, role: ListenerRole
  ) {
    self.scheduler = scheduler
    self.server = scheduler.server
    self.sink = sink
    self.peer = peer
    connection = ServerConnection(
      configuration: server.configuration, role: role,
      challenge: server.authenticator == nil ? nil : Self.randomChallenge(), openedAt: .now())
  }

  private var isWritable: Bool { transport?.isWritable ?? false }

  /// Whether frames are still of interest.
  var acceptsFrames: Bool { connection.acceptsFrames }

  private static func randomChallenge() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<HelloOK.challengeLength).map { _ in .random(in: .min ... .max, using: &generator) }
  }

  // MARK: Events of the transport

  /// The connection is open, and `transport` carries its bytes.
  func opened(on transport: any ConnectionTransport) {
    self.transport = transport
    switch server.connections.add(peer: peer) {
    case .admitted(let place): self.place = place
    case .refused(let error): perform(connection.abort(error, at: .now()))
    }
    endTurn()
  }

  /// Reads once from a socket and answers what is there.
  ///
  /// - Parameters:
  ///   - socket: The socket.
  ///   - shared: The loop's empty buffer; what is no whole frame is copied out of it.
  /// - Returns: What became of the read.
  func receive(from socket: borrowing Socket, shared: inout ByteBuffer) -> Socket.Received {
    let result: Socket.Received
    if inbound.readableBytes == 0 {
      result = socket.receive(into: &shared, limit: Self.receiveLimit)
      if case .bytes = result {
        consume(&shared)
        inbound.writeBuffer(&shared)
        shared.clear()
      }
    } else {
      inbound.discardReadBytes()
      result = socket.receive(into: &inbound, limit: Self.receiveLimit)
      if case .bytes = result { consumeInbound() }
    }
    if case .bytes = result { scheduler.endRead(of: self) }
    return result
  }

  /// Answers what is in a buffer that a channel has read.
  func received(_ bytes: consuming ByteBuffer) {
    if inbound.readableBytes == 0 {
      inbound = bytes
    } else {
      inbound.discardReadBytes()
      inbound.writeBuffer(&bytes)
    }
    consumeInbound()
  }

  /// The peer takes bytes again, or takes no more of them.
  func writabilityChanged() {
    let isWritable = self.isWritable
    connection.writabilityChanged(isWritable: isWritable, at: .now())
    if isWritable {
      consumeInbound()
      scheduler.endRead(of: self)
    } else {
      schedule()
    }
  }

  /// The peer will not send any more.
  func inputClosed() {
    perform(connection.inputClosed(at: .now()))
    endTurn()
  }

  /// All that was sent has left.
  func outputFlushed() {
    guard isAwaitingFlush else { return }
    isAwaitingFlush = false
    if isClosingAfterFlush { transport?.close() } else { transport?.shutDownOutput() }
    perform(connection.flushed(at: .now()))
    schedule()
  }

  /// The time that was asked for has come.
  func tick() {
    let now = NIODeadline.now()
    if !pooled.isEmpty, let next = server.pool.expire(at: now) { transport?.wake(at: next) }
    perform(connection.tick(at: now))
    endTurn()
  }

  /// The server shuts down.
  func drain() {
    perform(connection.drain(at: .now()))
    endTurn()
  }

  /// Routes of the catalog lead elsewhere.
  func modelsChanged(_ changes: [Push]) {
    guard connection.features.contains(.push), acceptsFrames else { return }
    for change in changes { queue(change, 0) }
    endTurn()
  }

  /// The connection is gone.
  func closed() {
    connection.closed()
    life.end()
    if !pooled.isEmpty { server.pool.abandon(life) }
    pooled = [:]
    inbound = ByteBuffer()
    transport = nil
    if let place { server.connections.remove(place) }
    place = nil
  }

  // MARK: Turns

  private func consumeInbound() {
    var bytes = ByteBuffer()
    swap(&bytes, &inbound)
    consume(&bytes)
    inbound = bytes.readableBytes > 0 ? bytes : ByteBuffer()
  }

  /// Decodes and answers what is there, until it is used up or the replies pile up.
  private func consume(_ bytes: inout ByteBuffer) {
    let now = NIODeadline.now()
    let byteCount = bytes.readableBytes
    var frames = 0
    var isUsedUp = false
    while connection.acceptsFrames, isWritable {
      do throws(FrameFailure) {
        guard let frame = try decoder.next(from: &bytes) else {
          isUsedUp = true
          break
        }
        frames += 1
        perform(connection.received(frame, at: now))
      } catch {
        server.metrics.recordProtocolError()
        perform(connection.rejected(error, at: now))
      }
      if outbound.readableBytes >= Self.flushThreshold { flush() }
    }
    server.metrics.recordInput(frames: frames, bytes: byteCount - bytes.readableBytes)
    if !connection.acceptsFrames { bytes.clear() }
    let rest: ServerConnection.InputRest =
      if !isUsedUp && bytes.readableBytes > 0 {
        .heldBack
      } else if decoder.isInsideFrame || bytes.readableBytes > 0 {
        .incompleteFrame
      } else {
        .none
      }
    connection.inputConsumed(rest, tookFrame: frames > 0, at: now)
  }

  /// Sends the replies of this turn and asks for the next wake-up.
  func endTurn() {
    isFlushPending = false
    flush()
    perform(connection.afterTurn(at: scheduler.now))
    schedule()
  }

  private func flush() {
    guard outbound.readableBytes > 0 else { return }
    server.metrics.recordOutput(frames: queuedFrames, bytes: outbound.readableBytes)
    queuedFrames = 0
    // Taken out first: a send may come back here before it returns.
    var replies = ByteBuffer()
    swap(&replies, &outbound)
    transport?.send(&replies)
    if outbound.readableBytes == 0, replies.capacity <= Self.flushThreshold { outbound = replies }
  }

  private func schedule() {
    if let deadline = connection.nextDeadline { transport?.wake(at: deadline) }
  }

  // MARK: Actions

  private func perform(_ action: ServerConnection.Action) {
    switch action {
    case .none: break
    case .sendHelloOK(let message, let id):
      decoder.maximumBodyLength = connection.bodyLength
      decoder.features = message.features
      queue(message, id)
    case .sendPong(let message, let id): queue(message, id)
    case .sendProbe(let message): queue(message, 0)
    case .sendModelList(let id):
      sendIfShort(scheduler.catalog.list, id)
    case .sendModelInfo(let name, let version, let id):
      if let info = scheduler.catalog.info(name: name, version: version) {
        sendIfShort(info, id)
      } else {
        queue(WireError.unknownModel, id)
      }
    case .sendStatistics(let id):
      sendIfShort(server.statistics(), id)
    case .authenticate(let message, let challenge, let id):
      authenticate(message, challenge, id)
    case .administer(let request, let id):
      administer(request, id)
    case .score(let id, let deadline):
      score(connection.takeAcceptedRequest(), id, deadline)
    case .cancel(let id):
      if let job = pooled[id] { server.pool.cancel(job) }
    case .sendError(let error, let id): queue(error, id)
    case .sendGoAway(let message): queue(message, 0)
    case .abort(let error):
      server.log.debug(
        "connection refused", metadata: ["peer": "\(peer)", "code": "\(error.code)"])
      queue(error, 0)
      inbound = ByteBuffer()
      finishOutput(thenClose: false)
    case .close: finishOutput(thenClose: true)
    case .closeNow:
      // What was asked before has its answers, if the peer takes them at once.
      flush()
      transport?.close()
    }
  }

  private func finishOutput(thenClose: Bool) {
    isClosingAfterFlush = thenClose
    isAwaitingFlush = true
    flush()
    transport?.notifyWhenFlushed()
  }

  private func queue(_ message: some Message, _ id: UInt64) {
    message.encode(into: &outbound, correlationID: id)
    queuedFrames += 1
  }

  /// Sends a message, or ERROR if the client did not agree to one of that length.
  private func sendIfShort(_ message: some Message, _ id: UInt64) {
    let start = outbound.writerIndex
    queue(message, id)
    let bodyLength = outbound.writerIndex - start - WireLimits.headerLength
    guard bodyLength > connection.bodyLength else { return }
    outbound.moveWriterIndex(to: start)
    WireError.tooLarge("the reply is too long", limit: connection.bodyLength)
      .encode(into: &outbound, correlationID: id)
  }

  private func authenticate(_ message: Authentication, _ challenge: [UInt8], _ id: UInt64) {
    guard let authenticator = server.authenticator else { return }
    let now = NIODeadline.now()
    let result = authenticator.verify(
      identifier: message.identifier, challenge: challenge, code: message.code, peer: peer,
      now: now)
    if case .failure = result { server.metrics.recordAuthenticationFailure() }
    perform(connection.authenticated(result, correlationID: id, at: now))
    if case .success(let scopes) = result {
      queue(AuthenticationOK(scopes: scopes), id)
    }
  }

  private func administer(_ request: AdminRequest, _ id: UInt64) {
    let (server, sink) = (server, sink)
    Task {
      let reply = await server.administer(request).map { reply in
        var frame = ByteBuffer()
        reply.encode(into: &frame, replyingTo: request.action, correlationID: id)
        return frame
      }
      sink.deliver(reply, to: id)
    }
  }

  // MARK: Scoring

  private func score(
    _ request: ServerConnection.AcceptedRequest, _ id: UInt64, _ deadline: NIODeadline
  ) {
    let rows = request.rows
    let extensions = rows.extensions
    guard
      let version = scheduler.catalog.resolve(rows.model, routingKey: extensions.routingKey)
    else { return complete(id, .failure(.unknownModel)) }
    do throws(WireError) {
      let task = ScoringTask(
        correlationID: id, form: request.form, rowCount: rows.rowCount, version: version,
        receivedAt: scheduler.now, deadline: deadline, flags: request.flags,
        traceID: extensions.traceID, maximumBodyLength: connection.bodyLength)
      try task.verify(rows)
      try scheduler.submit(task, rows: rows, of: self)
    } catch {
      version.metrics.record(error)
      complete(id, .failure(error))
    }
  }

  /// Hands a request to the scoring threads; its reply comes to ``complete(_:_:)``.
  func scoreInPool(_ task: ScoringTask, rows: RequestRows) {
    let job = ScoringJob(task, rows: rows.detached(), sink: sink, connection: life)
    pooled[task.correlationID] = job
    server.pool.submit(job)
    transport?.wake(at: task.deadline)
  }

  /// Queues the reply of a request that was scored in this loop.
  func reply(
    to member: RowBatch<ConnectionDriver>.Member, of batch: RowBatch<ConnectionDriver>,
    _ times: BatchTimes
  ) {
    guard connection.finish(member.task.correlationID, at: scheduler.now) else { return }
    do throws(WireError) {
      try batch.encodeReply(of: member, times: times, into: &outbound)
      queuedFrames += 1
    } catch {
      queue(error, member.task.correlationID)
    }
  }

  /// Queues the one terminal reply of a request, if its connection still wants it.
  func complete(_ id: UInt64, _ reply: Result<ByteBuffer, WireError>) {
    let wasPooled = !pooled.isEmpty && pooled.removeValue(forKey: id) != nil
    guard connection.finish(id, at: scheduler.now) else { return }
    switch reply {
    case .success(var frame):
      outbound.writeBuffer(&frame)
      queuedFrames += 1
    case .failure(let error): queue(error, id)
    }
    if wasPooled, let credit = connection.creditAfterReply(queueFill: server.pool.fill) {
      queue(credit, 0)
    }
  }
}
