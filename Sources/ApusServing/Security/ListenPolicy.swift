import NIOCore

/// The rule that nobody serves the whole network by accident.
public enum ListenPolicy {
  /// Refuses an address that other machines reach, if nothing asks them who they are.
  ///
  /// - Parameters:
  ///   - host: The address or name to listen on.
  ///   - isAuthenticated: Whether clients must prove who they are, by a token or a certificate.
  ///   - isOpenAllowed: Whether the operator said that this is meant.
  /// - Throws: ``SecurityError`` that says what to do.
  public static func verify(
    host: String, isAuthenticated: Bool, isOpenAllowed: Bool
  ) throws(SecurityError) {
    guard !isAuthenticated, !isOpenAllowed, !isLoopback(host) else { return }
    throw SecurityError(
      .open,
      "listening on \(host) would serve everybody who reaches this machine; name a token file or "
        + "client roots, listen on 127.0.0.1, or allow it with --allow-open")
  }

  /// Whether only this machine reaches an address.
  ///
  /// - Parameter host: The address or name; a name is looked up.
  /// - Returns: Whether it is one of 127.0.0.0/8 or ::1; `false` if it cannot be found.
  public static func isLoopback(_ host: String) -> Bool {
    let address = try? SocketAddress.makeAddressResolvingHost(host, port: 0)
    guard let text = address?.ipAddress else { return false }
    return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
  }
}
