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
  /// The beginning of a frame is moved before its rest, in the loop's buffer, up to this length;
  /// memory of its own for each read would be asked of the system and given back each time.
  private static let mergeLimit = 32 << 10

  /// What changes with each frame.
  private struct State: ~Copyable {
    var connection: ServerConnection
    var decoder = FrameDecoder(from: .client)
    var inbound = ByteBuffer()
    var outbound = ByteBuffer()
    var queuedFrames = 0

    /// Queues the reply of a request, if the connection still wants it.
    ///
    /// - Returns: Whether it does.
    mutating func finish(
      _ id: UInt64, at now: NIODeadline, _ encode: (inout ByteBuffer) throws(WireError) -> Void
    ) -> Bool {
      guard connection.finish(id, at: now) else { return false }
      do throws(WireError) {
        try encode(&outbound)
      } catch {
        error.encode(into: &outbound, correlationID: id)
      }
      queuedFrames += 1
      return true
    }
  }

  /// What a step of the decoder and the machine led to.
  private enum Step {
    /// There is no whole frame.
    case usedUp
    /// A frame came.
    case frame(ServerConnection.Action)
    /// Something came that is no frame.
    case noFrame(ServerConnection.Action)
  }

  /// What carries the bytes, from when the connection is open until it is closed.
  private var transport: (any ConnectionTransport)?
  /// Requests that wait for the end of the turn.
  var gatheredCount = 0
  /// Whether the scheduler will end the turn of this connection.
  var isFlushPending = false

  let scheduler: LoopScheduler
  let server: ServerContext
  /// Those of the server.
  private let metrics: ServerMetrics
  let peer: String
  private let sink: any ReplySink
  private let life = ConnectionLife()
  private let state: Confined<State>
  /// Whether the peer takes more replies.
  private var isWritable = true
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
    server = scheduler.server
    metrics = server.metrics
    self.sink = sink
    self.peer = peer
    state = Confined(
      State(
        connection: ServerConnection(
          configuration: server.configuration, role: role,
          challenge: server.authenticator == nil ? nil : Self.randomChallenge(), openedAt: .now())))
  }

  /// Whether frames are still of interest.
  var acceptsFrames: Bool { state.with { $0.connection.acceptsFrames } }

  /// Tells the machine something, and performs what it wants.
  private func tell(_ event: (inout ServerConnection) -> ServerConnection.Action) {
    perform(state.with { event(&$0.connection) })
  }

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
    case .refused(let error): tell { $0.abort(error, at: .now()) }
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
    let isHolding = state.with { state in
      guard state.inbound.readableBytes <= Self.mergeLimit else { return true }
      if state.inbound.readableBytes > 0 {
        shared.writeBuffer(&state.inbound)
        state.inbound.clear()
      }
      return false
    }
    guard !isHolding else { return receiveMore(from: socket) }
    let result = socket.receive(into: &shared, limit: Self.receiveLimit)
    if case .bytes = result { consume(&shared) }
    if shared.readableBytes > 0 { state.with { _ = $0.inbound.writeBuffer(&shared) } }
    shared.rewind()
    if case .bytes = result { scheduler.endRead(of: self) }
    return result
  }

  /// Reads more of a long frame, behind what is there of it.
  private func receiveMore(from socket: borrowing Socket) -> Socket.Received {
    let result = state.with { state in
      state.inbound.discardReadBytes()
      return socket.receive(into: &state.inbound, limit: Self.receiveLimit)
    }
    if case .bytes = result {
      consumeInbound()
      scheduler.endRead(of: self)
    }
    return result
  }

  /// Answers what is in a buffer that a channel has read.
  func received(_ bytes: consuming ByteBuffer) {
    state.with { state in
      if state.inbound.readableBytes == 0 {
        state.inbound = bytes
      } else {
        state.inbound.discardReadBytes()
        state.inbound.writeBuffer(&bytes)
      }
    }
    consumeInbound()
  }

  /// The peer takes bytes again, or takes no more of them.
  func writabilityChanged() {
    isWritable = transport?.isWritable ?? false
    state.with { $0.connection.writabilityChanged(isWritable: isWritable, at: .now()) }
    if isWritable {
      consumeInbound()
      scheduler.endRead(of: self)
    } else {
      schedule()
    }
  }

  /// The peer will not send any more.
  func inputClosed() {
    tell { $0.inputClosed(at: .now()) }
    endTurn()
  }

  /// All that was sent has left.
  func outputFlushed() {
    guard isAwaitingFlush else { return }
    isAwaitingFlush = false
    if isClosingAfterFlush { transport?.close() } else { transport?.shutDownOutput() }
    tell { $0.flushed(at: .now()) }
    schedule()
  }

  /// The time that was asked for has come.
  func tick() {
    let now = NIODeadline.now()
    if !pooled.isEmpty, let next = server.pool.expire(at: now) { transport?.wake(at: next) }
    tell { $0.tick(at: now) }
    endTurn()
  }

  /// The server shuts down.
  func drain() {
    tell { $0.drain(at: .now()) }
    endTurn()
  }

  /// Routes of the catalog lead elsewhere.
  func modelsChanged(_ changes: [Push]) {
    guard state.with({ $0.connection.features.contains(.push) }), acceptsFrames else { return }
    for change in changes { queue(change, 0) }
    endTurn()
  }

  /// The connection is gone.
  func closed() {
    state.with { state in
      state.connection.closed()
      state.inbound = ByteBuffer()
    }
    isWritable = false
    life.end()
    if !pooled.isEmpty { server.pool.abandon(life) }
    pooled = [:]
    transport = nil
    if let place { server.connections.remove(place) }
    place = nil
  }

  // MARK: Turns

  private func consumeInbound() {
    var bytes = ByteBuffer()
    state.with { swap(&bytes, &$0.inbound) }
    consume(&bytes)
    if bytes.readableBytes > 0 { state.with { $0.inbound = bytes } }
  }

  /// Decodes and answers what is there, until it is used up or the replies pile up.
  private func consume(_ bytes: inout ByteBuffer) {
    let now = scheduler.now
    let byteCount = bytes.readableBytes
    var frames = 0
    var isUsedUp = false
    loop: while isWritable, acceptsFrames {
      switch step(&bytes, at: now) {
      case .usedUp:
        isUsedUp = true
        break loop
      case .frame(let action):
        frames += 1
        perform(action)
      case .noFrame(let action):
        metrics.recordProtocolError()
        perform(action)
      }
      if state.with({ $0.outbound.readableBytes >= Self.flushThreshold }) { flush() }
    }
    metrics.recordInput(frames: frames, bytes: byteCount - bytes.readableBytes)
    state.with { state in
      if !state.connection.acceptsFrames { bytes.clear() }
      let rest: ServerConnection.InputRest =
        if !isUsedUp && bytes.readableBytes > 0 {
          .heldBack
        } else if state.decoder.isInsideFrame || bytes.readableBytes > 0 {
          .incompleteFrame
        } else {
          .none
        }
      state.connection.inputConsumed(rest, tookFrame: frames > 0, at: now)
    }
  }

  private func step(_ bytes: inout ByteBuffer, at now: NIODeadline) -> Step {
    state.with { state in
      do throws(FrameFailure) {
        guard let frame = try state.decoder.next(from: &bytes) else { return .usedUp }
        return .frame(state.connection.received(frame, at: now))
      } catch {
        return .noFrame(state.connection.rejected(error, at: now))
      }
    }
  }

  /// Sends the replies of this turn and asks for the next wake-up.
  func endTurn() {
    isFlushPending = false
    flush()
    tell { $0.afterTurn(at: scheduler.now) }
    schedule()
  }

  private func flush() {
    guard state.with({ $0.outbound.readableBytes > 0 }) else { return }
    // Taken out first: a send may come back here before it returns.
    var replies = ByteBuffer()
    let frames = state.with { state in
      swap(&replies, &state.outbound)
      defer { state.queuedFrames = 0 }
      return state.queuedFrames
    }
    metrics.recordOutput(frames: frames, bytes: replies.readableBytes)
    transport?.send(&replies)
    guard replies.capacity <= Self.flushThreshold else { return }
    state.with { if $0.outbound.readableBytes == 0 { swap(&replies, &$0.outbound) } }
  }

  private func schedule() {
    if let deadline = state.with({ $0.connection.nextDeadline }) { transport?.wake(at: deadline) }
  }

  // MARK: Actions

  private func perform(_ action: ServerConnection.Action) {
    switch action {
    case .none: break
    case .sendHelloOK(let message, let id):
      state.with { state in
        state.decoder.maximumBodyLength = state.connection.bodyLength
        state.decoder.features = message.features
      }
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
      score(state.with { $0.connection.takeAcceptedRequest() }, id, deadline)
    case .cancel(let id):
      if let job = pooled[id] { server.pool.cancel(job) }
    case .sendError(let error, let id): queue(error, id)
    case .sendGoAway(let message): queue(message, 0)
    case .abort(let error):
      server.log.debug(
        "connection refused", metadata: ["peer": "\(peer)", "code": "\(error.code)"])
      queue(error, 0)
      state.with { $0.inbound = ByteBuffer() }
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
    state.with { state in
      message.encode(into: &state.outbound, correlationID: id)
      state.queuedFrames += 1
    }
  }

  /// Sends a message, or ERROR if the client did not agree to one of that length.
  private func sendIfShort(_ message: some Message, _ id: UInt64) {
    state.with { state in
      let start = state.outbound.writerIndex
      message.encode(into: &state.outbound, correlationID: id)
      state.queuedFrames += 1
      let bodyLength = state.outbound.writerIndex - start - WireLimits.headerLength
      guard bodyLength > state.connection.bodyLength else { return }
      state.outbound.moveWriterIndex(to: start)
      WireError.tooLarge("the reply is too long", limit: state.connection.bodyLength)
        .encode(into: &state.outbound, correlationID: id)
    }
  }

  private func authenticate(_ message: Authentication, _ challenge: [UInt8], _ id: UInt64) {
    guard let authenticator = server.authenticator else { return }
    let now = NIODeadline.now()
    let result = authenticator.verify(
      identifier: message.identifier, challenge: challenge, code: message.code, peer: peer,
      now: now)
    if case .failure = result { metrics.recordAuthenticationFailure() }
    tell { $0.authenticated(result, correlationID: id, at: now) }
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
    _ request: borrowing ServerConnection.AcceptedRequest, _ id: UInt64, _ deadline: NIODeadline
  ) {
    let version = scheduler.catalog.resolve(
      request.rows.model, routingKey: request.rows.routingKey)
    guard let version else { return complete(id, .failure(.unknownModel)) }
    do throws(WireError) {
      let task = ScoringTask(
        correlationID: id, form: request.form, rowCount: request.rows.rowCount, version: version,
        receivedAt: scheduler.now, deadline: deadline, flags: request.flags,
        traceID: request.rows.traceID, maximumBodyLength: state.with { $0.connection.bodyLength })
      try task.verify(request.rows)
      try scheduler.submit(task, rows: request.rows, of: self)
    } catch {
      version.metrics.record(error)
      complete(id, .failure(error))
    }
  }

  /// Hands a request to the scoring threads; its reply comes to ``complete(_:_:)``.
  func scoreInPool(_ task: ScoringTask, rows: borrowing RequestRows) {
    let job = ScoringJob(task, rows: rows.detached(), sink: sink, connection: life)
    pooled[task.correlationID] = job
    server.pool.submit(job)
    transport?.wake(at: task.deadline)
  }

  /// Queues the reply of a request that was scored in this loop.
  func reply(
    toMember index: Int, _ id: UInt64, of batch: RowBatch<ConnectionDriver>, _ times: BatchTimes
  ) {
    _ = state.with { state in
      state.finish(id, at: scheduler.now) { outbound throws(WireError) in
        try batch.encodeReply(ofMember: index, times: times, into: &outbound)
      }
    }
  }

  /// Queues the one terminal reply of a request, if its connection still wants it.
  func complete(_ id: UInt64, _ reply: Result<ByteBuffer, WireError>) {
    let wasPooled = !pooled.isEmpty && pooled.removeValue(forKey: id) != nil
    let credit = state.with { state in
      let isWanted = state.finish(id, at: scheduler.now) { outbound throws(WireError) in
        var frame = try reply.get()
        outbound.writeBuffer(&frame)
      }
      guard isWanted, wasPooled else { return Credit?.none }
      return state.connection.creditAfterReply(queueFill: server.pool.fill)
    }
    if let credit { queue(credit, 0) }
  }
}
