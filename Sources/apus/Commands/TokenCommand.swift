internal import ApusServing
internal import ApusWire
internal import ArgumentParser

/// `apus token`: a new token and its line for the file of a server.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make a token that lets a client use a server.",
    discussion: """
      Example:
        apus token --identifier shop --scopes score > shop.token 2>> tokens
        apus serve --models models --tokens tokens

      Prints the secret to standard output, for the client, and its line to standard error, for the
      file of the server, which needs no restart. Neither is kept anywhere else.
      """)

  @Option(help: "Who the client is: up to 64 letters, digits, _ . -")
  var identifier: String

  @Option(help: "What the client may do: score, decide, admin, train, with commas between.")
  var scopes: String

  func run() throws {
    guard let scopes = Scopes(names: scopes) else {
      throw ValidationError(
        "--scopes takes \(Scopes.allNames.joined(separator: ", ")) with commas between, not "
          + "'\(scopes)'")
    }
    let token = Token()
    let line = try token.line(identifier: identifier, scopes: scopes)
    Terminal.print(token.secret)
    Terminal.report(line)
  }
}
