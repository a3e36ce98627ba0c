import ApusServing
import ApusWire
import Crypto
import Logging
import NIOCore
import Testing

@Suite struct TokenFileTests {
  private static let challenge = (0..<32).map { UInt8($0) }
  private static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private let folder: TemporaryFolder
  private let start = NIODeadline.now()

  init() throws { folder = try TemporaryFolder() }

  /// The proof of a token, computed as the specification says and not as the server does.
  private func code(_ secret: String, challenge: [UInt8] = challenge) -> [UInt8] {
    let key = SymmetricKey(data: Array(SHA256.hash(data: Array(secret.utf8))))
    let message = Array("apus-auth-v1".utf8) + challenge
    return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }

  private func open(_ lines: String...) throws -> TokenFile {
    try folder.write("tokens", lines.joined(separator: "\n"))
    return try TokenFile(folder.path("tokens"), log: Self.log)
  }

  private func verify(
    _ file: TokenFile, _ identifier: String, _ code: [UInt8], peer: String = "10.0.0.1",
    after seconds: Int64 = 0
  ) -> Result<Scopes, WireError> {
    file.verify(
      identifier: identifier, challenge: Self.challenge, code: code, peer: peer,
      now: start + .seconds(seconds))
  }

  @Test func aTokenGivesTheScopesOfItsLine() throws {
    let (shop, operator_) = (Token(), Token())
    let file = try open(
      "# who  what  token", "", try shop.line(identifier: "shop", scopes: .score),
      "  " + (try operator_.line(identifier: "Op-1", scopes: [.score, .admin])) + "  # us")
    #expect(verify(file, "shop", code(shop.secret)) == .success(.score))
    #expect(verify(file, "Op-1", code(operator_.secret)) == .success([.score, .admin]))
    #expect(shop.secret != operator_.secret && shop.secret.count == 64)
  }

  @Test func everyFailureLooksTheSame() throws {
    let (shop, other) = (Token(), Token())
    let file = try open(
      try shop.line(identifier: "shop", scopes: .score),
      try other.line(identifier: "other", scopes: .admin))
    let right = code(shop.secret)
    var flipped = right
    flipped[31] ^= 1
    let replayed = code(shop.secret, challenge: Self.challenge.reversed())
    let attempts: [(String, [UInt8])] = [
      ("nobody", right), ("shop", code(other.secret)), ("shop", flipped), ("shop", replayed),
      ("shop", []), ("shop", right.dropLast()), ("shop", right + [0]), ("", right),
    ]
    for (index, attempt) in attempts.enumerated() {
      let result = verify(file, attempt.0, attempt.1, peer: "10.0.0.\(index)")
      guard case .failure(let error) = result else {
        Issue.record("attempt \(index) was let in")
        continue
      }
      #expect(error.code.rawValue == 5 && error.category == .client && !error.isRetryable)
      #expect(error.retryAfterMilliseconds == 0)
      #expect(error.text == "the identifier or the code is wrong")
    }
  }

  @Test(arguments: [
    ("shop score", "tokens:1:11: expected identifier, scopes and SHA-256, found 2 words"),
    ("#\nshop score \(digest) more", "tokens:2:77: expected identifier"),
    ("sh/op score \(digest)", "tokens:1:1: expected an identifier"),
    ("shop score,fly \(digest)", "tokens:1:6: expected scopes of score, decide, admin, train"),
    ("shop score, \(digest)", "tokens:1:6: expected scopes"),
    ("shop score abc", "tokens:1:12: expected 64 hexadecimal digits, found 3 characters"),
    ("shop score \(digest.dropLast())g", "tokens:1:12: expected 64 hexadecimal digits"),
    ("a score \(digest)\na score \(digest)", "tokens:2:1: expected an identifier once, found 'a'"),
  ])
  func aMistakeIsNamedByItsPlace(text: String, message: String) throws {
    try folder.write("tokens", text)
    let error = #expect(throws: SecurityError.self) {
      try TokenFile(folder.path("tokens"), log: Self.log)
    }
    #expect(
      error?.code == .malformed && error?.message.contains(message) == true,
      "\(error?.message ?? "")")
  }

  private static let digest = String(repeating: "0f", count: 32)

  @Test func aFileThatIsNotThereIsAnError() {
    let error = #expect(throws: SecurityError.self) {
      try TokenFile(folder.path("none"), log: Self.log)
    }
    #expect(error?.code == .unreadable)
  }

  @Test func aChangedFileIsReadAgain() throws {
    let (first, second) = (Token(), Token())
    let file = try open(try first.line(identifier: "a", scopes: .score))
    #expect(verify(file, "a", code(first.secret), after: 2) == .success(.score))

    try folder.write("tokens", try second.line(identifier: "a", scopes: .admin))
    // Not looked at twice in a second.
    #expect(verify(file, "a", code(first.secret), after: 2) == .success(.score))
    #expect(verify(file, "a", code(second.secret), after: 4) == .success(.admin))
    #expect(throws: WireError.self) { try verify(file, "a", code(first.secret), after: 4).get() }
  }

  @Test func aFileOfNoUseLeavesTheTokensInForce() throws {
    let token = Token()
    let line = try token.line(identifier: "a", scopes: .score)
    let file = try open(line)
    try folder.write("tokens", "garbage")
    #expect(verify(file, "a", code(token.secret), after: 2) == .success(.score))
    try folder.remove("tokens")
    #expect(verify(file, "a", code(token.secret), after: 4) == .success(.score))
    try folder.write("tokens", "# nobody any more")
    #expect(throws: WireError.self) { try verify(file, "a", code(token.secret), after: 6).get() }
    try folder.write("tokens", line)
    #expect(verify(file, "a", code(token.secret), after: 8) == .success(.score))
  }

  @Test func failuresAreLimitedByPeer() throws {
    let token = Token()
    let file = try open(try token.line(identifier: "a", scopes: .score))
    for _ in 0..<Int(FailureLimiter.failuresPerPeer) {
      #expect(throws: WireError.self) { try verify(file, "a", []).get() }
    }
    let refusal = #expect(throws: WireError.self) {
      try verify(file, "a", code(token.secret)).get()
    }
    let wait = Int64(refusal?.retryAfterMilliseconds ?? 0)
    #expect(wait > 0)
    #expect(verify(file, "a", code(token.secret), peer: "10.0.0.2") == .success(.score))
    #expect(verify(file, "a", code(token.secret), after: wait / 1000 + 1) == .success(.score))
  }

  @Test func aTokenForNobodyIsRefused() {
    #expect(throws: SecurityError.self) { try Token().line(identifier: "a b", scopes: .score) }
    #expect(throws: SecurityError.self) { try Token().line(identifier: "", scopes: .score) }
  }
}
