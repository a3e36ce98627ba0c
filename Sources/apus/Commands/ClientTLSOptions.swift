internal import ApusClient
internal import ArgumentParser

/// Whether a connection to a server is encrypted, and whom it trusts.
struct ClientTLSOptions: ParsableArguments {
  @Flag(help: "Connect by TLS.")
  var tls = false

  @Option(help: "A file of certificates in PEM that the server's must come from.")
  var roots: String?

  @Option(help: "A file with the client's own certificate in PEM, where the server wants one.")
  var certificate: String?

  @Option(help: "A file with the key of that certificate.")
  var key: String?

  func validate() throws {
    guard tls || (roots == nil && certificate == nil && key == nil) else {
      throw ValidationError("--roots, --certificate and --key go with --tls")
    }
    guard (certificate == nil) == (key == nil) else {
      throw ValidationError("--certificate and --key go together")
    }
  }

  /// The settings; nil without TLS.
  var settings: ClientTLS? {
    tls ? ClientTLS(rootsPath: roots, certificatePath: certificate, keyPath: key) : nil
  }
}
