import ApusWire
import NIOCore

/// Performs the actions of a ``ClientConnection`` on its channel.
///
/// All requests of one turn of the event loop leave in one write. The handler tells its session
/// what it cannot settle itself: requests for another connection, and the end of this one.
final class ClientConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Bodies of up to this many bytes are copied together, so that they leave in one write.
  private static let copyLimit = 16 << 10

  private(set) var connection: ClientConnection<PendingRequest>
  private let session: ClientSession
  private var decoder = FrameDecoder(from: .server)
  private var inbound = ByteBuffer()
  private var outbound = ByteBuffer()
  private var context: ChannelHandlerContext?
  private var isFlushScheduled = false
  private var timer: Scheduled<Void>?
  private var timerDeadline = NIODeadline.distantFuture

  init(session: ClientSession) {
    self.session = session
    connection = ClientConnection(hasToken: session.configuration.token != nil)
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func channelActive(context: ChannelHandlerContext) {
    let configuration = session.configuration
    Hello(
      clientName: configuration.clientName,
      clientVersion: configuration.clientVersion,
      environment: configuration.environment,
      features: session.features
    ).encode(into: &outbound, correlationID: session.makeID())
    flush()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var received = unwrapInboundIn(data)
    if inbound.readableBytes == 0 {
      inbound = received
    } else {
      if inbound.readerIndex > inbound.readableBytes { inbound.discardReadBytes() }
      inbound.writeBuffer(&received)
    }
    do throws(FrameFailure) {
      while let frame = try decoder.next(from: &inbound) {
        perform(connection.received(frame))
      }
    } catch {
      perform(connection.close(.protocolViolation(error.error)))
    }
    if inbound.readableBytes == 0 { inbound = ByteBuffer() }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    sendQueue()
    closeIfDone()
  }

  func channelInactive(context: ChannelHandlerContext) {
    perform(connection.close(.connectionLost))
    timer?.cancel()
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = ClientError(handshake: error), !connection.isEstablished {
      perform(connection.close(error))
    }
    context.close(promise: nil)
  }

  // MARK: Requests

  /// Whether new requests may be given to this connection.
  var acceptsRequests: Bool { context != nil && connection.acceptsRequests }

  /// Sends a request as soon as the credit allows.
  func submit(_ request: PendingRequest) {
    connection.submit(
      request,
      id: request.id,
      charge: request.charge,
      feature: request.frame.header.type.feature,
      deadline: request.deadline
    )
    schedule(request.deadline)
    scheduleFlush()
  }

  /// Drops a waiter, and tells the server that nobody waits.
  func abandon(_ id: UInt64) -> PendingRequest? {
    let request = connection.abandon(id)
    if request != nil, connection.isInFlight(id), connection.features.contains(.cancel) {
      Cancel().encode(into: &outbound, correlationID: id)
      scheduleFlush()
    }
    return request
  }

  /// Ends the connection.
  func close(_ error: ClientError) {
    perform(connection.close(error))
  }

  /// Waits until the end of this turn of the event loop, so that requests of one turn go together.
  private func scheduleFlush() {
    guard !isFlushScheduled, let context else { return }
    isFlushScheduled = true
    context.eventLoop.assumeIsolated().execute {
      self.isFlushScheduled = false
      self.sendQueue()
    }
  }

  private func sendQueue() {
    let now = NIODeadline.now()
    while let (_, request, verdict) = connection.nextToSend() {
      switch verdict {
      case .send: write(request, at: now)
      case .tooLarge:
        request.waiter.resume(returning: .failure(.tooLarge(connection.limits)))
      case .unsupported:
        request.waiter.resume(returning: .failure(.unsupported(request.frame.header.type)))
      }
    }
    flush()
  }

  private func write(_ request: PendingRequest, at now: NIODeadline) {
    let start = outbound.writerIndex
    outbound.writeRepeatingByte(0, count: WireLimits.headerLength)
    request.header(at: now, features: connection.features).set(in: &outbound, at: start)
    if request.frame.body.readableBytes <= Self.copyLimit {
      outbound.writeImmutableBuffer(request.frame.body)
    } else {
      flush()
      context?.write(wrapOutboundOut(request.frame.body), promise: nil)
      context?.flush()
    }
  }

  private func flush() {
    guard outbound.readableBytes > 0, let context else { return }
    // Taken out first: a write that fails ends the connection before it returns.
    var requests = ByteBuffer()
    swap(&requests, &outbound)
    context.writeAndFlush(wrapOutboundOut(requests), promise: nil)
    if outbound.readableBytes == 0, requests.capacity <= 64 << 10 {
      requests.clear()
      outbound = requests
    }
  }

  private func closeIfDone() {
    guard connection.phase == .leaving, connection.isIdle else { return }
    perform(connection.close(.closed))
  }

  private func schedule(_ deadline: NIODeadline) {
    guard deadline < timerDeadline, let context else { return }
    timer?.cancel()
    timerDeadline = deadline
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timerDeadline = .distantFuture
      for request in self.connection.expire(at: .now()) {
        request.waiter.resume(returning: .failure(.timeout))
      }
      if let next = self.connection.earliestDeadline { self.schedule(next) }
    }
  }

  private func perform(_ action: ClientConnection<PendingRequest>.Action) {
    switch action {
    case .none: break
    case .answer(let request, let frame): session.answered(request, frame)
    case .authenticate(let limits):
      widen(limits)
      session.configuration.token?.proof(for: limits.challenge)
        .encode(into: &outbound, correlationID: session.makeID())
      flush()
    case .ready(let limits):
      widen(limits)
      session.connectionIsReady(self)
    case .sendProbeOK(let message):
      message.encode(into: &outbound, correlationID: 0)
      flush()
    case .notify(let message): session.configuration.onPush?(message)
    case .leave(let requests):
      session.connectionIsLeaving(self, requests)
      closeIfDone()
    case .fail(let requests, let error):
      let context = context
      self.context = nil
      context?.close(promise: nil)
      session.connectionEnded(self, requests, error)
    }
  }

  private func widen(_ limits: HelloOK) {
    decoder.maximumBodyLength = min(Int(limits.bodyLength), WireLimits.hardBodyLength)
    decoder.features = limits.features.intersection(session.features)
  }
}

extension ClientError {
  fileprivate static func unsupported(_ type: FrameType) -> ClientError {
    ClientError(
      code: .unsupported,
      message:
        "the server does not offer \(FrameTable.layout(of: type).name); use a server that does"
    )
  }

  fileprivate static func tooLarge(_ limits: HelloOK?) -> ClientError {
    ClientError(
      code: .tooLarge,
      message:
        "the request exceeds what the server grants: \(limits?.rowsPerRequest ?? 0) rows and "
        + "\(limits?.bodyLength ?? 0) bytes; send smaller batches"
    )
  }
}
