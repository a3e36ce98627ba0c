import ApusCompute
import Testing

/// The gradients of products, whichever operands they read transposed.
@Suite("Gradients of products")
struct ProductGradientTests {
  @Test("agree with central differences", arguments: MatMul.Transposition.allCases)
  func centralDifferences(_ transposition: MatMul.Transposition) throws {
    let shapes: [Shape] =
      switch transposition {
      case .nn: [.fixed(3, 4), .fixed(4, 2)]
      case .nt: [.fixed(3, 4), .fixed(2, 4)]
      case .tn: [.fixed(4, 3), .fixed(4, 2)]
      }
    var graph = Graph()
    let leaves = try zip(["a", "b"], shapes).map {
      try graph.add(.variable(Variable(name: $0, shape: $1)), [])
    }
    let product = try graph.add(.matmul(MatMul(transposition)), leaves)
    let squares = try graph.add(.binary(.multiply), [product, product])
    let value = try graph.add(.reduce(Reduction(.sum, .all)), [squares])
    graph.outputs = [value] + (try graph.gradients(of: value, withRespectTo: leaves))

    var fixtures = Fixtures(seed: 23)
    var variables: [String: [Double]] = [:]
    for (name, shape) in zip(["a", "b"], shapes) {
      variables[name] = fixtures.reals(shape.count(batchSize: 1)).doubles
    }
    func run(_ variables: [String: [Double]]) -> [[Double]] {
      var interpreter = ReferenceInterpreter(graph, rows: 1, inputs: [], variables: variables)
      return interpreter.run()
    }
    let analytic = run(variables)
    for (index, name) in ["a", "b"].enumerated() {
      #expect(analytic[1 + index].count == shapes[index].count(batchSize: 1))
      for element in analytic[1 + index].indices {
        func moved(by step: Double) -> Double {
          var moved = variables
          moved[name]?[element] += step
          return run(moved)[0][0]
        }
        let numeric = (moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5
        #expect(
          abs(numeric - analytic[1 + index][element]) < 1e-6, "\(transposition) \(name)[\(element)]"
        )
      }
    }
  }
}
