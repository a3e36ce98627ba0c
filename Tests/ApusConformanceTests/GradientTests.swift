import ApusCompute
import ApusNN
import Testing

/// The gradient builder: against central differences in Double, then each backend against it.
@Suite("Gradients")
struct GradientTests {
  /// A net with two hidden layers, its training graph's forward and backward part.
  private struct Case {
    let graph: Graph
    let network: Network
    let rows = 6
    let inputs: [[Float]]
    let variables: [String: [Float]]

    init(_ activation: Activation, _ loss: Loss) throws {
      var fixtures = Fixtures(seed: 21)
      network = try Network(
        inputs: 4,
        Sequential.perceptron(hidden: [5, 3], outputs: 2, activation: activation)
      )
      var graph = network.graph
      let perClass = loss == .softmaxCrossEntropy
      let target = try graph.add(.input(name: "target", shape: .batch(perClass ? 1 : 2)), [])
      let value = try graph.add(.loss(loss), [network.logits, target])
      graph.outputs =
        [value]
        + (try graph.gradients(of: value, withRespectTo: network.parameters.map(\.node)))
      self.graph = graph
      inputs = [
        fixtures.reals(rows * 4),
        perClass
          ? (0..<rows).map { Float($0 % 2) } : fixtures.reals(rows * 2).map { $0 > 0 ? 1 : 0 },
      ]
      var variables: [String: [Float]] = [:]
      for parameter in network.parameters {
        variables[parameter.variable.name] = fixtures.reals(parameter.variable.count)
      }
      self.variables = variables
    }

    func reference(_ variables: [String: [Double]], fused: Bool = false) -> [[Double]] {
      var interpreter = ReferenceInterpreter(
        fused ? graph.fused() : graph,
        rows: rows,
        inputs: inputs.map(\.doubles),
        variables: variables
      )
      return interpreter.run()
    }
  }

  private static let cases = Activation.allCases.flatMap { activation in
    Loss.allCases.map { (activation, $0) }
  }

  @Test("agree with central differences", arguments: cases)
  func centralDifferences(_ activation: Activation, _ loss: Loss) throws {
    let net = try Case(activation, loss)
    let variables = net.variables.mapValues(\.doubles)
    let analytic = net.reference(variables)
    for (index, parameter) in net.network.parameters.enumerated() {
      let name = parameter.variable.name
      for element in 0..<parameter.variable.count {
        let value = variables[name]?[element] ?? 0
        let step = 1e-5 * max(1, abs(value))
        func loss(at value: Double) -> Double {
          var moved = variables
          moved[name]?[element] = value
          return net.reference(moved)[0][0]
        }
        let numeric = (loss(at: value + step) - loss(at: value - step)) / (2 * step)
        let expected = analytic[1 + index][element]
        #expect(
          abs(numeric - expected) <= 1e-6 * max(1, abs(expected)),
          "\(name)[\(element)]"
        )
      }
    }
  }

  @Test("are not changed by fusion", arguments: cases)
  func fusion(_ activation: Activation, _ loss: Loss) throws {
    let net = try Case(activation, loss)
    let variables = net.variables.mapValues(\.doubles)
    #expect(net.reference(variables, fused: true) == net.reference(variables))
    #expect(net.graph.fused().nodes.count < net.graph.nodes.count)
  }

  @Test("are right on every backend", arguments: BackendUnderTest.all)
  func backends(_ target: BackendUnderTest) throws {
    for (activation, loss) in Self.cases {
      let net = try Case(activation, loss)
      let outputs = try target.run(
        net.graph,
        rows: net.rows,
        inputs: net.inputs,
        variables: net.variables
      ).outputs
      for (output, expected) in zip(outputs, net.reference(net.variables.mapValues(\.doubles))) {
        #expect(worstError(output, expected) < 5e-6, "\(activation) \(loss) on \(target.name)")
      }
    }
  }

  @Test("of elementwise operations, reductions and softmax agree with central differences")
  func otherOperations() throws {
    var graph = Graph()
    let names = ["x", "y", "row", "scalar"]
    let shapes = [Shape.fixed(3, 4), .fixed(3, 4), .fixed(4), .scalar]
    let leaves = try zip(names, shapes).map {
      try graph.add(.variable(Variable(name: $0, shape: $1)), [])
    }
    let product = try graph.add(.binary(.multiply), [leaves[0], leaves[1]])
    let shifted = try graph.add(.binary(.subtract), [product, leaves[2]])
    let quotient = try graph.add(.binary(.divide), [shifted, leaves[3]])
    let scaled = try graph.add(.binary(.multiply), [quotient, leaves[2]])
    let softmax = try graph.add(.softmax, [scaled])
    let mixed = try graph.add(.binary(.multiply), [softmax, leaves[0]])
    let columns = try graph.add(.reduce(Reduction(.mean, .columns)), [mixed])
    let squared = try graph.add(.binary(.multiply), [columns, columns])
    let rows = try graph.add(.reduce(Reduction(.mean, .rows)), [squared])
    let value = try graph.add(.reduce(Reduction(.sum, .all)), [rows])
    graph.outputs = [value] + (try graph.gradients(of: value, withRespectTo: leaves))

    var fixtures = Fixtures(seed: 22)
    var variables: [String: [Double]] = [:]
    for (name, shape) in zip(names, shapes) {
      variables[name] = fixtures.reals(shape.count(batchSize: 1)).map { Double($0) + 1.5 }
    }
    func run(_ variables: [String: [Double]]) -> [[Double]] {
      var interpreter = ReferenceInterpreter(graph, rows: 1, inputs: [], variables: variables)
      return interpreter.run()
    }
    let analytic = run(variables)
    for (index, name) in names.enumerated() {
      for element in analytic[1 + index].indices {
        func moved(by step: Double) -> Double {
          var moved = variables
          moved[name]?[element] += step
          return run(moved)[0][0]
        }
        let numeric = (moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5
        #expect(abs(numeric - analytic[1 + index][element]) < 1e-6, "\(name)[\(element)]")
      }
    }
  }
}
