extension Graph {
  /// This graph with the scales and shifts that follow dense layers folded into their weights.
  ///
  /// ```
  /// matmul(W) -> add(b) -> subtract(m) -> multiply(1 / sqrt(v + ε)) -> multiply(γ) -> add(β)
  ///
  /// becomes   matmul(W s) -> add((b - m) s + β)      where s = γ / sqrt(v + ε), column by column
  /// ```
  /// So a batch normalization costs nothing when it scores, and a chain of dense layers stays one.
  /// A layer is folded where its parts have no other user. Products change by their rounding.
  ///
  /// - Parameter weights: the variables' elements by name; changed to those of the result.
  /// - Returns: a graph with the same inputs and outputs.
  public func foldingScales(into weights: inout [String: [Float]]) -> Graph {
    var users = [[NodeID]](repeating: [], count: nodes.count)
    for (id, node) in nodes.enumerated() {
      for operand in node.operands { users[operand].append(id) }
    }
    for output in outputs { users[output].append(nodes.count) }

    var replaced: [NodeID: NodeID] = [:]
    for id in nodes.indices {
      guard let (weight, bias) = denseLayer(at: id, users) else { continue }
      var scale = [Double](repeating: 1, count: self[id].shape.columns)
      var shift = (weights[bias.name] ?? []).map(Double.init)
      var last = id
      while users[last].count == 1, let next = users[last].first, next < nodes.count,
        case .binary(let binary) = self[next].operation, binary != .divide,
        self[next].operands[0] == last,
        let row = rowVector(self[next].operands[1], weights), row.count == scale.count
      {
        for column in row.indices {
          switch binary {
          case .add: shift[column] += row[column]
          case .subtract: shift[column] -= row[column]
          default:
            scale[column] *= row[column]
            shift[column] *= row[column]
          }
        }
        last = next
      }
      guard last != id, shift.count == scale.count, let old = weights[weight.name] else { continue }
      weights[weight.name] = old.enumerated().map { Float(Double($1) * scale[$0 % scale.count]) }
      weights[bias.name] = shift.map { Float($0) }
      replaced[last] = id
    }
    let result = replacing(replaced)
    let kept = Set(result.variables.map(\.name))
    weights = weights.filter { kept.contains($0.key) }
    return result
  }

  /// The weight and bias of the dense layer without activation whose sum is node `id`, where nobody
  /// else uses them.
  private func denseLayer(at id: NodeID, _ users: [[NodeID]]) -> (Variable, Variable)? {
    let sum = self[id]
    guard case .binary(.add) = sum.operation, users[sum.operands[0]].count == 1 else { return nil }
    let product = self[sum.operands[0]]
    guard case .matmul(MatMul()) = product.operation, users[product.operands[1]].count == 1,
      users[sum.operands[1]].count == 1, product.shape.isBatched,
      case .variable(let weight) = self[product.operands[1]].operation,
      case .variable(let bias) = self[sum.operands[1]].operation,
      bias.shape == .fixed(product.shape.columns)
    else { return nil }
    return (weight, bias)
  }

  /// The elements of a vector that is known with the weights: a variable, or its inverse root.
  private func rowVector(_ id: NodeID, _ weights: [String: [Float]]) -> [Double]? {
    switch self[id].operation {
    case .variable(let variable): return weights[variable.name]?.map(Double.init)
    case .inverseRoot(let epsilon):
      let x = rowVector(self[id].operands[0], weights)
      return x?.map { 1 / ($0 + Double(epsilon)).squareRoot() }
    default: return nil
    }
  }

  /// The nodes that outputs and inputs need once some are taken by earlier ones.
  private func replacing(_ replaced: [NodeID: NodeID]) -> Graph {
    guard !replaced.isEmpty else { return self }
    func target(_ id: NodeID) -> NodeID { replaced[id] ?? id }
    var alive = Set(outputs.map(target)).union(inputs)
    for id in nodes.indices.reversed() where alive.contains(id) {
      alive.formUnion(self[id].operands.map(target))
    }
    var result = Graph()
    var places: [NodeID: NodeID] = [:]
    for id in nodes.indices where alive.contains(id) {
      let operands = self[id].operands.compactMap { places[target($0)] }
      places[id] = result.append(
        Node(operation: self[id].operation, operands: operands, shape: self[id].shape))
    }
    result.outputs = outputs.compactMap { places[target($0)] }
    return result
  }
}
