package import ApusWire
import Crypto

/// What a client knows that others do not: the name of a token, and the token.
///
/// The token itself is never sent.
public struct ClientToken: Sendable {
  /// The name of the token, as the server's file has it; at most 64 bytes.
  public var identifier: String

  /// The token.
  public var token: String

  /// Creates a token.
  ///
  /// - Parameters:
  ///   - identifier: The name of the token, as the server's file has it; at most 64 bytes.
  ///   - token: The token.
  public init(identifier: String, token: String) {
    precondition(
      identifier.utf8.count <= WireLimits.nameLength,
      "an identifier is at most \(WireLimits.nameLength) bytes, not \(identifier.utf8.count)"
    )
    self.identifier = identifier
    self.token = token
  }

  /// Returns the proof that answers a server's challenge.
  package func proof(for challenge: [UInt8]) -> Authentication {
    let key = SymmetricKey(data: SHA256.hash(data: Array(token.utf8)))
    let message = Array(Authentication.prefix.utf8) + challenge
    let code = HMAC<SHA256>.authenticationCode(for: message, using: key)
    return Authentication(identifier: identifier, code: Array(code))
  }
}
