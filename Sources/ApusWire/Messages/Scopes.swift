/// What a connection may do, as the scopes of the token that it authenticated with.
public struct Scopes: OptionSet, Hashable, Sendable {
  /// The bits on the wire.
  public let rawValue: UInt32

  /// Creates scopes from their bits on the wire.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Asks for scores, ranks and embeddings.
  public static let score = Scopes(rawValue: 1 << 0)
  /// Asks for decisions.
  public static let decide = Scopes(rawValue: 1 << 1)
  /// Loads, swaps and unloads models, and shuts the server down.
  public static let admin = Scopes(rawValue: 1 << 2)
  /// Starts and stops training.
  public static let train = Scopes(rawValue: 1 << 3)
}
