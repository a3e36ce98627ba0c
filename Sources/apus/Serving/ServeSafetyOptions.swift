internal import ApusServing
internal import ArgumentParser

/// Who may use a server, and how the server proves who it is.
struct ServeSafetyOptions: ParsableArguments {
  @Option(help: "A file of tokens; each line is made by apus token.")
  var tokens: String?

  @Option(help: "Where to listen for clients that speak TLS.")
  var tls: Address?

  @Option(help: "The certificate for TLS, in PEM, with those that lead to its root.")
  var certificate: String?

  @Option(help: "The private key of the certificate, in PEM.")
  var key: String?

  @Option(help: "The roots, in PEM, one of which must have signed a client's certificate.")
  var clientRoots: String?

  @Flag(inversion: .prefixedNo, help: "Serve other machines without asking who they are.")
  var allowOpen = false

  /// The files of the TLS identity; nil without `--tls`.
  var identity: TLSIdentity.Files? {
    guard tls != nil, let certificate, let key else { return nil }
    return TLSIdentity.Files(certificate: certificate, key: key, clientRoots: clientRoots)
  }

  /// Refuses options that are of no use without each other.
  ///
  /// - Throws: `Failure` naming them.
  func verifyTogether() throws {
    let hasFiles = certificate != nil || key != nil || clientRoots != nil
    if tls != nil, certificate == nil || key == nil {
      throw Failure.usage("--tls needs --certificate and --key")
    }
    if tls == nil, hasFiles {
      throw Failure.usage("--certificate, --key and --client-roots need --tls")
    }
  }

  /// Refuses to listen to other machines where nothing asks who they are.
  ///
  /// - Throws: `SecurityError` naming the address.
  func verifyAddresses(of options: ServeOptions) throws(SecurityError) {
    let asksForToken = tokens != nil
    let listeners: [(address: Address?, isAuthenticated: Bool)] = [
      (options.listen, asksForToken), (options.admin, asksForToken),
      (tls, asksForToken || clientRoots != nil), (options.http, false),
    ]
    for (address, isAuthenticated) in listeners {
      guard let address else { continue }
      try ListenPolicy.verify(
        host: address.host, isAuthenticated: isAuthenticated, isOpenAllowed: allowOpen)
    }
  }
}
