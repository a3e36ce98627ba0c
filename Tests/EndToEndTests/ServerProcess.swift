import Foundation

/// `apus serve` on a free port.
struct ServerProcess: Sendable {
  /// `HOST:PORT`.
  let address: String
  /// The line that told it.
  let line: String
  /// Where operators ask, if they can.
  let http: String?

  /// The process.
  let child: Child

  /// The port of ``address``.
  var port: UInt16 { address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

  /// Starts a server and waits until it is ready.
  init(
    models: String, options: [String] = [], environment: [String: String] = [:],
    descriptorLimit: Int? = nil, in workspace: Workspace
  ) async throws {
    child = try Child(
      ["serve", "--models", models, "--listen", "127.0.0.1:0", "--device", "cpu"] + options,
      environment: environment, descriptorLimit: descriptorLimit, in: workspace)
    let name = child.output.lastPathComponent
    // Its output is a file, and a file does not announce that it has grown.
    for _ in 0..<2000 where try !workspace.text(name).contains("\n") {
      try await Task.sleep(for: .milliseconds(10))
    }
    line = try workspace.text(name)
    let ready = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard let address = ready?["address"] as? String, ready?["ready"] as? Bool == true else {
      throw Apus.Unusable(try workspace.text(child.errors.lastPathComponent))
    }
    self.address = address
    http = ready?["http"] as? String
  }

  /// What the server wrote to its log.
  func errors(in workspace: Workspace) throws -> String {
    try workspace.text(child.errors.lastPathComponent)
  }

  /// Stops the server as an operator would.
  ///
  /// - Returns: Its exit code.
  func stop() async -> Int32 {
    child.signal(SIGTERM)
    return await child.exitCode()
  }
}
