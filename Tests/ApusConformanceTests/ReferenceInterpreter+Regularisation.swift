import ApusCompute
import ApusRandom

extension ReferenceInterpreter {
  /// Elements set to 0 by chance; operands x and the draw.
  func dropout(_ mask: DropoutMask, _ operands: [[Double]]) -> [Double] {
    let pieces = operands[1].map { UInt64($0) }
    let seed = (0..<4).reduce(0) { $0 | pieces[$1] << UInt64(16 * $1) }
    let step = pieces[4] | pieces[5] << 16
    let random = Philox(seed: seed, stream: UInt64(mask.stream) << 32 | step)
    return operands[0].enumerated().map { index, x in
      random.word(index) >= mask.threshold ? x * Double(mask.scale) : 0
    }
  }

  /// A normalized row, and what its distance from the mean was multiplied by.
  func normal(
    _ normalization: Normalization, _ x: some Collection<Double>
  ) -> (y: [Double], scale: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = 1 / (variance + Double(normalization.epsilon)).squareRoot()
    return (x.map { ($0 - mean) * scale }, scale)
  }

  /// The gradient of a normalization; operands upstream and x.
  func normalizeGradient(
    _ normalization: Normalization, _ operands: [[Double]], _ columns: Int
  ) -> [Double] {
    stride(from: 0, to: operands[1].count, by: columns).flatMap { start in
      let (y, scale) = normal(normalization, operands[1][start..<start + columns])
      let g = operands[0][start..<start + columns]
      let mean = g.reduce(0, +) / Double(columns)
      let along = zip(g, y).reduce(0) { $0 + $1.0 * $1.1 } / Double(columns)
      return zip(g, y).map { scale * ($0 - mean - $1 * along) }
    }
  }

  /// A running average; operands the average and what it is drawn to.
  mutating func average(
    _ momentum: Double, of statistic: Graph.NodeID, _ operands: [[Double]]
  ) -> [Double] {
    let result = zip(operands[0], operands[1]).map { momentum * $0 + (1 - momentum) * $1 }
    if case .variable(let variable) = graph[statistic].operation {
      variables[variable.name] = result
    }
    return result
  }
}
