import ApusCompute
import Testing

/// Products and nets with NaN, infinities and overflow in them: what is not a number stays in its
/// own row and column, whatever is padded, packed or filled with zeros around it.
@Suite("Special values in products")
struct SpecialProductTests {
  /// Extents that take every path: dots, a row that is streamed, in place, packed, several blocks.
  private static let extents = [
    (2, 3, 7), (13, 33, 65), (1, 200, 100), (50, 1, 40), (30, 140, 400), (20, 800, 20),
    (3, 17, 131), (1, 1, 5),
  ]

  @Test("what is not finite stays in its row and column", arguments: BackendUnderTest.all)
  func products(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 81)
    for (m, n, k) in Self.extents {
      for transposition in MatMul.Transposition.allCases {
        for activation in [Activation.identity, .relu] {
          var a = fixtures.integers(m * k)
          var b = fixtures.integers(k * n)
          var bias = fixtures.integers(n)
          func inA(_ row: Int, _ term: Int) -> Int {
            transposition == .tn ? term * m + row : row * k + term
          }
          func inB(_ term: Int, _ column: Int) -> Int {
            transposition == .nt ? column * k + term : term * n + column
          }
          // The great number is doubled in the first column and else kept, so that only there it
          // overflows, where nothing else could make a NaN of it.
          for column in 0..<n { b[inB(k / 3, column)] = column == 0 ? 2 : 1 }
          b[inB(k - 1, 0)] = 1
          // The last row and column are those beside the padding.
          a[inA(m - 1, k - 1)] = .infinity
          a[inA(m / 2, k / 3)] = .greatestFiniteMagnitude
          if m > 2 { a[inA(m / 3, 0)] = .nan }
          if n > 2 {
            b[inB(k / 2, n - 1)] = -.infinity
            b[inB(k - 1, n / 3)] = .nan
            bias[n / 2] = .infinity
          }
          let graph = try Self.graph(transposition, m, n, k, activation)
          let rows = transposition == .tn ? k : m
          let inputs = [a, b, bias]
          let output = try target.run(graph, rows: rows, inputs: inputs).outputs[0]
          var reference = ReferenceInterpreter(graph, rows: rows, inputs: inputs.map(\.doubles))
          // Not to the bit: a great number swallows the integers that it is added to.
          let isRight = zip(output, reference.run()[0]).allSatisfy { SpecialValues.agrees($0, $1) }
          #expect(isRight, "\(transposition) \(m) x \(n) x \(k) \(activation) on \(target.name)")
        }
      }
    }
  }

  @Test("subnormal numbers and negative zeros are numbers", arguments: BackendUnderTest.all)
  func small(_ target: BackendUnderTest) throws {
    for (m, n, k) in Self.extents {
      for transposition in MatMul.Transposition.allCases {
        let graph = try Self.graph(transposition, m, n, k, .identity)
        let rows = transposition == .tn ? k : m
        var a = [Float](repeating: -0.0, count: m * k)
        for index in stride(from: 0, to: a.count, by: k) { a[index] = SpecialValues.subnormal }
        let inputs = [
          a, [Float](repeating: 1, count: k * n), [Float](repeating: -0.0, count: n),
        ]
        let output = try target.run(graph, rows: rows, inputs: inputs).outputs[0]
        var reference = ReferenceInterpreter(graph, rows: rows, inputs: inputs.map(\.doubles))
        let isRight = zip(output, reference.run()[0]).allSatisfy {
          SpecialValues.equals($0, $1, flushes: target.flushesSubnormals)
        }
        #expect(isRight, "\(transposition) \(m) x \(n) x \(k) on \(target.name)")
      }
    }
  }

  @Test("a net's row of NaN or infinities spoils no other row", arguments: BackendUnderTest.cpu)
  func nets(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 82)
    for (widths, activation) in [
      ([17, 64, 33, 1], Activation.relu), ([5, 40, 3], .tanh), ([33, 20, 130], .sigmoid),
    ] {
      var graph = Graph()
      var variables: [String: [Float]] = [:]
      var node = try graph.add(.input(name: "x", shape: .batch(widths[0])), [])
      for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
        let weight = Variable(name: "weight\(index)", shape: .fixed(inputs, outputs))
        variables[weight.name] = fixtures.integers(inputs * outputs)
        let product = try graph.add(
          .matmul(MatMul()), [node, graph.add(.variable(weight), [])])
        node = try graph.add(.activation(activation), [product])
      }
      graph.outputs = [node]
      let store = try target.backend.makeVariables(graph.variables)
      for (name, values) in variables { try store.write(values.span, to: name) }
      let net = try #require(try target.backend.makeScoringNet(graph, variables: store))
      for rows in [1, 2, 13, 49] {
        var features = fixtures.integers(rows * widths[0])
        features[features.count - 1] = .nan
        if rows > 2 {
          features[widths[0]] = .infinity
          features[2 * widths[0] + 1] = -.infinity
        }
        var scores = [Float](repeating: 0, count: rows * widths[widths.count - 1])
        var span = scores.mutableSpan
        net.score(features.span, rowCount: rows, into: &span)
        var reference = ReferenceInterpreter(
          graph, rows: rows, inputs: [features.doubles], variables: variables.mapValues(\.doubles))
        let isRight = zip(scores, reference.run()[0]).allSatisfy {
          SpecialValues.agrees($0, $1, tolerance: 1e-5)
        }
        #expect(isRight, "\(widths) \(activation), \(rows) rows on \(target.name)")
      }
    }
  }

  private static func graph(
    _ transposition: MatMul.Transposition, _ m: Int, _ n: Int, _ k: Int, _ activation: Activation
  ) throws -> Graph {
    var graph = Graph()
    let (aShape, bShape): (Shape, Shape) =
      switch transposition {
      case .nn: (.batch(k), .fixed(k, n))
      case .nt: (.batch(k), .fixed(n, k))
      case .tn: (.batch(m), .batch(n))
      }
    let a = try graph.add(.input(name: "a", shape: aShape), [])
    let b = try graph.add(.input(name: "b", shape: bShape), [])
    let bias = try graph.add(.input(name: "bias", shape: .fixed(n)), [])
    let product = try graph.add(.matmul(MatMul(transposition)), [a, b])
    let sum = try graph.add(.binary(.add), [product, bias])
    graph.outputs = [try graph.add(.activation(activation), [sum])]
    return graph
  }
}
