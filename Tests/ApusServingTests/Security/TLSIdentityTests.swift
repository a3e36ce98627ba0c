import ApusServing
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@Suite(.enabled(if: TestCertificates.isAvailable, "there is no /usr/bin/openssl"))
struct TLSIdentityTests {
  private static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private let certificates: TestCertificates

  init() throws { certificates = try TestCertificates() }

  private func identity(
    _ certificate: String = "server.pem", _ key: String = "server.key", roots: String? = nil
  ) throws(SecurityError) -> TLSIdentity {
    try TLSIdentity(
      .init(
        certificate: certificates.path(certificate), key: certificates.path(key),
        clientRoots: roots.map { certificates.path($0) }), log: Self.log)
  }

  private func client(
    trusting root: String = "server.pem", as name: String? = nil
  ) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(certificates.path(root))
    if let name {
      configuration.certificateChain =
        try NIOSSLCertificate
        .fromPEMFile(certificates.path("\(name).pem")).map { .certificate($0) }
      configuration.privateKey = .privateKey(
        try NIOSSLPrivateKey(file: certificates.path("\(name).key"), format: .pem))
    }
    return configuration
  }

  /// Shakes hands over a socket and sends one byte, which comes back where both are content.
  private func call(
    _ identity: TLSIdentity, _ configuration: TLSConfiguration, at now: NIODeadline = .now()
  ) async throws -> Bool {
    let group = MultiThreadedEventLoopGroup.singleton
    let listener = try await ServerBootstrap(group: group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(identity.handler(at: now))
          try channel.pipeline.syncOperations.addHandler(Echo())
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let context = try NIOSSLContext(configuration: configuration)
    let answer = group.next().makePromise(of: Bool.self)
    let channel = try await ClientBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
          try channel.pipeline.syncOperations.addHandler(Caller(answer: answer))
        }
      }
      .connect(to: try #require(listener.localAddress)).get()
    let isAnswered = try await answer.futureResult.get()
    try? await channel.close()
    try await listener.close()
    return isAnswered
  }

  @Test func aClientThatTrustsTheCertificateIsServed() async throws {
    try certificates.makeRoot("other")
    let identity = try identity()
    #expect(!identity.verifiesClients)
    #expect(try await call(identity, client()))
    #expect(try await !call(identity, client(trusting: "other.pem")))
  }

  @Test func oldVersionsOfTLSAreRefused() async throws {
    var old = try client()
    old.minimumTLSVersion = .tlsv1
    old.maximumTLSVersion = .tlsv11
    #expect(try await !call(identity(), old))
    var twelve = try client()
    twelve.maximumTLSVersion = .tlsv12
    #expect(try await call(identity(), twelve))
  }

  @Test func onlyClientsOfTheRootsAreServed() async throws {
    try certificates.makeRoot("root")
    try certificates.makeRoot("stranger")
    try certificates.make("shop", signedBy: "root")
    try certificates.make("thief", signedBy: "stranger")
    try certificates.make("late", signedBy: "root", days: -1)
    let identity = try identity(roots: "root.pem")
    #expect(identity.verifiesClients)
    #expect(try await call(identity, client(as: "shop")))
    #expect(try await !call(identity, client(as: "thief")), "another root")
    #expect(try await !call(identity, client(as: "late")), "expired")
    #expect(try await !call(identity, client()), "no certificate")
  }

  @Test func replacedFilesAreUsedWithoutARestart() async throws {
    let identity = try identity()
    let start = NIODeadline.now()
    try certificates.folder.copy("server.pem", to: "former.pem")
    try certificates.folder.copy("server.key", to: "former.key")
    try certificates.makeRoot("next")

    // Half of the change, then garbage: the former pair serves on.
    try certificates.folder.copy("next.pem", to: "server.pem")
    #expect(try await call(identity, client(trusting: "former.pem"), at: start + .seconds(2)))
    try certificates.folder.write("server.pem", "\u{0}garbage")
    #expect(try await call(identity, client(trusting: "former.pem"), at: start + .seconds(4)))

    try certificates.folder.copy("next.pem", to: "server.pem")
    try certificates.folder.copy("next.key", to: "server.key")
    #expect(try await call(identity, client(trusting: "next.pem"), at: start + .seconds(6)))
    #expect(try await !call(identity, client(trusting: "former.pem"), at: start + .seconds(6)))
  }

  @Test func filesOfNoUseAreRefusedWithAReason() throws {
    try certificates.make("late", signedBy: "server", days: -1)
    try certificates.makeRoot("other")
    try certificates.folder.write("garbage", "-----BEGIN CERTIFICATE-----\nx\n")
    let cases: [(String, String, String?, SecurityError.Code)] = [
      ("none.pem", "server.key", nil, .unreadable),
      ("server.pem", "none.key", nil, .unreadable),
      ("server.pem", "server.key", "none.pem", .unreadable),
      ("garbage", "server.key", nil, .malformed),
      ("server.pem", "garbage", nil, .malformed),
      ("server.key", "server.key", nil, .malformed),
      ("server.pem", "server.key", "garbage", .malformed),
      ("server.pem", "other.key", nil, .malformed),
      ("late.pem", "late.key", nil, .expired),
    ]
    for (certificate, key, roots, code) in cases {
      let error = #expect(throws: SecurityError.self) {
        try identity(certificate, key, roots: roots)
      }
      #expect(error?.code == code, "\(certificate), \(key): \(String(describing: error))")
    }
  }
}

/// Sends back what it reads, which is nothing before the handshake is over.
private final class Echo: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.writeAndFlush(data, promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// Sends a byte and waits for it to come back, or for the end.
private final class Caller: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answer: EventLoopPromise<Bool>

  init(answer: EventLoopPromise<Bool>) { self.answer = answer }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [1])), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { answer.succeed(true) }
  func channelInactive(context: ChannelHandlerContext) { answer.succeed(false) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
