import ApusWire
import Logging
import NIOCore
import NIOPosix

/// Performs the actions of a ``ServerConnection`` on its channel.
///
/// Bytes are decoded where they were read, small requests are scored at once into the buffer that
/// is sent, and all replies of one wake-up leave in one write.
final class ServerConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Replies are sent before the end of a turn when they exceed this many bytes.
  private static let flushThreshold = 64 << 10

  private let server: ServerContext
  private let log: Logger
  private var connection: ServerConnection
  private var decoder = FrameDecoder(from: .client)
  private var inbound = ByteBuffer()
  private var outbound = ByteBuffer()
  private var timer: Scheduled<Void>?
  private var timerDeadline = NIODeadline.distantFuture
  private var isReadHeld = false
  private var life = ConnectionLife()

  init(server: ServerContext, log: Logger) {
    self.server = server
    self.log = log
    self.connection = ServerConnection(
      configuration: server.configuration,
      openedAt: .now()
    )
  }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    let (count, isDraining) = server.connections.add(context.channel)
    let now = NIODeadline.now()
    if isDraining {
      perform(connection.abort(.draining, at: now), context)
    } else if count > server.configuration.connectionLimit {
      perform(connection.abort(.overloaded(retryAfterMilliseconds: 1000), at: now), context)
    }
    endTurn(context)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var received = unwrapInboundIn(data)
    guard connection.acceptsFrames else { return }
    if inbound.readableBytes == 0 {
      inbound = received
    } else {
      if inbound.readerIndex > inbound.readableBytes { inbound.discardReadBytes() }
      inbound.writeBuffer(&received)
    }
    consumeInput(context)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    endTurn(context)
  }

  func read(context: ChannelHandlerContext) {
    // Not reading is what holds a peer back that does not read its replies.
    if context.channel.isWritable || !connection.acceptsFrames {
      context.read()
    } else {
      isReadHeld = true
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    let isWritable = context.channel.isWritable
    connection.writabilityChanged(isWritable: isWritable, at: .now())
    if isWritable {
      consumeInput(context)
      endTurn(context)
      if isReadHeld, context.channel.isWritable {
        isReadHeld = false
        context.read()
      }
    } else {
      schedule(context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed:
      perform(connection.inputClosed(at: .now()), context)
      endTurn(context)
    case is DrainEvent:
      perform(connection.drain(at: .now()), context)
      endTurn(context)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection.closed()
    life.end()
    timer?.cancel()
    inbound = ByteBuffer()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    log.debug("connection lost", metadata: ["error": "\(error)"])
    context.close(promise: nil)
  }

  // MARK: Turns

  /// Decodes and answers what is there, until it is used up or the replies pile up.
  private func consumeInput(_ context: ChannelHandlerContext) {
    let now = NIODeadline.now()
    var tookFrame = false
    var isUsedUp = false
    while connection.acceptsFrames, context.channel.isWritable {
      do throws(FrameFailure) {
        guard let frame = try decoder.next(from: &inbound) else {
          isUsedUp = true
          break
        }
        tookFrame = true
        perform(connection.received(frame, at: now), context)
      } catch {
        perform(connection.rejected(error, at: now), context)
      }
      if outbound.readableBytes >= Self.flushThreshold { flush(context) }
    }
    if !connection.acceptsFrames || inbound.readableBytes == 0 { inbound = ByteBuffer() }
    let rest: ServerConnection.InputRest =
      if !isUsedUp && inbound.readableBytes > 0 {
        .heldBack
      } else if decoder.isInsideFrame || inbound.readableBytes > 0 {
        .incompleteFrame
      } else {
        .none
      }
    connection.inputConsumed(rest, tookFrame: tookFrame, at: now)
  }

  /// Sends the replies of this turn and sets the timer.
  private func endTurn(_ context: ChannelHandlerContext) {
    flush(context)
    perform(connection.afterTurn(at: .now()), context)
    schedule(context)
  }

  private func flush(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
    guard outbound.readableBytes > 0 || promise != nil else { return }
    // Taken out first: the write may come back here before it returns, when it makes the channel
    // writable again.
    var replies = ByteBuffer()
    swap(&replies, &outbound)
    context.writeAndFlush(wrapOutboundOut(replies), promise: promise)
    // The write mostly ended before it returned, and then this memory is used again.
    if outbound.readableBytes == 0, replies.capacity <= Self.flushThreshold {
      replies.clear()
      outbound = replies
    }
  }

  private func schedule(_ context: ChannelHandlerContext) {
    // A timer that rings too early finds nothing to do and sets itself anew: cheaper than
    // cancelling it whenever a deadline moves.
    guard let deadline = connection.nextDeadline, deadline < timerDeadline else { return }
    timer?.cancel()
    timerDeadline = deadline
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timerDeadline = .distantFuture
      self.perform(self.connection.tick(at: .now()), context)
      self.endTurn(context)
    }
  }

  // MARK: Actions

  private func perform(_ action: ServerConnection.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .none: break
    case .sendHelloOK(let message, let id):
      decoder.maximumBodyLength = connection.bodyLength
      message.encode(into: &outbound, correlationID: id)
    case .sendPong(let message, let id):
      message.encode(into: &outbound, correlationID: id)
    case .sendModelList(let id):
      sendIfShort(server.catalog.snapshot().list, id)
    case .sendModelInfo(let name, let id):
      if let info = server.catalog.snapshot().info(name: name) {
        sendIfShort(info, id)
      } else {
        WireError.unknownModel.encode(into: &outbound, correlationID: id)
      }
    case .score(let id, let deadline):
      score(connection.takeAcceptedRequest(), id, deadline, context)
    case .sendError(let error, let id):
      error.encode(into: &outbound, correlationID: id)
    case .sendGoAway(let message):
      message.encode(into: &outbound, correlationID: 0)
    case .abort(let error):
      log.debug("connection refused", metadata: ["error": "\(error)"])
      error.encode(into: &outbound, correlationID: 0)
      inbound = ByteBuffer()
      flushThen(context) { context in context.close(mode: .output, promise: nil) }
      if isReadHeld { context.read() }
    case .close:
      flushThen(context) { context in context.close(promise: nil) }
    case .closeNow:
      context.close(promise: nil)
    }
  }

  /// Sends a message, or ERROR if the client did not agree to one of that length.
  private func sendIfShort(_ message: some Message, _ id: UInt64) {
    let start = outbound.writerIndex
    message.encode(into: &outbound, correlationID: id)
    let bodyLength = outbound.writerIndex - start - WireLimits.headerLength
    guard bodyLength > connection.bodyLength else { return }
    outbound.moveWriterIndex(to: start)
    WireError.tooLarge("the reply is too long", limit: connection.bodyLength)
      .encode(into: &outbound, correlationID: id)
  }

  private func flushThen(
    _ context: ChannelHandlerContext,
    _ then: @escaping (ChannelHandlerContext) -> Void
  ) {
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in
      then(context)
      self.perform(self.connection.flushed(at: .now()), context)
      self.schedule(context)
    }
    flush(context, promise: promise)
  }

  // MARK: Scoring

  private func score(
    _ request: ScoreRequest,
    _ id: UInt64,
    _ deadline: NIODeadline,
    _ context: ChannelHandlerContext
  ) {
    guard let entry = server.catalog.snapshot().resolve(request.model) else {
      return complete(id, .failure(.unknownModel))
    }
    let scorer = RequestScorer(
      entry: entry,
      request: request,
      correlationID: id,
      maximumBodyLength: connection.bodyLength
    )
    guard scorer.isSmall(for: server.configuration) else {
      return scoreInPool(scorer, deadline, context)
    }
    guard NIODeadline.now() < deadline else { return complete(id, .failure(.deadline(.queue))) }
    do throws(WireError) {
      try scorer.score(into: &outbound)
      _ = connection.finish(id, at: .now())
    } catch {
      complete(id, .failure(error))
    }
  }

  private func scoreInPool(
    _ scorer: RequestScorer,
    _ deadline: NIODeadline,
    _ context: ChannelHandlerContext
  ) {
    guard server.reserveWaitingRequest() else {
      return complete(
        scorer.correlationID,
        .failure(.overloaded(retryAfterMilliseconds: 10))
      )
    }
    let server = server
    let life = life
    let eventLoop = context.eventLoop
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: eventLoop)
    server.scoringPool.submit { state in
      defer { server.releaseWaitingRequest() }
      // Nobody waits for the answer of a connection that is gone.
      guard state == .active, !life.isOver else { return }
      let reply = Self.reply(of: scorer, deadline)
      eventLoop.execute {
        let (handler, context) = bound.value
        handler.complete(scorer.correlationID, reply)
        handler.endTurn(context)
      }
    }
  }

  private static func reply(
    of scorer: RequestScorer,
    _ deadline: NIODeadline
  ) -> Result<ByteBuffer, WireError> {
    guard NIODeadline.now() < deadline else { return .failure(.deadline(.queue)) }
    var buffer = ByteBuffer()
    do throws(WireError) {
      try scorer.score(into: &buffer)
    } catch {
      return .failure(error)
    }
    return .success(buffer)
  }

  /// Queues the one terminal reply of a request, if its connection still wants it.
  private func complete(_ id: UInt64, _ reply: Result<ByteBuffer, WireError>) {
    guard connection.finish(id, at: .now()) else { return }
    switch reply {
    case .success(var frame): outbound.writeBuffer(&frame)
    case .failure(let error): error.encode(into: &outbound, correlationID: id)
    }
  }
}
