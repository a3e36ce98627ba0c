import ApusCompute
import Foundation

func reference(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .relu: max(x, 0)
  case .sigmoid: 1 / (1 + exp(-x))
  case .tanh: tanh(x)
  case .softplus: max(x, 0) + log1p(exp(-abs(x)))
  case .gelu: 0.5 * x * (1 + tanh(geluInner(x)))
  }
}

/// The slope of an activation from the tensor that it saves.
func referenceSlope(_ activation: Activation, saved: Double) -> Double {
  switch activation {
  case .identity: return 1
  case .relu: return saved > 0 ? 1 : 0
  case .sigmoid: return saved * (1 - saved)
  case .tanh: return 1 - saved * saved
  case .softplus: return 1 - exp(-saved)
  case .gelu:
    let t = tanh(geluInner(saved))
    let slope = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * saved * saved)
    return 0.5 * (1 + t) + 0.5 * saved * (1 - t * t) * slope
  }
}

private func geluInner(_ x: Double) -> Double {
  (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
}

func eachRow(
  of x: [Double],
  _ columns: Int,
  _ body: (ArraySlice<Double>) -> [Double]
) -> [Double] {
  stride(from: 0, to: x.count, by: columns).flatMap { body(x[$0..<$0 + columns]) }
}

func softmax(_ row: ArraySlice<Double>) -> [Double] {
  let maximum = row.max() ?? 0
  let exponentials = row.map { exp($0 - maximum) }
  let sum = exponentials.reduce(0, +)
  return exponentials.map { $0 / sum }
}

func meanLoss(
  _ loss: Loss,
  _ operands: [[Double]],
  _ matrix: (rows: Int, columns: Int)
) -> Double {
  let (prediction, target) = (operands[0], operands[1])
  if loss == .softmaxCrossEntropy {
    let terms = (0..<matrix.rows).map { row in
      let start = row * matrix.columns
      let logits = prediction[start..<start + matrix.columns]
      return -log(softmax(logits)[Int(target[row])])
    }
    return terms.reduce(0, +) / Double(matrix.rows)
  }
  let terms = zip(prediction, target).map { p, t in
    switch loss {
    case .meanSquaredError: (p - t) * (p - t)
    case .meanAbsoluteError: abs(p - t)
    default: max(p, 0) - p * t + log1p(exp(-abs(p)))
    }
  }
  return terms.reduce(0, +) / Double(terms.count)
}

func lossGradient(
  _ loss: Loss,
  _ operands: [[Double]],
  _ matrix: (rows: Int, columns: Int)
) -> [Double] {
  let (prediction, target, upstream) = (operands[0], operands[1], operands[2][0])
  if loss == .softmaxCrossEntropy {
    var result = eachRow(of: prediction, matrix.columns, softmax)
    for row in 0..<matrix.rows { result[row * matrix.columns + Int(target[row])] -= 1 }
    return result.map { $0 * upstream / Double(matrix.rows) }
  }
  return zip(prediction, target).map { p, t in
    let slope: Double
    switch loss {
    case .meanSquaredError: slope = 2 * (p - t)
    case .meanAbsoluteError: slope = p == t ? 0 : p < t ? -1 : 1
    default: slope = 1 / (1 + exp(-p)) - t
    }
    return slope * upstream / Double(prediction.count)
  }
}
