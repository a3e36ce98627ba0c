import Foundation
import Testing

/// Certificates that the `openssl` command makes for one test.
struct TestCertificates {
  static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try makeRoot("server")
  }

  func path(_ name: String) -> String { folder.path(name) }

  /// Makes `NAME.pem` and `NAME.key`: a root, which is a certificate for `localhost` too.
  func makeRoot(_ name: String) throws {
    try openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name) "
        + "-addext subjectAltName=DNS:localhost -keyout \(name).key -out \(name).pem")
  }

  /// Makes `NAME.pem` and `NAME.key`, signed by a root.
  func make(_ name: String, signedBy root: String, days: Int = 2) throws {
    try openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name) "
        + "-keyout \(name).key -out \(name).csr")
    try openssl(
      "x509 -req -in \(name).csr -CA \(root).pem -CAkey \(root).key -CAcreateserial "
        + "-days \(days) -out \(name).pem")
  }

  private func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.currentDirectoryURL = URL(filePath: folder.path(""))
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "openssl \(arguments)")
  }
}
