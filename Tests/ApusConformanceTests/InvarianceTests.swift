import ApusCPU
import ApusCompute
import Testing

/// Products and what follows them, bit for bit: whatever the batch, the row's place in it, the
/// threads, the run and the fusion.
@Suite("Bit equality")
struct InvarianceTests {
  private static let rows = 100

  /// Columns and terms that take every path of a product with weights: dots, streamed for one row,
  /// in place, packed, in several blocks of columns and of terms.
  private static let weights = [
    (1, 40), (3, 7), (17, 64), (64, 17), (33, 65), (100, 300), (200, 400), (130, 900), (800, 100),
  ]

  /// A product of `k` terms to `n` columns, compiled for one backend.
  private struct Product {
    let plan: any Plan
    let n: Int
    let k: Int

    init(_ backend: any Backend, n: Int, k: Int) throws {
      var fixtures = Fixtures(seed: 91)
      var graph = Graph()
      let variables = [
        Variable(name: "weight", shape: .fixed(k, n)), Variable(name: "bias", shape: .fixed(n)),
      ]
      let x = try graph.add(.input(name: "x", shape: .batch(k)), [])
      let (weight, bias) = try (
        graph.add(.variable(variables[0]), []), graph.add(.variable(variables[1]), [])
      )
      let product = try graph.add(.matmul(MatMul()), [x, weight])
      let sum = try graph.add(.binary(.add), [product, bias])
      graph.outputs = [try graph.add(.activation(.tanh), [sum])]
      let store = try backend.makeVariables(variables)
      try store.write(fixtures.reals(k * n, limit: 0.3).span, to: "weight")
      try store.write(fixtures.reals(n).span, to: "bias")
      plan = try backend.compile(graph, batchCapacity: InvarianceTests.rows, variables: store)
      (self.n, self.k) = (n, k)
    }

    /// The bits of each row's results.
    func callAsFunction(_ x: [Float]) throws -> [UInt32] {
      let rows = x.count / k
      plan.write(x, toInput: 0, rows: rows)
      try plan.run(rows: rows)
      return try plan.output(0, rows: rows).map(\.bitPattern)
    }
  }

  @Test("a row of a product has the same bits in any batch", arguments: BackendUnderTest.cpu)
  func batches(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 92)
    for (n, k) in Self.weights {
      let product = try Product(target.backend, n: n, k: k)
      let x = fixtures.reals(Self.rows * k)
      let whole = try product(x)
      for batch in [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 25, 49, 99] {
        var pieces: [UInt32] = []
        for start in stride(from: 0, to: Self.rows, by: batch) {
          pieces += try product(Array(x[start * k..<min(start + batch, Self.rows) * k]))
        }
        // Compared first: a failure must not print whole matrices.
        let isSame = pieces == whole
        #expect(isSame, "\(k) to \(n) in batches of \(batch) on \(target.name)")
      }
    }
  }

  @Test("and in any place of a batch", arguments: BackendUnderTest.cpu)
  func places(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 93)
    for (n, k) in Self.weights {
      let product = try Product(target.backend, n: n, k: k)
      let row = fixtures.reals(k)
      let alone = try product(row)
      for rows in [2, 7, 13, 50, 100] {
        // Every place holds the row, and then every other place does.
        for step in [1, 2] {
          var x = fixtures.reals(rows * k)
          for place in stride(from: 0, to: rows, by: step) {
            x.replaceSubrange(place * k..<(place + 1) * k, with: row)
          }
          let results = try product(x)
          let isSame = stride(from: 0, to: rows, by: step).allSatisfy { place in
            results[place * n..<(place + 1) * n] == alone[...]
          }
          #expect(isSame, "\(k) to \(n), \(rows) rows, each \(step). on \(target.name)")
        }
      }
    }
  }

  @Test("threads and runs do not change a bit of a product", arguments: InstructionSet.supported)
  func threads(_ level: InstructionSet) throws {
    var fixtures = Fixtures(seed: 94)
    let pools = [1, 2, 3, 5].map { CPUBackend(threads: $0, instructionSet: level) }
    for (n, k) in Self.weights {
      let x = fixtures.reals(Self.rows * k)
      let products = try pools.map { try Product($0, n: n, k: k) }
      let expected = try products[0](x)
      for _ in 0..<3 {
        for (pool, product) in zip(pools, products) {
          let isSame = try product(x) == expected
          #expect(isSame, "\(k) to \(n) on \(level), \(pool.device.computeUnits) threads")
        }
      }
    }
  }

  @Test("an epilogue has the same bits fused and alone", arguments: BackendUnderTest.all)
  func fusion(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 95)
    for (m, n, k) in [(1, 200, 100), (13, 33, 65), (50, 1, 40), (30, 140, 400), (5, 7, 3)] {
      for activation in Activation.allCases where activation != .identity {
        for hasBias in [false, true] {
          var graph = Graph()
          let x = try graph.add(.input(name: "x", shape: .batch(k)), [])
          let weight = try graph.add(.input(name: "weight", shape: .fixed(k, n)), [])
          let bias = try graph.add(.input(name: "bias", shape: .fixed(n)), [])
          let saved = try graph.add(.input(name: "saved", shape: .batch(n)), [])
          var sum = try graph.add(.matmul(MatMul()), [x, weight])
          if hasBias { sum = try graph.add(.binary(.add), [sum, bias]) }
          let forward = try graph.add(.activation(activation), [sum])
          let backward = try graph.add(.activationGradient(activation), [sum, saved])
          // A bias is added at the other end of the sum, which integers do not feel.
          let inputs = [
            hasBias ? fixtures.integers(m * k) : fixtures.reals(m * k),
            hasBias ? fixtures.integers(k * n) : fixtures.reals(k * n, limit: 0.3),
            fixtures.integers(n), fixtures.reals(m * n),
          ]
          // A gradient is not folded into a product with a bias, which no net has.
          for result in hasBias ? [forward] : [forward, backward] {
            graph.outputs = [result]
            #expect(isFused(graph), "\(activation) was not fused")
            let fused = try target.run(graph, rows: m, inputs: inputs).outputs[0]
            // Nothing is folded into what is read.
            graph.outputs = [sum, result]
            let alone = try target.run(graph, rows: m, inputs: inputs).outputs[1]
            let isSame = fused.map(\.bitPattern) == alone.map(\.bitPattern)
            #expect(
              isSame, "\(activation), bias \(hasBias), \(m) x \(n) x \(k) on \(target.name)")
          }
        }
      }
    }
  }

  /// Whether fusion leaves a product with an epilogue.
  private func isFused(_ graph: Graph) -> Bool {
    graph.fused().nodes.contains { node in
      guard case .matmul(let matmul) = node.operation else { return false }
      return matmul.epilogue != .none
    }
  }
}
