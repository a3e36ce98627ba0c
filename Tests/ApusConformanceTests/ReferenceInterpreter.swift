import ApusCompute

/// What every backend is held against: plain loops in Double over any graph, fused or not.
struct ReferenceInterpreter {
  let graph: Graph
  let rows: Int
  /// The inputs in the graph's order, row-major.
  var inputs: [[Double]]
  /// The variables by name; updates change them.
  var variables: [String: [Double]]
  /// Each node's result after `run`.
  private(set) var values: [[Double]] = []

  init(_ graph: Graph, rows: Int, inputs: [[Double]], variables: [String: [Double]] = [:]) {
    self.graph = graph
    self.rows = rows
    self.inputs = inputs
    self.variables = variables
  }

  /// Runs the graph and returns its outputs.
  mutating func run() -> [[Double]] {
    values = []
    var nextInput = 0
    for node in graph.nodes {
      if case .input = node.operation {
        values.append(inputs[nextInput])
        nextInput += 1
      } else {
        values.append(evaluate(node))
      }
    }
    return graph.outputs.map { values[$0] }
  }

  private func matrix(_ shape: Shape) -> (rows: Int, columns: Int) {
    (shape.rows.count(batchSize: rows), shape.columns)
  }

  private mutating func evaluate(_ node: Graph.Node) -> [Double] {
    let operands = node.operands.map { values[$0] }
    let shapes = node.operands.map { graph[$0].shape }
    switch node.operation {
    case .input: preconditionFailure("inputs are read by run()")
    case .variable(let variable): return variables[variable.name] ?? []
    case .constant(let value): return [Double(value)]
    case .matmul(let matmul): return product(matmul, node, operands, shapes)
    case .binary(let binary):
      let second = operands[1]
      return operands[0].enumerated().map { index, a in
        let b = second[second.count == operands[0].count ? index : index % second.count]
        switch binary {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        }
      }
    case .columns(let columns): return self.columns(columns, operands, shapes)
    case .lookup(let lookup): return self.lookup(lookup, operands, shapes)
    case .lookupGradient(let lookup, _):
      return tableGradient(lookup, node.shape, operands, shapes)
    case .dropout(let mask): return dropout(mask, operands)
    case .inverseRoot(let epsilon):
      return operands[0].map { 1 / ($0 + Double(epsilon)).squareRoot() }
    case .average(let momentum):
      return average(Double(momentum), of: node.operands[0], operands)
    case .normalize(let normalization):
      return eachRow(of: operands[0], shapes[0].columns) { normal(normalization, $0).y }
    case .normalizeGradient(let normalization):
      return normalizeGradient(normalization, operands, shapes[0].columns)
    case .activation(let activation): return operands[0].map { reference(activation, $0) }
    case .activationGradient(let activation):
      return zip(operands[0], operands[1]).map { $0 * referenceSlope(activation, saved: $1) }
    case .reduce(let reduction): return reduce(reduction, operands[0], matrix(shapes[0]))
    case .broadcast(let reduction, let shape):
      return broadcast(reduction, operands[0], matrix(shape))
    case .softmax:
      return eachRow(of: operands[0], matrix(shapes[0]).columns, softmax)
    case .reshape: return operands[0]
    case .sequence(let operation): return sequence(operation, operands, shapes)
    case .loss(let loss): return [meanLoss(loss, operands, matrix(shapes[0]))]
    case .lossGradient(let loss): return lossGradient(loss, operands, matrix(shapes[0]))
    case .normLimit(let limit):
      return [Double(limit) / max(operands[0][0].squareRoot(), Double(limit))]
    case .lookupUpdate(let lookup, let rule, let penalty):
      return lookupUpdate(lookup, rule, penalty, node, operands, shapes)
    case .update(let rule, let penalty):
      return update(rule, penalty, [node.operands[0]] + node.operands[3...], operands)
    }
  }

  private func product(
    _ matmul: MatMul,
    _ node: Graph.Node,
    _ operands: [[Double]],
    _ shapes: [Shape]
  ) -> [Double] {
    guard let extents = matmul.extents(shapes[0], shapes[1]) else { return [] }
    let m = extents.m.count(batchSize: rows)
    let k = extents.k.count(batchSize: rows)
    let n = extents.n
    let (a, b) = (operands[0], operands[1])
    var result: [Double] = []
    result.reserveCapacity(m * n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k {
          switch matmul.transposition {
          case .nn: sum += a[i * k + l] * b[l * n + j]
          case .nt: sum += a[i * k + l] * b[j * k + l]
          case .tn: sum += a[l * m + i] * b[l * n + j]
          }
        }
        if matmul.hasBias { sum += operands[2][j] }
        switch matmul.epilogue {
        case .none: result.append(sum)
        case .activation(let activation): result.append(reference(activation, sum))
        case .activationGradient(let activation):
          let saved = operands[operands.count - 1][i * n + j]
          result.append(sum * referenceSlope(activation, saved: saved))
        }
      }
    }
    return result
  }

  private func reduce(
    _ reduction: Reduction,
    _ x: [Double],
    _ matrix: (rows: Int, columns: Int)
  ) -> [Double] {
    let count: Int
    switch reduction.axis {
    case .rows: count = matrix.columns
    case .columns: count = matrix.rows
    case .all: count = 1
    }
    var sums = [Double](repeating: 0, count: count)
    for index in x.indices {
      sums[place(reduction.axis, index, matrix.columns)] += x[index]
    }
    guard reduction.kind == .mean else { return sums }
    return sums.map { $0 / Double(x.count / count) }
  }

  private func broadcast(
    _ reduction: Reduction,
    _ x: [Double],
    _ matrix: (rows: Int, columns: Int)
  ) -> [Double] {
    let count = matrix.rows * matrix.columns
    let divisor = reduction.kind == .mean ? Double(count / x.count) : 1
    return (0..<count).map { x[place(reduction.axis, $0, matrix.columns)] / divisor }
  }

  /// Where element `index` of a matrix ends up when an axis is reduced.
  private func place(_ axis: Reduction.Axis, _ index: Int, _ columns: Int) -> Int {
    switch axis {
    case .rows: index % columns
    case .columns: index / columns
    case .all: 0
    }
  }

  /// Moves a parameter and its slots, the nodes `state`; operands as those of an update.
  mutating func update(
    _ rule: UpdateRule,
    _ penalty: Penalty,
    _ state: [Graph.NodeID],
    _ operands: [[Double]]
  ) -> [Double] {
    let (gradient, schedule) = (operands[1], operands[2])
    var (parameter, slots) = (operands[0], Array(operands[3...]))
    for i in parameter.indices {
      let w = parameter[i]
      let side: Double = w == 0 ? 0 : w > 0 ? 1 : -1
      let g = gradient[i] + Double(penalty.l1) * side + Double(penalty.l2) * w
      parameter[i] -= schedule[0] * Double(penalty.decay) * w
      switch rule {
      case .sgd(let momentum, _) where momentum == 0:
        parameter[i] -= schedule[0] * g
      case .sgd(let momentum, let nesterov):
        slots[0][i] = Double(momentum) * slots[0][i] - schedule[0] * g
        parameter[i] +=
          nesterov ? Double(momentum) * slots[0][i] - schedule[0] * g : slots[0][i]
      case .adagrad(_, let epsilon):
        slots[0][i] += g * g
        parameter[i] -= schedule[0] * g / (slots[0][i].squareRoot() + Double(epsilon))
      case .rmsprop(let rho, let epsilon):
        slots[0][i] = Double(rho) * slots[0][i] + (1 - Double(rho)) * g * g
        parameter[i] -= schedule[0] * g / (slots[0][i].squareRoot() + Double(epsilon))
      case .adam(let beta1, let beta2, let epsilon):
        slots[0][i] = Double(beta1) * slots[0][i] + (1 - Double(beta1)) * g
        slots[1][i] = Double(beta2) * slots[1][i] + (1 - Double(beta2)) * g * g
        parameter[i] -=
          schedule[0] * slots[0][i] * schedule[1]
          / ((slots[1][i] * schedule[2]).squareRoot() + Double(epsilon))
      case .ftrl(_, let beta, let l1, let l2):
        let before = slots[0][i].squareRoot()
        slots[0][i] += g * g
        let root = slots[0][i].squareRoot()
        slots[1][i] += g - (root - before) / schedule[0] * parameter[i]
        let z = slots[1][i]
        parameter[i] =
          abs(z) <= Double(l1)
          ? 0
          : ((z < 0 ? -1 : 1) * Double(l1) - z)
            / ((Double(beta) + root) / schedule[0] + Double(l2))
      }
    }
    for (id, value) in zip(state, [parameter] + slots) {
      guard case .variable(let variable) = graph[id].operation else { continue }
      variables[variable.name] = value
    }
    return parameter
  }
}
