import ApusClient
import ApusServing
import ApusWire
import NIOCore
import Testing

/// A server of fake models, and a healthy client whose answers stay right whatever others do.
struct TestServer: Sendable {
  let server: Server
  let model: FakeModel
  let info: ModelInfo
  let healthy: Client

  var port: Int { server.address.port ?? 0 }

  /// Starts a server with short times, runs `body`, checks the healthy client and shuts down.
  static func run(
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    model: FakeModel = FakeModel(),
    body: (TestServer) async throws -> Void
  ) async throws {
    var configuration = ServerConfiguration()
    configuration.helloTimeout = .milliseconds(200)
    configuration.frameTimeout = .milliseconds(200)
    configuration.writeTimeout = .milliseconds(200)
    configuration.lingerTimeout = .milliseconds(200)
    configuration.drainQuietTime = .milliseconds(20)
    configuration.drainTimeout = .seconds(2)
    configuration.defaultBudget = .seconds(20)
    // A model that is stuck holds up what is computed together with it.
    configuration.batchRowLimit = 1
    change(&configuration)
    let catalog = ModelCatalog([model, FakeModel("other", digest: 9)])
    let server = try await Server.start(configuration, catalog: catalog)
    do {
      let healthy = try await Client.connect(
        host: "127.0.0.1",
        port: server.address.port ?? 0,
        configuration: .patient
      )
      let info = try await healthy.modelInfo(model.info.name)
      let test = TestServer(server: server, model: model, info: info, healthy: healthy)
      do {
        try await body(test)
        try await test.checkHealthy()
      } catch is Drained {
        // There is nothing left to check.
      } catch {
        Issue.record(error)
      }
      model.gate.open()
      await healthy.close()
    } catch {
      Issue.record(error)
    }
    await server.drain()
  }

  /// Scores on the healthy connection.
  func checkHealthy(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let reply = try await healthy.score(model: info, rows: [1, 2, 3, 4, 5, 6, 7, 8], rowCount: 2)
    #expect(reply.scores == [10, 26], sourceLocation: sourceLocation)
  }
}

extension ClientConfiguration {
  /// For tests on machines that are busy with other tests.
  static var patient: ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.requestTimeout = .seconds(20)
    configuration.connectTimeout = .seconds(10)
    return configuration
  }
}
