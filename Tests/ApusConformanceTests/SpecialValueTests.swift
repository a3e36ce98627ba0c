import ApusCompute
import Testing

/// What NaN, infinities, zeros of both signs, subnormal numbers and overflow become.
@Suite("Special values")
struct SpecialValueTests {
  @Test("elementwise operations follow IEEE 754", arguments: BackendUnderTest.all)
  func binary(_ target: BackendUnderTest) throws {
    let (first, second) = SpecialValues.pairs
    for binary in Binary.allCases {
      var graph = Graph()
      let a = try graph.add(.input(name: "a", shape: .batch(1)), [])
      let b = try graph.add(.input(name: "b", shape: .batch(1)), [])
      graph.outputs = [try graph.add(.binary(binary), [a, b])]
      let output = try target.run(graph, rows: first.count, inputs: [first, second]).outputs[0]
      for (index, value) in output.enumerated() {
        let (a, b) = (first[index], second[index])
        // One Float operation: what IEEE 754 says, and not its rounding in Double.
        let expected: Float =
          switch binary {
          case .add: a + b
          case .subtract: a - b
          case .multiply: a * b
          case .divide: a / b
          }
        // A device that flushes a subnormal divisor divides by zero.
        let isFlushed =
          target.flushesSubnormals && [a, b, expected].contains { $0.isSubnormal }
        #expect(
          isFlushed || SpecialValues.equals(value, Double(expected))
            || (target.flushesSubnormals && binary == .divide
              && SpecialValues.agrees(value, Double(expected))),
          "\(a) \(binary) \(b) is \(value) on \(target.name), not \(expected)")
      }
    }
  }

  @Test("activations", arguments: BackendUnderTest.all)
  func activations(_ target: BackendUnderTest) throws {
    let values = SpecialValues.all
    for activation in Activation.allCases {
      var graph = Graph()
      let x = try graph.add(.input(name: "x", shape: .batch(1)), [])
      graph.outputs = [try graph.add(.activation(activation), [x])]
      let output = try target.run(graph, rows: values.count, inputs: [values]).outputs[0]
      for (x, y) in zip(values, output) {
        let expected = reference(activation, Double(x))
        #expect(
          SpecialValues.agrees(y, expected),
          "\(activation)(\(x)) is \(y) on \(target.name), not \(expected)")
        guard [.identity, .relu, .tanh].contains(activation), abs(x) <= 1e-20 else { continue }
        #expect(
          SpecialValues.equals(y, expected, flushes: target.flushesSubnormals),
          "\(activation)(\(x)) is \(y) on \(target.name): the digits of small numbers are lost")
      }
    }
  }

  /// What an activation may save of special arguments.
  private func savedValues(of activation: Activation) -> [Float] {
    switch activation {
    case .identity: [0]
    case .relu: [0, -0.0, 1, .greatestFiniteMagnitude, .infinity, .nan]
    case .sigmoid: [0, 0.5, 1, .nan]
    case .tanh: [-1, -0.5, -0.0, 0, 1, .nan]
    case .softplus: [0, 0.7, 100, .greatestFiniteMagnitude, .infinity, .nan]
    // Where even the formula in Double has no value at infinity, no backend needs one.
    case .gelu: SpecialValues.all.filter { !$0.isInfinite }
    }
  }

  @Test("gradients of activations", arguments: BackendUnderTest.all)
  func activationGradients(_ target: BackendUnderTest) throws {
    for activation in Activation.allCases {
      let pairs = SpecialValues.all.flatMap { upstream in
        savedValues(of: activation).map { (upstream, $0) }
      }
      var graph = Graph()
      let upstream = try graph.add(.input(name: "upstream", shape: .batch(1)), [])
      let saved = try graph.add(.input(name: "saved", shape: .batch(1)), [])
      graph.outputs = [try graph.add(.activationGradient(activation), [upstream, saved])]
      let inputs = [pairs.map(\.0), pairs.map(\.1)]
      let output = try target.run(graph, rows: pairs.count, inputs: inputs).outputs[0]
      for ((upstream, saved), value) in zip(pairs, output) {
        var expected = Double(upstream) * referenceSlope(activation, saved: Double(saved))
        // A gate that is not open lets nothing through, not even NaN.
        if activation == .relu { expected = saved > 0 ? Double(upstream) : 0 }
        // Rounding alone decides whether a slope of about 0 is 0.
        if activation == .gelu, !upstream.isFinite, !saved.isNaN, saved < -5 { continue }
        #expect(
          SpecialValues.agrees(value, expected),
          "\(upstream) through \(activation) at \(saved) is \(value) on \(target.name)")
      }
    }
  }

  @Test("losses of one element, and their gradients", arguments: BackendUnderTest.all)
  func losses(_ target: BackendUnderTest) throws {
    for loss in [Loss.meanSquaredError, .meanAbsoluteError, .binaryCrossEntropy] {
      var graph = Graph()
      let prediction = try graph.add(.input(name: "prediction", shape: .batch(1)), [])
      let expected = try graph.add(.input(name: "target", shape: .batch(1)), [])
      let upstream = try graph.add(.constant(1), [])
      graph.outputs = [
        try graph.add(.loss(loss), [prediction, expected]),
        try graph.add(.lossGradient(loss), [prediction, expected, upstream]),
      ]
      let store = try target.backend.makeVariables([])
      let plan = try target.backend.compile(graph, batchCapacity: 1, variables: store)
      let targets =
        loss == .binaryCrossEntropy ? [0, 1, .nan] : [0, 1, -Float.greatestFiniteMagnitude, .nan]
      for p in SpecialValues.all {
        for t in targets + (loss == .binaryCrossEntropy ? [] : [.infinity]) {
          plan.write([p], toInput: 0, rows: 1)
          plan.write([t], toInput: 1, rows: 1)
          try plan.run(rows: 1)
          let value = try plan.output(0, rows: 1)[0]
          let slope = try plan.output(1, rows: 1)[0]
          let matrix = (rows: 1, columns: 1)
          let operands = [[Double(p)], [Double(t)], [1]]
          let message = "\(loss) of \(p) for \(t) on \(target.name)"
          #expect(
            SpecialValues.agrees(value, meanLoss(loss, operands, matrix)), "\(message): \(value)")
          var expected = lossGradient(loss, operands, matrix)[0]
          // The sign of a difference that is NaN.
          if (Double(p) - Double(t)).isNaN { expected = .nan }
          #expect(SpecialValues.agrees(slope, expected), "\(message): gradient \(slope)")
        }
      }
    }
  }

  /// Rows of three logits.
  private static let logits: [[Float]] = [
    [0, -.infinity, 1], [.infinity, 0, 1], [-.infinity, -.infinity, -.infinity], [.nan, 0, 1],
    [0, 1, .nan], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0],
    [.greatestFiniteMagnitude, .greatestFiniteMagnitude, 0], [-0.0, 0, SpecialValues.subnormal],
    [-1000, -1001, -1002], [.infinity, -.infinity, 0],
  ]

  @Test("softmax and its cross-entropy", arguments: BackendUnderTest.all)
  func softmaxes(_ target: BackendUnderTest) throws {
    var graph = Graph()
    let logits = try graph.add(.input(name: "logits", shape: .batch(3)), [])
    let expected = try graph.add(.input(name: "target", shape: .batch(1)), [])
    let upstream = try graph.add(.constant(1), [])
    graph.outputs = [
      try graph.add(.softmax, [logits]),
      try graph.add(.loss(.softmaxCrossEntropy), [logits, expected]),
      try graph.add(.lossGradient(.softmaxCrossEntropy), [logits, expected, upstream]),
    ]
    for row in Self.logits {
      for label: Float in [0, 1, 2, 3, -1, .nan, .infinity] {
        let outputs = try target.run(graph, rows: 1, inputs: [row, [label]]).outputs
        let message = "\(row), class \(label) on \(target.name)"
        let probabilities = softmax(row.doubles[...])
        for (value, expected) in zip(outputs[0], probabilities) {
          #expect(SpecialValues.agrees(value, expected), "softmax of \(message): \(outputs[0])")
        }
        let isClass = (0..<3).contains(label)
        let operands = [row.doubles, [Double(label)], [1]]
        let loss = isClass ? meanLoss(.softmaxCrossEntropy, operands, (1, 3)) : .nan
        // The logarithm of a probability that is zero in Double: what is lost is finite.
        let isLost = loss == .infinity && row.allSatisfy(\.isFinite)
        #expect(
          isLost ? outputs[1][0] > 1e3 : SpecialValues.agrees(outputs[1][0], loss),
          "entropy of \(message): \(outputs[1])")
        for (column, value) in outputs[2].enumerated() {
          let expected =
            isClass ? probabilities[column] - (Float(column) == label ? 1 : 0) : Double.nan
          #expect(SpecialValues.agrees(value, expected), "slope of \(message): \(outputs[2])")
        }
      }
    }
  }

  @Test("sums of NaN, infinities and what overflows", arguments: BackendUnderTest.all)
  func reductions(_ target: BackendUnderTest) throws {
    let great = Float.greatestFiniteMagnitude
    let plants: [[Float]] = [
      [.nan], [.infinity], [-.infinity], [.infinity, -.infinity], [great, great], [-great, -great],
      [-0.0, -0.0], [SpecialValues.subnormal, SpecialValues.subnormal], [.infinity, great, great],
    ]
    for axis in Reduction.Axis.allCases {
      var graph = Graph()
      let x = try graph.add(.input(name: "x", shape: .batch(17)), [])
      graph.outputs = [try graph.add(.reduce(Reduction(.sum, axis)), [x])]
      for plant in plants {
        for first in [0, 15, 300 * 17 - 40] {
          var values = [Float](repeating: 0, count: 300 * 17)
          // Neighbours in a row, or in a column.
          for (index, value) in plant.enumerated() {
            values[first + index * (axis == .rows ? 17 : 1)] = value
          }
          let output = try target.run(graph, rows: 300, inputs: [values]).outputs[0]
          var reference = ReferenceInterpreter(graph, rows: 300, inputs: [values.doubles])
          let isRight = zip(output, reference.run()[0]).allSatisfy {
            SpecialValues.equals($0, $1, flushes: target.flushesSubnormals)
          }
          #expect(isRight, "\(plant) at \(first) over \(axis) on \(target.name)")
        }
      }
    }
  }

  @Test("NaN and infinite gradients reach the parameter", arguments: BackendUnderTest.all)
  func updates(_ target: BackendUnderTest) throws {
    let gradients: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, SpecialValues.subnormal, -SpecialValues.subnormal, 1,
    ]
    for rule in UpdateTests.rules {
      let shape = Shape.fixed(gradients.count)
      var graph = Graph()
      let parameter = try graph.add(.variable(Variable(name: "w", shape: shape)), [])
      let gradient = try graph.add(.input(name: "g", shape: shape), [])
      let schedule = try graph.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
      let slots = try rule.slots.map {
        try graph.add(.variable(Variable(name: $0, shape: shape)), [])
      }
      graph.outputs = [try graph.add(.update(rule), [parameter, gradient, schedule] + slots)]
      var variables: [String: [Float]] = [:]
      for variable in graph.variables {
        variables[variable.name] = [Float](repeating: 0.5, count: gradients.count)
      }
      let inputs = [gradients, rule.schedule(learningRate: 0.01, step: 1)]
      let found = try target.run(graph, rows: 1, inputs: inputs, variables: variables).variables
      var reference = ReferenceInterpreter(
        graph, rows: 1, inputs: inputs.map(\.doubles), variables: variables.mapValues(\.doubles))
      _ = reference.run()
      for (name, expected) in reference.variables {
        let isRight = zip(found[name] ?? [], expected).allSatisfy { SpecialValues.agrees($0, $1) }
        #expect(isRight, "\(name) by \(rule) on \(target.name): \(found[name] ?? [])")
      }
    }
  }
}
