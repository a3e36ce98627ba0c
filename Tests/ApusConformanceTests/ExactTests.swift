import ApusCompute
import Testing

/// Operations on integers, whose results are exact whatever the order of additions.
@Suite("Exact operations")
struct ExactTests {
  @Test("matmul NN, NT and TN on every pair of edge extents", arguments: BackendUnderTest.all)
  func matmul(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 1)
    for transposition in MatMul.Transposition.allCases {
      for (index, m) in edges.enumerated() {
        for n in edges {
          let k = edges[(index * 5 + n) % edges.count]
          try checkProduct(target, transposition, m: m, n: n, k: k, &fixtures)
        }
      }
    }
  }

  private func checkProduct(
    _ target: BackendUnderTest,
    _ transposition: MatMul.Transposition,
    m: Int,
    n: Int,
    k: Int,
    _ fixtures: inout Fixtures
  ) throws {
    var graph = Graph()
    let first = transposition == .tn ? Shape.batch(m) : .batch(k)
    let second =
      switch transposition {
      case .nn: Shape.fixed(k, n)
      case .nt: Shape.fixed(n, k)
      case .tn: Shape.batch(n)
      }
    let rows = transposition == .tn ? k : m
    let a = try graph.add(.input(name: "a", shape: first), [])
    let b = try graph.add(.input(name: "b", shape: second), [])
    let bias = try graph.add(.input(name: "bias", shape: .fixed(n)), [])
    let product = try graph.add(.matmul(MatMul(transposition)), [a, b])
    let sum = try graph.add(.binary(.add), [product, bias])
    graph.outputs = [try graph.add(.activation(.relu), [sum])]
    let inputs = [
      fixtures.integers(first.count(batchSize: rows)),
      fixtures.integers(second.count(batchSize: rows)), fixtures.integers(n),
    ]
    try expectExact(
      target,
      graph,
      rows: rows,
      inputs: inputs,
      "\(transposition) m \(m) n \(n) k \(k)"
    )
  }

  @Test("elementwise operations with every broadcast", arguments: BackendUnderTest.all)
  func binary(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 2)
    for binary in Binary.allCases where binary != .divide {
      for columns in edges {
        for shape in [Shape.batch(columns), .fixed(columns), .scalar] {
          var graph = Graph()
          let a = try graph.add(.input(name: "a", shape: .batch(columns)), [])
          let b = try graph.add(.input(name: "b", shape: shape), [])
          graph.outputs = [try graph.add(.binary(binary), [a, b])]
          let inputs = [
            fixtures.integers(5 * columns), fixtures.integers(shape.count(batchSize: 5)),
          ]
          try expectExact(
            target,
            graph,
            rows: 5,
            inputs: inputs,
            "\(binary) \(columns) columns, b \(shape)"
          )
        }
      }
    }
  }

  /// Extents around the blocks of large products, of rows, columns and terms.
  private static let large = [
    (13, 800, 33), (97, 33, 400), (50, 769, 385), (200, 130, 769), (260, 150, 700), (50, 2081, 65),
  ]

  @Test("products that are larger than a block", arguments: BackendUnderTest.all)
  func blocks(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 5)
    for (m, n, k) in Self.large {
      for transposition in MatMul.Transposition.allCases {
        var graph = Graph()
        let (aShape, bShape): (Shape, Shape) =
          switch transposition {
          case .nn: (.batch(k), .fixed(k, n))
          case .nt: (.batch(k), .fixed(n, k))
          case .tn: (.batch(m), .batch(n))
          }
        let rows = transposition == .tn ? k : m
        let a = try graph.add(.input(name: "a", shape: aShape), [])
        let b = try graph.add(.input(name: "b", shape: bShape), [])
        graph.outputs = [try graph.add(.matmul(MatMul(transposition)), [a, b])]
        let inputs = [fixtures.integers(m * k), fixtures.integers(k * n)]
        try expectExact(
          target, graph, rows: rows, inputs: inputs, "\(transposition) \(m) x \(n) x \(k)")
      }
    }
  }

  @Test("reductions and their adjoints", arguments: BackendUnderTest.all)
  func reductions(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 3)
    for axis in Reduction.Axis.allCases {
      for (rows, columns) in [(1, 1), (2, 3), (7, 17), (255, 2), (256, 16), (257, 33), (700, 1)] {
        var graph = Graph()
        let shape = Shape.batch(columns)
        let x = try graph.add(.input(name: "x", shape: shape), [])
        let reduction = Reduction(.sum, axis)
        let sum = try graph.add(.reduce(reduction), [x])
        graph.outputs = [sum, try graph.add(.broadcast(reduction, shape: shape), [sum])]
        try expectExact(
          target,
          graph,
          rows: rows,
          inputs: [fixtures.integers(rows * columns)],
          "\(axis) of \(rows) x \(columns)"
        )
      }
    }
  }

  @Test("squared and absolute error with power-of-two means", arguments: BackendUnderTest.all)
  func losses(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 4)
    for loss in [Loss.meanSquaredError, .meanAbsoluteError] {
      for rows in [1, 2, 8, 64, 512] {
        var graph = Graph()
        let prediction = try graph.add(.input(name: "prediction", shape: .batch(2)), [])
        let expected = try graph.add(.input(name: "target", shape: .batch(2)), [])
        let upstream = try graph.add(.constant(1), [])
        graph.outputs = [
          try graph.add(.loss(loss), [prediction, expected]),
          try graph.add(.lossGradient(loss), [prediction, expected, upstream]),
        ]
        let inputs = [fixtures.integers(rows * 2), fixtures.integers(rows * 2)]
        try expectExact(target, graph, rows: rows, inputs: inputs, "\(loss) of \(rows) rows")
      }
    }
  }

  private func expectExact(
    _ target: BackendUnderTest,
    _ graph: Graph,
    rows: Int,
    inputs: [[Float]],
    _ what: String
  ) throws {
    let outputs = try target.run(graph, rows: rows, inputs: inputs).outputs
    var reference = ReferenceInterpreter(graph, rows: rows, inputs: inputs.map(\.doubles))
    // Compared first: a failure must not print whole matrices.
    let isExact = outputs.map(\.doubles) == reference.run()
    #expect(isExact, "\(what) on \(target.name)")
  }
}
