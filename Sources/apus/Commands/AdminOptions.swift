internal import ApusClient
internal import ApusWire
internal import ArgumentParser
internal import FoundationEssentials
internal import NIOCore

/// Where the server is, and who gives it orders.
struct AdminOptions: ParsableArguments {
  @Option(help: "The server's listener for administration, as HOST:PORT.")
  var server: Address?

  @Option(help: "The server's Unix-domain socket, in place of --server.")
  var unix: String?

  @Option(help: "The name of the token, where the server wants one.")
  var identifier: String?

  @Option(help: "A file with the token, as apus token printed it.")
  var tokenFile: String?

  @Option(help: "How long to wait, in seconds.")
  var timeout = 300

  func validate() throws {
    guard (server == nil) != (unix == nil) else {
      throw ValidationError("name the server by one of --server and --unix")
    }
    guard (identifier == nil) == (tokenFile == nil) else {
      throw ValidationError("--identifier and --token-file go together")
    }
    guard (identifier ?? "").utf8.count <= WireLimits.nameLength else {
      throw ValidationError("--identifier takes up to \(WireLimits.nameLength) bytes")
    }
    try require(timeout, in: 1...86_400, "--timeout")
  }

  /// Connects, calls `body`, and closes the connection.
  func withClient<Result>(_ body: (Client) async throws -> Result) async throws -> Result {
    var configuration = ClientConfiguration()
    configuration.clientName = "apus-admin"
    configuration.clientVersion = Apus.version
    configuration.requestTimeout = .seconds(Int64(timeout))
    if let identifier, let tokenFile {
      configuration.token = ClientToken(identifier: identifier, token: try Self.token(tokenFile))
    }
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

  private static func token(_ path: String) throws -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Failure.usage("\(path): the file of the token cannot be read")
    }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 1 else {
      throw Failure.usage("\(path): a file of a token holds one word, not \(words.count)")
    }
    return String(words[0])
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
