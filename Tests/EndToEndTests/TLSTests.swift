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
        "--key", workspace.path("server.key"), "--client-roots", workspace.path("server.pem"),
      ],
      in: workspace)
    let ready = try JSONSerialization.jsonObject(with: Data(server.line.utf8)) as? [String: Any]
    let port = try #require((ready?["tls"] as? String)?.split(separator: ":").last)

    func score(_ output: String, _ options: [String]) async throws -> Apus.Outcome {
      try await Apus.run(
        ["score", "--model", "visits", "--data", trained.data, "--output", workspace.path(output)]
          + options,
        in: workspace)
    }
    let plain = try await score("plain.csv", ["--connect", server.address])
    #expect(plain.exitCode == 0, "\(plain.errors)")
    let (certificate, key) = (workspace.path("server.pem"), workspace.path("server.key"))
    let roots = ["--connect", "localhost:\(port)", "--tls", "--roots", certificate]
    let proof = ["--certificate", certificate, "--key", key]
    let trusted = try await score("trusted.csv", roots + proof)
    #expect(trusted.exitCode == 0, "\(trusted.errors)")
    #expect(try workspace.text("trusted.csv") == workspace.text("plain.csv"))

    // The system's roots know nothing of this certificate.
    let unknown = try await score("none.csv", ["--connect", "localhost:\(port)", "--tls"] + proof)
    #expect(unknown.exitCode != 0 && unknown.errors.contains("TLS"), "\(unknown.errors)")
    let anonymous = try await score("none.csv", roots)
    #expect(anonymous.exitCode != 0, "the server asks for a certificate")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("none.csv")))
    #expect(await server.stop() == 0)
  }

  @Test(arguments: [
    (["--connect", "localhost:1", "--roots", "r"], "go with --tls"),
    (["--connect", "localhost:1", "--tls", "--key", "k"], "--certificate and --key go together"),
    (["--tls"], "--tls goes with --connect"),
  ])
  func `options of TLS that cannot be are refused`(options: [String], words: String) async throws {
    let outcome = try await Apus.run(
      ["score", "--model", "visits", "--data", "x.csv", "--output", "y.csv"] + options,
      in: Workspace())
    #expect(outcome.exitCode == 64 && outcome.errors.contains(words), "\(outcome.errors)")
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
