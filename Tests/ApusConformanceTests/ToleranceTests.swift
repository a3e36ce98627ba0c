import ApusCompute
import Testing

/// Operations on reals, against the reference in Double.
@Suite("Tolerances")
struct ToleranceTests {
  @Test("matmul stays within 2 k ε of the sum of magnitudes", arguments: BackendUnderTest.all)
  func matmul(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 11)
    for (m, n, k) in [(3, 5, 400), (65, 33, 64), (1, 64, 64), (130, 1, 130)] {
      var graph = Graph()
      let a = try graph.add(.input(name: "a", shape: .batch(k)), [])
      let b = try graph.add(.input(name: "b", shape: .fixed(k, n)), [])
      graph.outputs = [try graph.add(.matmul(MatMul()), [a, b])]
      let inputs = [fixtures.reals(m * k), fixtures.reals(k * n)]
      let output = try target.run(graph, rows: m, inputs: inputs).outputs[0]
      var reference = ReferenceInterpreter(graph, rows: m, inputs: inputs.map(\.doubles))
      var magnitudes = ReferenceInterpreter(
        graph,
        rows: m,
        inputs: inputs.map { $0.map { Double(abs($0)) } }
      )
      let bounds = magnitudes.run()[0].map { 2 * Double(k) * 0x1p-24 * $0 }
      for (index, expected) in reference.run()[0].enumerated() {
        #expect(abs(Double(output[index]) - expected) <= bounds[index])
      }
    }
  }

  @Test("activations and their gradients", arguments: BackendUnderTest.all)
  func activations(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 12)
    let special: [Float] = [
      0, -0.0, 1e-20, -1e-20, 0.6, -0.6, 20, -20, 87, -87, 89, -89, 1e4, -1e4,
    ]
    for activation in Activation.allCases {
      var graph = Graph()
      let x = try graph.add(.input(name: "x", shape: .batch(1)), [])
      let upstream = try graph.add(.input(name: "upstream", shape: .batch(1)), [])
      let y = try graph.add(.activation(activation), [x])
      let saved = activation.saved == .output ? y : x
      graph.outputs = [y, try graph.add(.activationGradient(activation), [upstream, saved])]
      let values = special + fixtures.reals(301, limit: 6)
      let inputs = [values, fixtures.reals(values.count)]
      let outputs = try target.run(graph, rows: values.count, inputs: inputs).outputs
      var reference = ReferenceInterpreter(
        graph,
        rows: values.count,
        inputs: inputs.map(\.doubles)
      )
      let expected = reference.run()
      #expect(worstError(outputs[0], expected[0]) < 6e-7, "\(activation) on \(target.name)")
      #expect(worstError(outputs[1], expected[1]) < 2e-6, "\(activation)' on \(target.name)")
    }
  }

  @Test("NaN and infinity go through activations", arguments: BackendUnderTest.all)
  func nonFinite(_ target: BackendUnderTest) throws {
    let limits: [Activation: (Float, Float)] = [
      .relu: (.infinity, 0), .sigmoid: (1, 0), .tanh: (1, -1), .softplus: (.infinity, 0),
    ]
    for (activation, limit) in limits {
      var graph = Graph()
      let x = try graph.add(.input(name: "x", shape: .batch(1)), [])
      graph.outputs = [try graph.add(.activation(activation), [x])]
      let output = try target.run(graph, rows: 3, inputs: [[.nan, .infinity, -.infinity]]).outputs[
        0
      ]
      #expect(output[0].isNaN, "\(activation)(NaN) on \(target.name)")
      #expect(output[1] == limit.0 && output[2] == limit.1, "\(activation) on \(target.name)")
    }
  }

  @Test("a NaN prediction has a NaN gradient", arguments: BackendUnderTest.all)
  func nonFiniteLosses(_ target: BackendUnderTest) throws {
    for loss in [Loss.meanSquaredError, .meanAbsoluteError, .binaryCrossEntropy] {
      var graph = Graph()
      let prediction = try graph.add(.input(name: "prediction", shape: .batch(1)), [])
      let expected = try graph.add(.input(name: "target", shape: .batch(1)), [])
      let upstream = try graph.add(.constant(1), [])
      graph.outputs = [try graph.add(.lossGradient(loss), [prediction, expected, upstream])]
      let gradient = try target.run(graph, rows: 2, inputs: [[.nan, 1], [0, 0]]).outputs[0]
      #expect(gradient[0].isNaN && gradient[1].isFinite, "\(loss) on \(target.name)")
    }
  }

  @Test("losses, softmax and their gradients", arguments: BackendUnderTest.all)
  func losses(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 13)
    for loss in Loss.allCases {
      for (rows, columns) in [(1, 2), (33, 3), (600, 17)] {
        var graph = Graph()
        let perClass = loss == .softmaxCrossEntropy
        let logits = try graph.add(.input(name: "logits", shape: .batch(columns)), [])
        let expected = try graph.add(
          .input(name: "target", shape: .batch(perClass ? 1 : columns)),
          []
        )
        let upstream = try graph.add(.constant(0.5), [])
        graph.outputs = [
          try graph.add(.loss(loss), [logits, expected]),
          try graph.add(.lossGradient(loss), [logits, expected, upstream]),
          try graph.add(.softmax, [logits]),
        ]
        let targets =
          perClass
          ? (0..<rows).map { Float($0 % columns) }
          : fixtures.reals(rows * columns).map { $0 > 0 ? 1 : 0 }
        let inputs = [fixtures.reals(rows * columns, limit: 30), targets]
        let outputs = try target.run(graph, rows: rows, inputs: inputs).outputs
        var reference = ReferenceInterpreter(graph, rows: rows, inputs: inputs.map(\.doubles))
        for (output, expected) in zip(outputs, reference.run()) {
          #expect(worstError(output, expected) < 2e-6, "\(loss) \(rows) rows on \(target.name)")
        }
      }
    }
  }
}
