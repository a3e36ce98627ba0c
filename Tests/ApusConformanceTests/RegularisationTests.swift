import ApusCompute
import ApusNN
import ApusRandom
import Testing

/// Dropout and layer normalization.
@Suite("Dropout and normalization")
struct RegularisationTests {
  private static func draw(seed: UInt64, step: Int) -> [Float] {
    var draw: [Float] = []
    DropoutMask.appendDraw(to: &draw, seed: seed, step: step)
    return draw
  }

  @Test("dropout draws Philox's integers on every device", arguments: BackendUnderTest.all)
  func dropout(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 131)
    let (seed, step): (UInt64, Int) = (0x0123_4567_89AB_CDEF, 0x1_2345)
    for (rows, columns, rate) in [(1, 1, 0.5), (3, 7, 0.25), (9, 64, 0.5), (70, 33, 0.75)] {
      let mask = DropoutMask(rate: Float(rate), number: 5)
      var graph = Graph()
      let x = try graph.add(.input(name: "x", shape: .batch(columns)), [])
      let draw = try graph.add(.input(name: "draw", shape: DropoutMask.drawShape), [])
      graph.outputs = [try graph.add(.dropout(mask), [x, draw])]
      let values = fixtures.integers(rows * columns)
      let output = try target.run(
        graph, rows: rows, inputs: [values, Self.draw(seed: seed, step: step)]
      ).outputs[0]
      let random = Philox(seed: seed, stream: UInt64(0x8000_0005) << 32 | UInt64(step))
      let expected = values.enumerated().map { index, x in
        Double(random.word(index)) >= rate * 0x1p32 ? x * Float(1 / (1 - rate)) : 0
      }
      let isExact = output == expected
      #expect(isExact, "\(rows) x \(columns), rate \(rate), on \(target.name)")
    }
  }

  @Test("dropout passes gradients where it passed values, and drops its share")
  func dropoutGradient() throws {
    let network = try Network(inputs: 200, Sequential { Dropout(0.5) })
    var graph = network.graph
    let weight = try graph.add(.variable(Variable(name: "w", shape: .fixed(200))), [])
    #expect(graph.inputs.count == 2)
    let scaled = try graph.add(.binary(.multiply), [network.logits, weight])
    let value = try graph.add(.reduce(Reduction(.sum, .all)), [scaled])
    graph.outputs =
      [network.logits]
      + (try graph.gradients(of: value, withRespectTo: [network.features]))
    var reference = ReferenceInterpreter(
      graph, rows: 50,
      inputs: [[Double](repeating: 3, count: 10_000), Self.draw(seed: 1, step: 1).doubles],
      variables: ["w": [Double](repeating: 3, count: 200)])
    let outputs = reference.run()
    #expect(outputs[0] == outputs[1])
    #expect(Set(outputs[0]) == [0, 6])
    #expect(abs(outputs[0].count { $0 == 0 } - 5000) < 200)
    #expect(try network.inferenceGraph(for: .meanSquaredError).nodes.count == 1)
  }

  @Test("rows are normalized, and so are their gradients", arguments: BackendUnderTest.all)
  func normalization(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 132)
    for columns in edges {
      var graph = Graph()
      let x = try graph.add(.input(name: "x", shape: .batch(columns)), [])
      let upstream = try graph.add(.input(name: "upstream", shape: .batch(columns)), [])
      let normalization = Normalization(epsilon: 1e-3)
      graph.outputs = [
        try graph.add(.normalize(normalization), [x]),
        try graph.add(.normalizeGradient(normalization), [upstream, x]),
      ]
      let inputs = [fixtures.reals(5 * columns, limit: 3), fixtures.reals(5 * columns)]
      let outputs = try target.run(graph, rows: 5, inputs: inputs).outputs
      var reference = ReferenceInterpreter(graph, rows: 5, inputs: inputs.map(\.doubles))
      for (output, expected) in zip(outputs, reference.run()) {
        #expect(worstError(output, expected) < 2e-5, "\(columns) columns on \(target.name)")
      }
    }
  }

  @Test("a layer's gradients agree with central differences")
  func normalizationGradient() throws {
    var fixtures = Fixtures(seed: 133)
    let network = try Network(
      inputs: 4,
      Sequential {
        Dense(6)
        LayerNorm(epsilon: 1e-2)
      })
    var graph = network.graph
    let target = try graph.add(.input(name: "target", shape: .batch(6)), [])
    let value = try graph.add(.loss(.meanSquaredError), [network.logits, target])
    graph.outputs =
      [value] + (try graph.gradients(of: value, withRespectTo: network.parameters.map(\.node)))
    let inputs = [fixtures.reals(12).doubles, fixtures.reals(18).doubles]
    var variables: [String: [Double]] = [:]
    for parameter in network.parameters {
      variables[parameter.variable.name] = fixtures.reals(parameter.variable.count).doubles
    }
    func run(_ variables: [String: [Double]]) -> [[Double]] {
      var interpreter = ReferenceInterpreter(graph, rows: 3, inputs: inputs, variables: variables)
      return interpreter.run()
    }
    let analytic = run(variables)
    for (index, parameter) in network.parameters.enumerated() {
      for element in 0..<parameter.variable.count {
        func moved(by step: Double) -> Double {
          var moved = variables
          moved[parameter.variable.name]?[element] += step
          return run(moved)[0][0]
        }
        let numeric = (moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5
        let name = "\(parameter.variable.name)[\(element)]"
        #expect(abs(numeric - analytic[1 + index][element]) < 1e-7, "\(name)")
      }
    }
  }

  private static func batchNet() throws -> Network {
    try Network(
      inputs: 3,
      Sequential {
        Dense(20)
        BatchNorm(momentum: 0.75, epsilon: 0.01)
        Dense(1)
      })
  }

  @Test("batch normalization trains alike on every device", arguments: BackendUnderTest.all)
  func batchNormalization(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 134)
    let network = try Self.batchNet()
    let optimizer = Optimizer.sgd(learningRate: 0.1)
    let training = try TrainingGraph(network, loss: .meanSquaredError, optimizer: optimizer)
    var variables = Dictionary(uniqueKeysWithValues: network.initialValues(seed: 9).map { $0 })
    var expected = variables.mapValues(\.doubles)
    #expect(variables.count == 8)
    for step in 1...3 {
      let inputs = [
        fixtures.reals(40 * 3), fixtures.reals(40),
        optimizer.rule.schedule(learningRate: 0.1, step: step),
      ]
      variables = try target.run(
        training.graph, rows: 40, inputs: inputs, variables: variables
      ).variables
      var reference = ReferenceInterpreter(
        training.graph, rows: 40, inputs: inputs.map(\.doubles), variables: expected)
      _ = reference.run()
      expected = reference.variables
    }
    for (name, values) in expected {
      #expect(worstError(variables[name] ?? [], values) < 1e-5, "\(name) on \(target.name)")
    }
    // A column's average is drawn to the batch's: 0.75 of what it was, 0.25 of the new.
    #expect(expected["layers.1.variance"]?.allSatisfy { $0 < 1 && $0 > 0.42 } == true)
  }

  @Test("batch normalization scores by its running averages")
  func batchNormalizationScoring() throws {
    let network = try Self.batchNet()
    let graph = try network.inferenceGraph(for: .meanSquaredError)
    var variables = network.initialValues(seed: 9).reduce(into: [:]) {
      $0[$1.name] = $1.values.doubles
    }
    variables["layers.1.mean"] = [Double](repeating: 2, count: 20)
    variables["layers.1.variance"] = [Double](repeating: 3.99, count: 20)
    variables["layers.1.weight"] = [Double](repeating: 3, count: 20)
    variables["layers.1.bias"] = [Double](repeating: 5, count: 20)
    let x = [0.5, -1, 2]
    var reference = ReferenceInterpreter(graph, rows: 1, inputs: [x], variables: variables)
    let (first, last) = (variables["layers.0.weight"] ?? [], variables["layers.2.weight"] ?? [])
    let epsilon = Double(Float(0.01))
    let expected = (0..<20).reduce(0.0) { sum, unit in
      let hidden = (0..<3).reduce(0.0) { $0 + x[$1] * first[$1 * 20 + unit] }
      let normal = (hidden - 2) / (3.99 + epsilon).squareRoot()
      return sum + (3 * normal + 5) * last[unit]
    }
    #expect(abs(reference.run()[0][0] - expected) < 1e-9)
  }

  @Test("a sealed batch normalization is part of the layer before it")
  func folding() throws {
    var fixtures = Fixtures(seed: 135)
    let network = try Self.batchNet()
    let graph = try network.inferenceGraph(for: .binaryCrossEntropy)
    var variables: [String: [Float]] = [:]
    for parameter in network.parameters {
      variables[parameter.variable.name] = fixtures.reals(parameter.variable.count).map(abs)
    }
    let before = variables
    let folded = graph.foldingScales(into: &variables)
    #expect(DenseChain(graph) == nil)
    #expect(DenseChain(folded)?.layers.count == 2)
    let dense = (0...2).filter { $0 != 1 }.flatMap { ["layers.\($0).bias", "layers.\($0).weight"] }
    #expect(variables.keys.sorted() == dense)
    let x = fixtures.reals(30).doubles
    func run(_ graph: Graph, _ variables: [String: [Float]]) -> [Double] {
      var reference = ReferenceInterpreter(
        graph, rows: 10, inputs: [x], variables: variables.mapValues(\.doubles))
      return reference.run()[0]
    }
    for (a, b) in zip(run(graph, before), run(folded, variables)) { #expect(abs(a - b) < 1e-5) }

    // Nothing to fold: the same graph and the same numbers.
    let plain = try Network(inputs: 3, Sequential { Dense(2) }).inferenceGraph(
      for: .meanSquaredError)
    var weights: [String: [Float]] = [
      "layers.0.weight": [1, 2, 3, 4, 5, 6], "layers.0.bias": [7, 8],
    ]
    let untouched = weights
    #expect(plain.foldingScales(into: &weights) == plain)
    #expect(weights == untouched)
  }
}
