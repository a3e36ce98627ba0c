import ApusCompute

extension ReferenceInterpreter {
  /// Columns that are cut out, padded or put side by side.
  func columns(_ columns: Columns, _ operands: [[Double]], _ shapes: [Shape]) -> [Double] {
    let count = shapes[0].rows.count(batchSize: rows)
    return (0..<count).flatMap { row in
      let pieces = zip(operands, shapes).map { x, shape in
        Array(x[row * shape.columns..<(row + 1) * shape.columns])
      }
      return switch columns {
      case .slice(let kept): Array(pieces[0][kept])
      case .pad(let before, let after):
        [Double](repeating: 0, count: before) + pieces[0]
          + [Double](repeating: 0, count: after)
      case .concatenate: pieces.flatMap(\.self)
      }
    }
  }

  /// The rows of a table that each row of identifiers chose, nil for none.
  private func chosen(_ identifiers: [Double], _ columns: Int, _ vocabulary: Int) -> [[Int?]] {
    stride(from: 0, to: identifiers.count, by: columns).map { start in
      identifiers[start..<start + columns].map { identifier in
        identifier >= 0 && identifier < Double(vocabulary) ? Int(identifier) : nil
      }
    }
  }

  /// A lookup; operands identifiers and table.
  func lookup(_ lookup: Lookup, _ operands: [[Double]], _ shapes: [Shape]) -> [Double] {
    let width = shapes[1].columns
    let vocabulary = operands[1].count / width
    let zeros = [Double](repeating: 0, count: width)
    return chosen(operands[0], shapes[0].columns, vocabulary).flatMap { chosen in
      let found = chosen.map { row in row.map { Array(operands[1][$0 * width..<($0 + 1) * width]) }
      }
      if lookup.combiner == .concatenate { return found.flatMap { $0 ?? zeros } }
      let rows = found.compactMap(\.self)
      let sum = rows.reduce(zeros) { zip($0, $1).map(+) }
      guard lookup.combiner == .mean, !rows.isEmpty else { return sum }
      return sum.map { $0 / Double(rows.count) }
    }
  }

  /// The gradient of a table; operands identifiers and upstream.
  func tableGradient(
    _ lookup: Lookup, _ table: Shape, _ operands: [[Double]], _ shapes: [Shape]
  ) -> [Double] {
    let width = table.columns
    var gradient = [Double](repeating: 0, count: table.count(batchSize: 1))
    let rows = chosen(operands[0], shapes[0].columns, gradient.count / width)
    for (index, chosen) in rows.enumerated() {
      let divisor =
        lookup.combiner == .mean ? Double(chosen.count { $0 != nil }) : 1
      for (place, row) in chosen.enumerated() {
        guard let row else { continue }
        let start =
          index * shapes[1].columns
          + (lookup.combiner == .concatenate ? place * width : 0)
        for column in 0..<width {
          gradient[row * width + column] += operands[1][start + column] / divisor
        }
      }
    }
    return gradient
  }

  /// A step on the rows that were looked up: that of all rows, with the others put back.
  mutating func lookupUpdate(
    _ lookup: Lookup, _ rule: UpdateRule, _ penalty: Penalty, _ node: Graph.Node,
    _ operands: [[Double]], _ shapes: [Shape]
  ) -> [Double] {
    let state = [node.operands[0]] + node.operands[4...]
    let before = variables
    let width = node.shape.columns
    let gradient = tableGradient(
      lookup, node.shape, Array(operands[1...2]), Array(shapes[1...2]))
    let moved = update(rule, penalty, state, [operands[0], gradient] + operands[3...])
    let rows = Set(
      chosen(operands[1], shapes[1].columns, moved.count / width).joined().compactMap(\.self))
    for id in state {
      guard case .variable(let variable) = graph[id].operation else { continue }
      for row in 0..<moved.count / width where !rows.contains(row) {
        let elements = row * width..<(row + 1) * width
        variables[variable.name]?.replaceSubrange(
          elements, with: before[variable.name]?[elements] ?? [])
      }
    }
    return moved
  }
}
