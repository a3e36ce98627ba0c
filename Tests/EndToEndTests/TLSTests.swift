import Foundation
import Testing

/// Scores that come over TLS, from the command line.
@Suite(
  .timeLimit(.minutes(2)), .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/openssl"))
) struct TLSTests {
  @Test func `scores come encrypted from a server that is trusted`() async throws {
    let trained = try await TrainedModel.shared()
    let workspace = try Workspace()
    try makeCertificate(in: workspace)
    let server = try await ServerProcess(
      models: trained.models,
      options: [
        "--tls", "127.0.0.1:0", "--certificate", workspace.path("server.pem"),
        "--key", workspace.path("server.key"),
      ],
      in: workspace)
    let ready = try JSONSerialization.jsonObject(with: Data(server.line.utf8)) as? [String: Any]
    let port = try #require((ready?["tls"] as? String)?.split(separator: ":").last)

    func score(_ output: String, _ options: String...) async throws -> Apus.Outcome {
      try await Apus.run(
        ["score", "--model", "visits", "--data", trained.data, "--output", workspace.path(output)]
          + options,
        in: workspace)
    }
    let plain = try await score("plain.csv", "--connect", server.address)
    #expect(plain.exitCode == 0, "\(plain.errors)")
    let trusted = try await score(
      "trusted.csv", "--connect", "localhost:\(port)", "--tls", "--roots",
      workspace.path("server.pem"))
    #expect(trusted.exitCode == 0, "\(trusted.errors)")
    #expect(try workspace.text("trusted.csv") == workspace.text("plain.csv"))

    // The system's roots know nothing of this certificate.
    let unknown = try await score("unknown.csv", "--connect", "localhost:\(port)", "--tls")
    #expect(unknown.exitCode != 0 && unknown.errors.contains("TLS"), "\(unknown.errors)")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("unknown.csv")))
    #expect(await server.stop() == 0)
  }

  @Test func `files of TLS need it`() async throws {
    let outcome = try await Apus.run(
      [
        "score", "--model", "visits", "--data", "x.csv", "--output", "y.csv", "--connect",
        "localhost:1", "--roots", "server.pem",
      ],
      in: Workspace())
    #expect(outcome.exitCode == 64 && outcome.errors.contains("go with --tls"))
  }

  private func makeCertificate(in workspace: Workspace) throws {
    let openssl = Process()
    openssl.executableURL = URL(filePath: "/usr/bin/openssl")
    openssl.currentDirectoryURL = workspace.folder
    openssl.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      "-keyout", "server.key", "-out", "server.pem",
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    try #require(openssl.terminationStatus == 0)
  }
}
