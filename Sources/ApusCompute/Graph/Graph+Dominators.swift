extension Graph {
  /// For each node, the last one through which every way from the inputs to it leads.
  ///
  /// ```
  /// x -> a -> b -> d -> e       a: x, b: a, c: a, d: a, e: d
  ///       `-> c ---^            d joins what forked behind a
  /// ```
  /// Nodes that depend on no input, such as variables, have none, nor have the inputs. Where inputs
  /// meet that have no node in common, there is none either. O(nodes x depth). Source: Cooper,
  /// Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001; one pass is enough, since
  /// operands come before their users.
  ///
  /// - Parameter depends: which nodes depend on an input; see `nodesThatDependOnInputs`.
  /// - Returns: a node for each node, or nil.
  func dominators(where depends: [Bool]) -> [NodeID?] {
    var dominators = [NodeID?](repeating: nil, count: nodes.count)
    var depths = [Int](repeating: 0, count: nodes.count)
    func common(_ a: NodeID, _ b: NodeID) -> NodeID? {
      var (a, b): (NodeID?, NodeID?) = (a, b)
      while let x = a, let y = b, x != y {
        if depths[x] >= depths[y] { a = dominators[x] }
        if depths[y] >= depths[x] { b = dominators[y] }
      }
      return a == b ? a : nil
    }
    for (id, node) in nodes.enumerated() {
      let operands = node.operands.filter { depends[$0] }
      guard let first = operands.first else { continue }
      var dominator: NodeID? = first
      for operand in operands.dropFirst() {
        dominator = dominator.flatMap { common($0, operand) }
      }
      dominators[id] = dominator
      depths[id] = dominator.map { depths[$0] + 1 } ?? 0
    }
    return dominators
  }

  /// Whether each node depends on an input; variables, and what is made of them alone, do not.
  var nodesThatDependOnInputs: [Bool] {
    var depends: [Bool] = []
    for node in nodes {
      if case .input = node.operation {
        depends.append(true)
      } else {
        depends.append(node.operands.contains { depends[$0] })
      }
    }
    return depends
  }
}
