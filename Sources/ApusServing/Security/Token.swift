public import ApusWire
import Crypto

/// A secret that lets its bearer use a server.
public struct Token: Sendable {
  /// The secret: 64 hexadecimal digits, 256 random bits.
  public let secret: String

  /// Makes a new one.
  public init() {
    secret = Self.hexadecimal((0..<32).map { _ in UInt8.random(in: 0 ... .max) })
  }

  /// Returns the line of a token file that lets the bearer in.
  ///
  /// - Parameters:
  ///   - identifier: Who the bearer is.
  ///   - scopes: What the bearer may do; at least one.
  /// - Returns: The line, without its end.
  /// - Throws: ``SecurityError`` if the identifier has other characters than a file may hold.
  public func line(identifier: String, scopes: Scopes) throws(SecurityError) -> String {
    precondition(!scopes.isEmpty, "a token needs a scope, not \(scopes.rawValue)")
    let digest = Self.hexadecimal(SHA256.hash(data: Array(secret.utf8)))
    let line = "\(identifier) \(scopes.names) \(digest)"
    guard TokenTable.isIdentifier(identifier) else {
      throw SecurityError(
        .malformed,
        "expected an identifier of up to \(TokenTable.identifierLength) letters, digits, _ . -, "
          + "found '\(identifier)'")
    }
    return line
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
