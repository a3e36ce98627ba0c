import ApusClient
import ApusServing
import ApusWire
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// The client over TLS, against the server's own identity.
@Suite(.enabled(if: TestCertificates.isAvailable, "there is no openssl here"))
struct ClientTLSTests {
  /// Serves HELLO and PING over TLS, connects a client, and says whether it was answered.
  private func connect(
    _ files: TLSIdentity.Files,
    _ settings: ClientTLS,
    host: String = "localhost"
  ) async throws -> ClientError? {
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let identity = try TLSIdentity(files, log: log)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            identity.handler(), Responder(),
          ])
        }
      }
      .bind(host: host, port: 0).get()
    var configuration = ClientConfiguration.patient
    configuration.tls = settings
    var failure: ClientError?
    do throws(ClientError) {
      let client = try await Client.connect(
        host: host,
        port: channel.localAddress?.port ?? 0,
        configuration: configuration
      )
      await client.close()
    } catch {
      failure = error
    }
    try await channel.close()
    return failure
  }

  @Test func aServerOfTheRootsIsTrusted() async throws {
    let certificates = try TestCertificates()
    let files = TLSIdentity.Files(
      certificate: certificates.path("server.pem"), key: certificates.path("server.key"))
    let roots = certificates.path("server.pem")
    #expect(try await connect(files, ClientTLS(rootsPath: roots)) == nil)

    let stranger = try await connect(files, ClientTLS())
    #expect(stranger?.code == .connectFailed)
    #expect(stranger?.message.contains("TLS") == true, "\(stranger?.message ?? "")")

    let otherName = ClientTLS(rootsPath: roots, serverName: "example.org")
    #expect(try await connect(files, otherName)?.code == .connectFailed)
    // The certificate names no address.
    let address = try await connect(files, ClientTLS(rootsPath: roots), host: "127.0.0.1")
    #expect(address?.code == .connectFailed)
    let named = ClientTLS(rootsPath: roots, serverName: "localhost")
    #expect(try await connect(files, named, host: "127.0.0.1") == nil)
  }

  @Test func aClientShowsItsOwnCertificate() async throws {
    let certificates = try TestCertificates()
    try certificates.makeRoot("clients")
    try certificates.make("client", signedBy: "clients")
    let files = TLSIdentity.Files(
      certificate: certificates.path("server.pem"),
      key: certificates.path("server.key"),
      clientRoots: certificates.path("clients.pem")
    )
    let roots = certificates.path("server.pem")
    let own = ClientTLS(
      rootsPath: roots,
      certificatePath: certificates.path("client.pem"),
      keyPath: certificates.path("client.key")
    )
    #expect(try await connect(files, own) == nil)
    #expect(try await connect(files, ClientTLS(rootsPath: roots)) != nil)
  }
}

/// Answers HELLO and PING.
private final class Responder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var decoder = FrameDecoder(from: .client)
  private var inbound = ByteBuffer()

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var received = unwrapInboundIn(data)
    inbound.writeBuffer(&received)
    var replies = ByteBuffer()
    while let frame = try? decoder.next(from: &inbound) {
      let id = frame.header.correlationID
      if frame.header.type == .hello {
        ServerConfiguration().grant.encode(into: &replies, correlationID: id)
      } else if let ping = try? Ping(decoding: frame.body) {
        Pong(number: ping.number).encode(into: &replies, correlationID: id)
      }
    }
    context.writeAndFlush(wrapOutboundOut(replies), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

extension ServerConfiguration {
  fileprivate var grant: HelloOK {
    HelloOK(
      environment: 0,
      bodyLength: UInt32(bodyLength),
      rowsPerRequest: UInt32(rowsPerRequest),
      credit: credit,
      defaultBudgetMicroseconds: 1_000_000,
      maximumBudgetMicroseconds: 1_000_000,
      serverName: "test",
      serverVersion: "1"
    )
  }
}
