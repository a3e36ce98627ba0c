import ApusCompute
import ApusOpenCL
import Foundation
import Testing

/// Each elementwise and row-wise kernel against its formula in double precision, over counts that
/// fill, miss and exceed the kernels' vectors and groups.
@Suite("OpenCL operations", .enabled(if: OpenCLDevice.isPresent))
struct OpenCLOperationTests {
  static let rowCounts = [1, 5, 16, 257, 600]
  static let columnCounts = [1, 3, 16, 35]

  /// Whether two numbers agree within a few units in the last place of the greater terms.
  static func agree(_ a: Float, _ b: Double, scale: Double = 1) -> Bool {
    if b.isNaN { return a.isNaN }
    return abs(Double(a) - b) <= 2e-6 * max(scale, abs(b))
  }

  static func f(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .identity: x
    case .relu: max(x, 0)
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Foundation.tanh(x)
    case .softplus: max(x, 0) + log1p(exp(-abs(x)))
    case .gelu:
      x / 2 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  @Test("Activations and their gradients", arguments: Activation.allCases)
  func activations(_ activation: Activation) throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(1)), [])
    let y = try graph.add(.activation(activation), [x])
    let saved = activation.saved == .input ? x : y
    let upstream = try graph.add(.input(name: "upstream", shape: .batch(1)), [])
    graph.outputs = [y, try graph.add(.activationGradient(activation), [upstream, saved])]
    let inputs = OpenCLPlanTests.values(1001, seed: 3).map { $0 * 8 } + [0, 90, -90, 30, -30]
    let upstreams = OpenCLPlanTests.values(inputs.count, seed: 4)
    let outputs = try OpenCLDevice.evaluate(
      graph,
      rows: inputs.count,
      inputs: [inputs, upstreams]
    )
    for (index, x) in inputs.enumerated() {
      let (x, h) = (Double(x), 1e-6)
      #expect(Self.agree(outputs[0][index], Self.f(activation, x), scale: 1e-3), "f(\(x))")
      guard abs(x) > h else { continue }
      let slope = (Self.f(activation, x + h) - Self.f(activation, x - h)) / (2 * h)
      let expected = slope * Double(upstreams[index])
      #expect(Self.agree(outputs[1][index], expected), "f'(\(x))")
    }
    let nan = try OpenCLDevice.evaluate(graph, rows: 1, inputs: [[.nan], [1]])
    #expect(nan[0][0].isNaN)
  }

  @Test("Elementwise operations, each broadcast", arguments: rowCounts, columnCounts)
  func binary(rows: Int, columns: Int) throws {
    for binary in Binary.allCases {
      var graph = Graph()
      let a = try graph.add(.input(name: "a", shape: .batch(columns)), [])
      let shapes: [Shape] = [.batch(columns), .fixed(columns), .scalar]
      let operands = try shapes.map { try graph.add(.input(name: "\($0)", shape: $0), []) }
      graph.outputs = try operands.map { try graph.add(.binary(binary), [a, $0]) }
      let x = OpenCLPlanTests.values(rows * columns, seed: 5)
      let y = OpenCLPlanTests.values(rows * columns, seed: 6).map { $0 + 2 }
      let outputs = try OpenCLDevice.evaluate(
        graph,
        rows: rows,
        inputs: [x, y, Array(y.prefix(columns)), [y[0]]]
      )
      let indices: [(Int) -> Int] = [{ $0 }, { $0 % columns }, { _ in 0 }]
      for (output, index) in zip(outputs, indices) {
        let expected = x.indices.map { i in
          switch binary {
          case .add: x[i] + y[index(i)]
          case .subtract: x[i] - y[index(i)]
          case .multiply: x[i] * y[index(i)]
          case .divide: x[i] / y[index(i)]
          }
        }
        #expect(output == expected, "\(binary) \(rows)x\(columns)")
      }
    }
  }

  @Test("Reductions and their adjoints", arguments: rowCounts, columnCounts)
  func reductions(rows: Int, columns: Int) throws {
    for kind in Reduction.Kind.allCases {
      for axis in Reduction.Axis.allCases {
        var graph = Graph()
        let shape = Shape.batch(columns)
        let x = try graph.add(.input(name: "x", shape: shape), [])
        let reduced = try graph.add(.reduce(Reduction(kind, axis)), [x])
        graph.outputs = [
          reduced, try graph.add(.broadcast(Reduction(kind, axis), shape: shape), [reduced]),
        ]
        let values = OpenCLPlanTests.values(rows * columns, seed: 7)
        let outputs = try OpenCLDevice.evaluate(
          graph,
          rows: rows,
          capacity: rows + 300,
          inputs: [values]
        )
        let (groups, group): (Int, (Int) -> Int) =
          switch axis {
          case .rows: (columns, { $0 % columns })
          case .columns: (rows, { $0 / columns })
          case .all: (1, { _ in 0 })
          }
        var sums = [Double](repeating: 0, count: groups)
        for (index, value) in values.enumerated() { sums[group(index)] += Double(value) }
        let divisor = kind == .sum ? 1 : Double(values.count / groups)
        #expect(outputs[0].count == groups)
        for index in 0..<groups {
          #expect(
            Self.agree(outputs[0][index], sums[index] / divisor, scale: 10 / divisor),
            "\(kind) \(axis) \(rows)x\(columns)"
          )
        }
        let spread = values.indices.map { outputs[0][group($0)] / Float(divisor) }
        #expect(outputs[1] == spread, "\(kind) \(axis) \(rows)x\(columns)")
      }
    }
  }

  @Test("Softmax", arguments: rowCounts, columnCounts)
  func softmax(rows: Int, columns: Int) throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(columns)), [])
    graph.outputs = [try graph.add(.softmax, [x])]
    let values = OpenCLPlanTests.values(rows * columns, seed: 8).map { $0 * 100 }
    let output = try OpenCLDevice.evaluate(graph, rows: rows, inputs: [values])[0]
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      let expected = Self.softmax(values[range].map(Double.init))
      for (index, y) in zip(range, expected) {
        #expect(Self.agree(output[index], y, scale: 1e-3))
      }
    }
  }

  static func softmax(_ x: [Double]) -> [Double] {
    let powers = x.map { exp($0 - (x.max() ?? 0)) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  @Test("Losses and their gradients", arguments: rowCounts, columnCounts)
  func losses(rows: Int, columns: Int) throws {
    for loss in Loss.allCases {
      var graph = Graph()
      let shape = Shape.batch(columns)
      let isClass = loss == .softmaxCrossEntropy
      let p = try graph.add(.input(name: "p", shape: shape), [])
      let t = try graph.add(.input(name: "t", shape: isClass ? .batch(1) : shape), [])
      let upstream = try graph.add(.constant(3), [])
      graph.outputs = [
        try graph.add(.loss(loss), [p, t]), try graph.add(.lossGradient(loss), [p, t, upstream]),
      ]
      let predictions = OpenCLPlanTests.values(rows * columns, seed: 9).map { $0 * 20 }
      let targets =
        isClass
        ? (0..<rows).map { Float($0 % columns) }
        : OpenCLPlanTests.values(rows * columns, seed: 10).map { ($0 + 1) / 2 }
      let outputs = try OpenCLDevice.evaluate(
        graph,
        rows: rows,
        capacity: rows + 300,
        inputs: [predictions, targets]
      )
      var sum = 0.0
      var gradient: [Double] = []
      for (p, t) in zip(predictions, targets) where !isClass {
        let (p, t, d) = (Double(p), Double(t), Double(p) - Double(t))
        switch loss {
        case .meanSquaredError:
          sum += d * d
          gradient.append(2 * d)
        case .meanAbsoluteError:
          sum += abs(d)
          gradient.append(d == 0 ? 0 : d.sign == .minus ? -1 : 1)
        default:
          sum += max(p, 0) - p * t + log1p(exp(-abs(p)))
          gradient.append(1 / (1 + exp(-p)) - t)
        }
      }
      for row in 0..<rows where isClass {
        let logits = predictions[row * columns..<(row + 1) * columns].map(Double.init)
        let target = Int(targets[row])
        let greatest = logits.max() ?? 0
        sum += log(logits.reduce(0) { $0 + exp($1 - greatest) }) + greatest - logits[target]
        var y = Self.softmax(logits)
        y[target] -= 1
        gradient += y
      }
      let terms = Double(targets.count)
      #expect(Self.agree(outputs[0][0], sum / terms, scale: 10), "\(loss) \(rows)x\(columns)")
      for (index, expected) in gradient.enumerated() {
        #expect(
          Self.agree(outputs[1][index], 3 * expected / terms, scale: 10 / terms),
          "\(loss) \(rows)x\(columns)"
        )
      }
    }
  }

  @Test("A class that is no column makes its row NaN", arguments: [-1, 3, .nan] as [Float])
  func unknownClass(_ target: Float) throws {
    var graph = Graph()
    let p = try graph.add(.input(name: "p", shape: .batch(3)), [])
    let t = try graph.add(.input(name: "t", shape: .batch(1)), [])
    let upstream = try graph.add(.constant(1), [])
    graph.outputs = [
      try graph.add(.loss(.softmaxCrossEntropy), [p, t]),
      try graph.add(.lossGradient(.softmaxCrossEntropy), [p, t, upstream]),
    ]
    let outputs = try OpenCLDevice.evaluate(
      graph,
      rows: 2,
      inputs: [[1, 2, 3, 4, 5, 6], [target, 2]]
    )
    #expect(outputs[0][0].isNaN)
    #expect(outputs[1].map(\.isNaN) == [true, true, true, false, false, false])
  }
}
