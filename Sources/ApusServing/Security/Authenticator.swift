public import ApusWire
public import NIOCore

/// Something that decides who a client is and what it may do.
public protocol Authenticator: Sendable {
  /// Checks the proof of an AUTH frame.
  ///
  /// - Parameters:
  ///   - identifier: Who the client says it is.
  ///   - challenge: The random bytes that this connection was given in HELLO_OK.
  ///   - code: The client's proof: HMAC-SHA256 with the SHA-256 of the token as its key, over
  ///     `apus-auth-v1` and the challenge.
  ///   - peer: The client's address without its port; failures are counted by it.
  ///   - now: The time.
  /// - Returns: What the client may do, or the one error of all failures.
  func verify(
    identifier: String, challenge: [UInt8], code: [UInt8], peer: String, now: NIODeadline
  ) -> Result<Scopes, WireError>
}
