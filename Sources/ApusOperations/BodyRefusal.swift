import NIOCore
import NIOHTTPTypes

/// Hangs up on a request with a body: none of ours has one, and one without end would hold the
/// connection for ever.
final class BodyRefusal: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .body = unwrapInboundIn(data) { return context.close(promise: nil) }
    context.fireChannelRead(data)
  }
}
