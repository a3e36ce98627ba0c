public import ApusWire
import Crypto
public import Logging
public import NIOCore
import Synchronization

/// Tokens with scopes in a file, which may change while the server runs.
///
/// A line is `identifier scopes sha256-of-token`; `#` starts a comment. The file is looked at when
/// a client authenticates, at most once a second. A new file with a mistake is reported and the
/// former tokens stay in force. Replace the file by renaming another over it: one that is written
/// in place may be read in halves.
///
/// The digest of a token proves it as well as the token: keep the file from others.
public final class TokenFile: Authenticator {
  private static let context = Array("apus-auth-v1".utf8)

  private let tokens: FileBacked<TokenTable>
  private let failures: Mutex<FailureLimiter>
  private let decoy: [UInt8]

  /// Reads a file of tokens.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - log: Where changes of the file are written.
  /// - Throws: ``SecurityError`` with line and column if the file is of no use.
  public init(_ path: String, log: Logger) throws(SecurityError) {
    tokens = try FileBacked([path], log: log) { () throws(SecurityError) in
      let bytes = try SmallFile.read(path)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw SecurityError(.malformed, "\(path): expected UTF-8, found other bytes")
      }
      return try TokenTable(parsing: text, path: path)
    }
    if FileSignature(path: path)?.isReadableByAll == true {
      log.warning(
        "the token file can be read by everybody; take that away with chmod o=",
        metadata: ["file": "\(path)"])
    }
    failures = Mutex(FailureLimiter(now: .now()))
    decoy = (0..<32).map { _ in UInt8.random(in: 0 ... .max) }
  }

  /// Checks the proof of an AUTH frame.
  ///
  /// An unknown identifier is answered as a wrong code is, after the same work.
  ///
  /// - Parameters:
  ///   - identifier: Who the client says it is.
  ///   - challenge: The random bytes of this connection.
  ///   - code: The client's proof.
  ///   - peer: The client's address without its port.
  ///   - now: The time.
  /// - Returns: What the client may do, or the one error of all failures.
  public func verify(
    identifier: String, challenge: [UInt8], code: [UInt8], peer: String, now: NIODeadline
  ) -> Result<Scopes, WireError> {
    if let seconds = failures.withLock({ $0.refusalSeconds(of: peer, at: now) }) {
      return .failure(
        .authenticationFailed(retryAfterMilliseconds: UInt32((seconds * 1000).rounded(.up))))
    }
    let entry = tokens.current(at: now).entries[identifier]
    let key = SymmetricKey(data: entry?.digest ?? decoy)
    // The comparison of the library takes the same time wherever the codes differ.
    let isRight = HMAC<SHA256>.isValidAuthenticationCode(
      code, authenticating: Self.context + challenge, using: key)
    guard isRight, let entry else {
      failures.withLock { $0.record(peer, at: now) }
      return .failure(.authenticationFailed())
    }
    return .success(entry.scopes)
  }
}
