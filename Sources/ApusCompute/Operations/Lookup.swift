/// Rows of a table, chosen by identifiers.
///
/// ```
/// identifiers      table          concatenated            sum
/// |  2 -1 |        | row 0 |      | row 2 | 0 0 0 |       | row 2         |
/// |  0  2 |        | row 1 |      | row 0 | row 2 |       | row 0 + row 2 |
///                  | row 2 |
/// ```
/// Shapes: identifiers m x n, table vocabulary x width, result m x (n width) where rows are
/// concatenated, else m x width. An identifier is the whole part of a number; one that is not in
/// `0..<vocabulary`, such as -1 or NaN, stands for none: a row of zeros that is not counted.
public struct Lookup: Hashable, Sendable, Codable {
  /// What becomes of the rows that one row of identifiers chose.
  public enum Combiner: String, Hashable, Sendable, Codable, CaseIterable {
    /// They stand side by side.
    case concatenate
    /// They are added, in the order of the identifiers.
    case sum
    /// Their sum is divided by their number; zeros where there is none.
    case mean
  }

  /// The greatest vocabulary: whole numbers up to 2^24 are exact in a float.
  public static let greatestVocabulary = 1 << 24

  /// What becomes of the rows.
  public let combiner: Combiner

  /// Makes a lookup.
  public init(_ combiner: Combiner) { self.combiner = combiner }

  /// How a device sees the identifiers: `bagsPerRow` bags of `bag` identifiers in each row, each
  /// giving one row of `width` numbers.
  public struct Bags: Hashable, Sendable {
    /// The bags in a row.
    public let bagsPerRow: Int
    /// The identifiers of a bag.
    public let bag: Int
    /// The numbers that a bag gives.
    public let width: Int
  }

  /// The bags of identifiers of a shape for results of a shape.
  public func bags(_ identifiers: Shape, result: Shape) -> Bags {
    guard combiner == .concatenate else {
      return Bags(bagsPerRow: 1, bag: identifiers.columns, width: result.columns)
    }
    return Bags(
      bagsPerRow: identifiers.columns, bag: 1, width: result.columns / identifiers.columns)
  }

  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    guard case .fixed(let vocabulary) = operands[1].rows, vocabulary <= Self.greatestVocabulary
    else { throw Operation.lookup(self).mismatch(operands) }
    let width = operands[1].columns
    let count = combiner == .concatenate ? operands[0].columns : 1
    return .matrix(operands[0].rows, count * width)
  }

  /// The shape of the gradient of a table of `vocabulary` rows; operands `[identifiers, upstream]`.
  func gradientShape(vocabulary: Int, of operands: [Shape]) throws(ComputeError) -> Shape {
    let bags = bags(operands[0], result: operands[1])
    guard 1...Self.greatestVocabulary ~= vocabulary, operands[0].rows == operands[1].rows,
      bags.width > 0, bags.bagsPerRow * bags.width == operands[1].columns
    else { throw Operation.lookupGradient(self, vocabulary: vocabulary).mismatch(operands) }
    return .fixed(vocabulary, bags.width)
  }

  /// Identifiers have no gradient; the table's is `lookupGradient`.
  func gradients(
    _ operands: [Graph.NodeID],
    upstream: Graph.NodeID,
    in graph: inout Graph
  ) throws(ComputeError) -> [Graph.NodeID?] {
    guard case .fixed(let vocabulary) = graph[operands[1]].shape.rows else {
      throw Operation.lookup(self).mismatch(operands.map { graph[$0].shape })
    }
    let gradient = Operation.lookupGradient(self, vocabulary: vocabulary)
    return [nil, try graph.add(gradient, [operands[0], upstream])]
  }
}

extension Lookup: CustomStringConvertible {
  /// The operation in a few words.
  public var description: String {
    combiner == .concatenate ? "embedding" : "embedding bag, \(combiner.rawValue)"
  }
}
