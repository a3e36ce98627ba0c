/// A version of a model by its name and number, as its folder is named.
public struct VersionID: Hashable, Sendable, CustomStringConvertible {
  /// The name of the model.
  public let name: String
  /// The number of the version, from 1.
  public let number: Int

  /// Names a version.
  ///
  /// - Parameters:
  ///   - name: The name of the model.
  ///   - number: The number of the version, from 1.
  public init(_ name: String, _ number: Int) {
    self.name = name
    self.number = number
  }

  /// The name and the number, as "visits 3".
  public var description: String { "\(name) \(number)" }
}
