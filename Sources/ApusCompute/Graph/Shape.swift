/// The extents of a tensor, of which only the leading one may be the number of rows of a batch.
///
/// ```
///  Shape(batched: true,  [17])      rows x 17      one row of features for each example
///  Shape(batched: true,  [50, 8])   rows x 50 x 8  a sequence of 50 steps for each example
///  Shape(batched: false, [17, 64])  17 x 64        a weight
///  Shape(batched: false, [])        1 x 1          a scalar
/// ```
/// Every tensor is stored row-major and dense, and every operation of a dense net sees it as a
/// matrix of `rows` x `columns`, the columns being the last extent: a dense layer on a sequence
/// works on each step alone. A vector is one row.
public struct Shape: Hashable, Sendable {
  /// Whether the batch's row count precedes `dimensions`.
  public let isBatched: Bool
  /// The static extents, outermost first, without the batch.
  public let dimensions: [Int]

  /// Makes a shape.
  ///
  /// - Precondition: every extent is positive.
  public init(batched: Bool, _ dimensions: [Int]) {
    precondition(
      dimensions.allSatisfy { $0 > 0 },
      "a shape's extents must be positive, not \(dimensions)"
    )
    self.isBatched = batched
    self.dimensions = dimensions
  }

  /// One row of `dimensions` for each example of the batch.
  public static func batch(_ dimensions: Int...) -> Shape { Shape(batched: true, dimensions) }

  /// A shape that does not depend on the batch.
  public static func fixed(_ dimensions: Int...) -> Shape { Shape(batched: false, dimensions) }

  /// The shape of a single number.
  public static let scalar = Shape(batched: false, [])

  /// The number of rows of this tensor seen as a matrix.
  public var rows: Extent {
    let count = dimensions.dropLast().reduce(1, *)
    guard isBatched else { return .fixed(count) }
    return count == 1 ? .batch : .perRow(count)
  }

  /// The number of columns of this tensor seen as a matrix.
  public var columns: Int { dimensions.last ?? 1 }

  /// The number of elements when the batch has `batchSize` rows.
  public func count(batchSize: Int) -> Int { rows.count(batchSize: batchSize) * columns }

  /// The shape of a matrix of `rows` x `columns`.
  static func matrix(_ rows: Extent, _ columns: Int) -> Shape {
    switch rows {
    case .batch: .batch(columns)
    case .perRow(let count): .batch(count, columns)
    case .fixed(let count): .fixed(count, columns)
    }
  }

  /// This shape with another last extent.
  func with(columns: Int) -> Shape {
    guard isBatched else { return .matrix(rows, columns) }
    return Shape(batched: true, dimensions.dropLast() + [columns])
  }
}

extension Shape: Codable {
  private enum CodingKeys: CodingKey { case isBatched, dimensions }

  /// Reads a shape; a file with an extent that is not positive is refused.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    isBatched = try container.decode(Bool.self, forKey: .isBatched)
    dimensions = try container.decode([Int].self, forKey: .dimensions)
    // The bound keeps every product of two extents far from overflow.
    guard dimensions.count <= 8, dimensions.allSatisfy({ 1...1 << 31 ~= $0 }),
      dimensions.reduce(1.0, { $0 * Double($1) }) < 0x1p40
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .dimensions, in: container,
        debugDescription: "a shape cannot have the extents \(dimensions)")
    }
  }
}

extension Shape: CustomStringConvertible {
  /// The extents joined by ` x `, the batch written as `rows`.
  public var description: String {
    let extents = (isBatched ? ["rows"] : []) + dimensions.map(String.init)
    return extents.isEmpty ? "scalar" : extents.joined(separator: " x ")
  }
}

/// One extent of a matrix: a number, or the number of rows of whatever batch is run.
public enum Extent: Hashable, Sendable {
  /// The number of rows of the batch.
  case batch
  /// So many for each row of the batch, such as the steps of its sequence.
  case perRow(Int)
  /// A number that is known when the graph is built.
  case fixed(Int)

  /// This extent for a batch of `batchSize` rows.
  public func count(batchSize: Int) -> Int {
    switch self {
    case .batch: batchSize
    case .perRow(let count): batchSize * count
    case .fixed(let count): count
    }
  }

  /// Whether the number depends on the batch.
  public var isBatched: Bool {
    if case .fixed = self { return false }
    return true
  }
}
