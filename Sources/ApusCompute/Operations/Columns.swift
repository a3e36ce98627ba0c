/// An operation that moves whole columns of matrices.
///
/// ```
/// slice        | a b c d e |        ->   | b c |
/// pad          | b c |              ->   | 0 b c 0 0 |
/// concatenate  | a b |, | c d e |   ->   | a b c d e |
/// ```
public enum Columns: Hashable, Sendable, Codable {
  /// Some neighbouring columns: x, m x k, to m x `columns.count`; operand `[x]`.
  case slice(Range<Int>)
  /// Zeros beside a matrix: x, m x k, to m x (`before` + k + `after`); operand `[x]`.
  case pad(before: Int, after: Int)
  /// Matrices of m rows side by side, in the order of the operands, of which there is at least one.
  case concatenate

  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    let mismatch = Operation.columns(self).mismatch(operands)
    guard let first = operands.first, self == .concatenate || operands.count == 1,
      operands.allSatisfy({ $0.rows == first.rows })
    else { throw mismatch }
    switch self {
    case .slice(let columns):
      guard !columns.isEmpty, columns.lowerBound >= 0, columns.upperBound <= first.columns
      else { throw mismatch }
      return .matrix(first.rows, columns.count)
    case .pad(let before, let after):
      let sizes = 0...Self.greatestPadding
      guard sizes ~= before, sizes ~= after else { throw mismatch }
      return .matrix(first.rows, before + first.columns + after)
    case .concatenate:
      return .matrix(first.rows, operands.reduce(0) { $0 + $1.columns })
    }
  }

  /// A bound that keeps sums of extents far from overflow.
  private static let greatestPadding = 1 << 31

  /// Slicing and padding are each other's adjoint; each operand of a concatenation gets its slice.
  func gradients(
    _ operands: [Graph.NodeID],
    upstream: Graph.NodeID,
    in graph: inout Graph
  ) throws(ComputeError) -> [Graph.NodeID?] {
    let columns = graph[operands[0]].shape.columns
    switch self {
    case .slice(let kept):
      let pad = Columns.pad(before: kept.lowerBound, after: columns - kept.upperBound)
      return [try graph.add(.columns(pad), [upstream])]
    case .pad(let before, _):
      return [try graph.add(.columns(.slice(before..<before + columns)), [upstream])]
    case .concatenate:
      var gradients: [Graph.NodeID?] = []
      var start = 0
      for operand in operands {
        let end = start + graph[operand].shape.columns
        gradients.append(try graph.add(.columns(.slice(start..<end)), [upstream]))
        start = end
      }
      return gradients
    }
  }
}

extension Columns: CustomStringConvertible {
  /// The operation in a few words, such as `columns 3..<7`.
  public var description: String {
    switch self {
    case .slice(let columns): "columns \(columns)"
    case .pad(let before, let after): "\(before) columns of zeros before, \(after) after"
    case .concatenate: "concatenate"
    }
  }
}
