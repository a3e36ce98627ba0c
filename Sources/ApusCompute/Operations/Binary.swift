/// An elementwise operation on two operands: `c = a op b`.
///
/// The second operand has the first one's shape, or is a vector of its columns that is repeated
/// for each row, or is a scalar.
public enum Binary: String, Hashable, Sendable, Codable, CaseIterable {
  /// `a + b`.
  case add
  /// `a - b`.
  case subtract
  /// `a b`.
  case multiply
  /// `a / b`.
  case divide

  /// How the second operand is laid over the first.
  public enum Broadcast: Hashable, Sendable {
    /// Element by element.
    case none
    /// The same vector for each row.
    case row
    /// The same number everywhere.
    case scalar
  }

  /// How an operand of shape `b` is laid over one of shape `a`, or nil where it cannot be.
  public static func broadcast(_ a: Shape, _ b: Shape) -> Broadcast? {
    if a == b { return .some(.none) }
    if b == .scalar { return .scalar }
    return b == .fixed(a.columns) ? .row : nil
  }

  func shape(of operands: [Shape]) throws(ComputeError) -> Shape {
    guard Self.broadcast(operands[0], operands[1]) != nil else {
      throw Operation.binary(self).mismatch(operands)
    }
    return operands[0]
  }

  func gradients(
    _ a: Graph.NodeID,
    _ b: Graph.NodeID,
    upstream: Graph.NodeID,
    in graph: inout Graph
  ) throws(ComputeError) -> [Graph.NodeID?] {
    switch self {
    case .add:
      return [upstream, try graph.reduced(upstream, like: b)]
    case .subtract:
      let negated = try graph.scaled(upstream, by: -1)
      return [upstream, try graph.reduced(negated, like: b)]
    case .multiply:
      guard graph[a].shape == graph[b].shape else {
        let toSecond = try graph.add(.binary(.multiply), [upstream, a])
        return [
          try graph.add(.binary(.multiply), [upstream, b]), try graph.reduced(toSecond, like: b),
        ]
      }
      return [
        try graph.add(.binary(.multiply), [upstream, b]),
        try graph.add(.binary(.multiply), [upstream, a]),
      ]
    case .divide:
      // d(a/b)/da = 1/b and d(a/b)/db = -(a/b)/b.
      let toFirst = try graph.add(.binary(.divide), [upstream, b])
      let quotient = try graph.add(.binary(.divide), [a, b])
      let product = try graph.add(.binary(.multiply), [toFirst, quotient])
      let negated = try graph.scaled(product, by: -1)
      return [toFirst, try graph.reduced(negated, like: b)]
    }
  }
}

extension Graph {
  /// `x` times a number.
  mutating func scaled(_ x: NodeID, by factor: Float) throws(ComputeError) -> NodeID {
    let factor = try add(.constant(factor), [])
    return try add(.binary(.multiply), [x, factor])
  }

  /// `x` summed over whatever was broadcast when `like` was laid over it.
  mutating func reduced(_ x: NodeID, like: NodeID) throws(ComputeError) -> NodeID {
    switch Binary.broadcast(self[x].shape, self[like].shape) {
    case .some(.none): return x
    case .row: return try add(.reduce(Reduction(.sum, .rows)), [x])
    case .scalar: return try add(.reduce(Reduction(.sum, .all)), [x])
    case nil: throw Operation.binary(.add).mismatch([self[x].shape, self[like].shape])
    }
  }
}
