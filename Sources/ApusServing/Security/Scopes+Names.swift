public import ApusWire

extension Scopes {
  private static let named: [(String, Scopes)] = [
    ("score", .score), ("decide", .decide), ("admin", .admin), ("train", .train),
  ]

  /// The names that ``init(names:)`` knows.
  public static var allNames: [String] { named.map(\.0) }

  /// Creates scopes from their names.
  ///
  /// - Parameter names: One or more names with commas between; anything else gives nil.
  public init?(names: some StringProtocol) {
    var scopes: Scopes = []
    for name in names.split(separator: ",", omittingEmptySubsequences: false) {
      guard let scope = Self.named.first(where: { $0.0 == name })?.1 else { return nil }
      scopes.insert(scope)
    }
    self = scopes
  }

  /// The names with commas between, as a token file has them.
  public var names: String {
    Self.named.filter { contains($0.1) }.map(\.0).joined(separator: ",")
  }
}
