internal import ApusClient
internal import ApusWire
internal import ArgumentParser
internal import FoundationEssentials

/// By what a client proves to a server who it is.
struct TokenOptions: ParsableArguments {
  @Option(help: "The name of the token, where the server wants one.")
  var identifier: String?

  @Option(help: "A file with the token, as apus token printed it.")
  var tokenFile: String?

  /// Whether there is a token.
  var isGiven: Bool { identifier != nil }

  func validate() throws {
    guard (identifier == nil) == (tokenFile == nil) else {
      throw ValidationError("--identifier and --token-file go together")
    }
    guard (identifier ?? "").utf8.count <= WireLimits.nameLength else {
      throw ValidationError("--identifier takes up to \(WireLimits.nameLength) bytes")
    }
  }

  /// The token, if one is given.
  ///
  /// - Throws: `Failure` naming the file that holds no token.
  var token: ClientToken? {
    get throws {
      guard let identifier, let tokenFile else { return nil }
      guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
        throw Failure.usage("\(tokenFile): the file of the token cannot be read")
      }
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count == 1 else {
        throw Failure.usage("\(tokenFile): a file of a token holds one word, not \(words.count)")
      }
      return ClientToken(identifier: identifier, token: String(words[0]))
    }
  }
}
