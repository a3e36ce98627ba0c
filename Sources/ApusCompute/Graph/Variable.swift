/// A tensor that outlives a run: a trained parameter or an optimizer's slot.
public struct Variable: Hashable, Sendable {
  /// The variable's unique name, such as `layers.0.weight`.
  public let name: String
  /// The variable's shape, which never depends on the batch.
  public let shape: Shape

  /// Declares a variable.
  ///
  /// - Precondition: the shape is not batched.
  public init(name: String, shape: Shape) {
    precondition(!shape.isBatched, "variable \(name) cannot depend on the batch: \(shape)")
    self.name = name
    self.shape = shape
  }

  /// The number of elements.
  public var count: Int { shape.count(batchSize: 1) }
}

extension Variable: Codable {
  private enum CodingKeys: CodingKey { case name, shape }

  /// Reads a variable; a file with a batched one is refused.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    shape = try container.decode(Shape.self, forKey: .shape)
    guard !shape.isBatched else {
      throw DecodingError.dataCorruptedError(
        forKey: .shape, in: container, debugDescription: "variable \(name) depends on the batch")
    }
  }
}
