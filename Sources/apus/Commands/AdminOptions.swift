internal import ApusClient
internal import ApusWire
internal import ArgumentParser
internal import NIOCore

/// Where the server is, and who gives it orders.
struct AdminOptions: ParsableArguments {
  @Option(help: "The server's listener for administration, as HOST:PORT.")
  var server: Address?

  @Option(help: "The server's Unix-domain socket, in place of --server.")
  var unix: String?

  @OptionGroup var proof: TokenOptions

  @Option(help: "How long to wait, in seconds.")
  var timeout = 300

  func validate() throws {
    guard (server == nil) != (unix == nil) else {
      throw ValidationError("name the server by one of --server and --unix")
    }
    try require(timeout, in: 1...86_400, "--timeout")
  }

  /// Connects, calls `body`, and closes the connection.
  func withClient<Result>(_ body: (Client) async throws -> Result) async throws -> Result {
    var configuration = ClientConfiguration()
    configuration.clientName = "apus-admin"
    configuration.clientVersion = Apus.version
    configuration.requestTimeout = .seconds(Int64(timeout))
    configuration.token = try proof.token
    let endpoint: Endpoint =
      if let unix {
        .unix(path: unix)
      } else {
        .tcp(host: server?.host ?? "", port: server?.port ?? 0)
      }
    let client = try await Client.connect(to: endpoint, configuration: configuration)
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }

  /// Gives one order and prints its result.
  func give(_ order: AdminRequest) async throws {
    let reply = try await withClient { try await $0.administer(order) }
    try Terminal.print(json: AdminReport(reply))
  }
}

/// The result of an order, for people and scripts.
private struct AdminReport: Encodable {
  let name: String
  let stable: String?
  let canary: String?
  let artifact: String?
  let milliseconds: Double

  init(_ reply: AdminReply) {
    name = reply.name
    stable = reply.stableVersion.isEmpty ? nil : reply.stableVersion
    canary = reply.canaryVersion.isEmpty ? nil : reply.canaryVersion
    artifact =
      reply.artifact.rawValue == 0 ? nil : String(reply.artifact.rawValue, radix: 16)
    milliseconds = Double(reply.durationMicroseconds) / 1000
  }
}
