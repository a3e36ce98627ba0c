import ApusWire
import Logging
import NIOCore

/// Carries a connection over a channel of SwiftNIO: the one that is behind TLS.
final class ChannelTransport: ChannelDuplexHandler, ConnectionTransport {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let scheduler: LoopScheduler
  private let peer: String
  private var context: ChannelHandlerContext?
  private var driver: ConnectionDriver?
  private var announced: CatalogSnapshot
  private var timer: Scheduled<Void>?
  private var wakeDeadline = NIODeadline.distantFuture
  private var isReadHeld = false

  init(_ scheduler: LoopScheduler, channel: any Channel) {
    self.scheduler = scheduler
    peer = channel.remoteAddress?.ipAddress ?? "unknown"
    announced = scheduler.catalog
  }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    scheduler.beginTurn()
    let sink = ChannelReplySink(
      eventLoop: context.eventLoop, transport: NIOLoopBound(self, eventLoop: context.eventLoop))
    let driver = ConnectionDriver(scheduler, sink: sink, peer: peer, role: .serving)
    self.driver = driver
    driver.opened(on: self)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let driver, driver.acceptsFrames else { return }
    scheduler.beginTurn()
    driver.received(unwrapInboundIn(data))
    scheduler.flushLater(driver)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    scheduler.endTurn()
  }

  func read(context: ChannelHandlerContext) {
    // Not reading is what holds a peer back that does not read its replies.
    if context.channel.isWritable || driver?.acceptsFrames == false {
      context.read()
    } else {
      isReadHeld = true
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    scheduler.beginTurn()
    driver?.writabilityChanged()
    scheduler.endTurn()
    resumeReading()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed: driver?.inputClosed()
    case ChannelNotice.drain: driver?.drain()
    case ChannelNotice.modelsChanged:
      scheduler.beginTurn()
      driver?.modelsChanged(scheduler.catalog.changes(since: announced))
      announced = scheduler.catalog
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    driver?.closed()
    self.context = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    scheduler.server.metrics.recordConnectionRefused(.tls)
    scheduler.server.log.debug(
      "connection lost", metadata: ["peer": "\(peer)", "error": "\(error)"])
    context.close(promise: nil)
  }

  fileprivate func complete(_ reply: Result<ByteBuffer, WireError>, _ correlationID: UInt64) {
    guard let driver else { return }
    scheduler.beginTurn()
    driver.complete(correlationID, reply)
    driver.endTurn()
  }

  // MARK: ConnectionTransport

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func send(_ bytes: inout ByteBuffer) {
    var taken = ByteBuffer()
    swap(&taken, &bytes)
    context?.writeAndFlush(wrapOutboundOut(taken), promise: nil)
  }

  func notifyWhenFlushed() {
    guard let context else { return }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in self.driver?.outputFlushed() }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    resumeReading()
  }

  func shutDownOutput() { context?.close(mode: .output, promise: nil) }

  func close() { context?.close(promise: nil) }

  func wake(at deadline: NIODeadline) {
    guard deadline < wakeDeadline, let context else { return }
    timer?.cancel()
    wakeDeadline = deadline
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.wakeDeadline = .distantFuture
      self.scheduler.beginTurn()
      self.driver?.tick()
    }
  }

  private func resumeReading() {
    guard isReadHeld, let context, isWritable || driver?.acceptsFrames == false else { return }
    isReadHeld = false
    context.read()
  }
}

/// Takes replies to a connection of a channel.
private struct ChannelReplySink: ReplySink {
  let eventLoop: any EventLoop
  let transport: NIOLoopBound<ChannelTransport>

  func deliver(_ reply: Result<ByteBuffer, WireError>, to correlationID: UInt64) {
    eventLoop.execute { transport.value.complete(reply, correlationID) }
  }
}
