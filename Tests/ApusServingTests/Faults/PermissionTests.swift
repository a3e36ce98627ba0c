import ApusServing
import ApusWire
import NIOCore
import Testing

/// What a client may do before it has said who it is, and without the right to.
@Suite struct PermissionTests {
  /// Knows one name and takes the challenge itself for the code.
  private struct Echo: Authenticator {
    let scopes: Scopes

    func verify(
      identifier: String, challenge: [UInt8], code: [UInt8], peer: String, now: NIODeadline
    ) -> Result<Scopes, WireError> {
      identifier == "shop" && code == challenge
        ? .success(scopes) : .failure(.authenticationRequired)
    }
  }

  /// Answers every order.
  private struct Obedient: ModelAdministrator {
    func perform(_ request: AdminRequest) async -> Result<AdminReply, WireError> {
      .success(AdminReply(durationMicroseconds: 5, name: request.name))
    }
  }

  private func serve(
    scopes: Scopes? = nil, administrator: (any ModelAdministrator)? = nil,
    _ body: (Server) async throws -> Void
  ) async throws {
    var configuration = ServerConfiguration()
    configuration.administration = (host: "127.0.0.1", port: 0)
    configuration.helloTimeout = .seconds(20)
    configuration.drainQuietTime = .milliseconds(20)
    var services = ServerServices()
    services.authenticator = scopes.map { Echo(scopes: $0) }
    services.administrator = administrator
    let server = try await Server.start(
      configuration, catalog: ModelCatalog([FakeModel()]), services: services)
    do { try await body(server) } catch { Issue.record(error) }
    await server.drain()
  }

  /// Requests of all kinds but PING and AUTH, with the ids from 10 on.
  private func requests(_ info: ModelInfo) -> [ByteBuffer] {
    var list = ByteBuffer()
    ModelListRequest().encode(into: &list, correlationID: 10)
    var description = ByteBuffer()
    ModelInfoRequest(name: "sum").encode(into: &description, correlationID: 11)
    var statistics = ByteBuffer()
    StatisticsRequest().encode(into: &statistics, correlationID: 12)
    var order = ByteBuffer()
    Self.order.encode(into: &order, correlationID: 13)
    return [
      list, description, statistics, order, scoreFrame(info, rows: [1, 2, 3, 4], id: 14),
    ]
  }

  private static let order = AdminRequest(
    .rollback, key: RequestKey(rawValue: 1), name: "sum")

  private func error(_ frame: Frame?) throws -> WireError {
    try WireError(decoding: try #require(frame).body)
  }

  @Test func beforeAuthNothingIsTold() async throws {
    try await serve(scopes: [.score]) { server in
      let raw = try RawClient(port: server.address.port ?? 0)
      let grant = try raw.hello(features: .known)
      #expect(grant.requiresAuthentication)
      raw.send(Ping(number: 3), id: 2)
      #expect(try raw.receive()?.header.type == .pong)
      for request in requests(FakeModel().info) {
        raw.send(request)
        #expect(try error(try raw.receive()) == .authenticationRequired)
      }
      // A wrong code, and one that was heard on another connection.
      let other = try RawClient(port: server.address.port ?? 0)
      let heard = try other.hello().challenge
      #expect(heard != grant.challenge)
      for code in [[UInt8](repeating: 0, count: 32), heard] {
        raw.send(Authentication(identifier: "shop", code: code), id: 20)
        #expect(try error(try raw.receive()) == .authenticationRequired)
      }
      raw.send(Authentication(identifier: "shop", code: grant.challenge), id: 21)
      #expect(try raw.receive()?.header.type == .authOK)
      raw.send(ModelInfoRequest(name: "sum"), id: 22)
      let info = try ModelInfo(decoding: try #require(try raw.receive()).body)
      raw.send(scoreFrame(info, rows: [1, 2, 3, 4], id: 23))
      let reply = try #require(try raw.receive())
      #expect(try ScoreReply(decoding: reply.body).scores == [10])
    }
  }

  @Test func withoutTheScopeARequestIsForbidden() async throws {
    try await serve(scopes: [.decide], administrator: Obedient()) { server in
      for address in [server.address, server.administrationAddress] {
        let raw = try RawClient(port: try #require(address?.port))
        let grant = try raw.hello(features: .known)
        raw.send(Authentication(identifier: "shop", code: grant.challenge), id: 2)
        #expect(try raw.receive()?.header.type == .authOK)
        raw.send(scoreFrame(FakeModel().info, rows: [1, 2, 3, 4], id: 3))
        #expect(try error(try raw.receive()) == .forbidden)
        var order = ByteBuffer()
        Self.order.encode(into: &order, correlationID: 4)
        raw.send(order)
        #expect(try error(try raw.receive()) == .forbidden)
      }
    }
  }

  @Test func ordersAreTakenOnlyWhereAdministratorsCome() async throws {
    try await serve(administrator: Obedient()) { server in
      var order = ByteBuffer()
      Self.order.encode(into: &order, correlationID: 5)
      let client = try RawClient(port: server.address.port ?? 0)
      try client.hello(features: .known)
      client.send(order)
      #expect(try error(try client.receive()) == .forbidden)
      let administrator = try RawClient(port: server.administrationAddress?.port ?? 0)
      try administrator.hello(features: .known)
      administrator.send(order)
      let reply = try #require(try administrator.receive())
      #expect(reply.header.type == .modelRollbackOK)
      #expect(try AdminReply(decoding: reply.body).name == "sum")
    }
  }
}
