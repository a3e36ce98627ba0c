import ApusCompute
import ApusOpenCL
import Foundation
import Testing

/// How runs follow one another, and what the kernels compute at their edges.
@Suite("OpenCL plan", .enabled(if: OpenCLDevice.isPresent))
struct OpenCLPlanTests {
  static let edges = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 127, 130]

  /// Numbers that look random, and whose products and sums are rounded.
  static func values(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(Int64(state >> 40)) / Float(1 << 23) - 1
    }
  }

  @Test("Products are one chain of fma for each element", arguments: edges)
  func products(m: Int) throws {
    let backend = try OpenCLDevice.shared.get()
    for n in Self.edges {
      for k in Self.edges where m == n || n == k || k == m || (m + n + k) % 5 == 0 {
        var graph = Graph()
        let a = try graph.add(.input(name: "a", shape: .fixed(m, k)), [])
        let b = try graph.add(.input(name: "b", shape: .fixed(k, n)), [])
        let bT = try graph.add(.input(name: "bT", shape: .fixed(n, k)), [])
        let aT = try graph.add(.input(name: "aT", shape: .fixed(k, m)), [])
        let bias = try graph.add(.input(name: "bias", shape: .fixed(n)), [])
        graph.outputs = [
          try graph.add(.matmul(MatMul(.nn, hasBias: true)), [a, b, bias]),
          try graph.add(.matmul(MatMul(.nt)), [a, bT]),
          try graph.add(.matmul(MatMul(.tn)), [aT, b]),
        ]
        let plan = try backend.compile(
          graph,
          batchCapacity: 1,
          variables: backend.makeVariables([])
        )
        let x = Self.values(m * k, seed: 1)
        let y = Self.values(k * n, seed: 2)
        let z = Self.values(n, seed: 3)
        func transposed(_ matrix: [Float], _ rows: Int, _ columns: Int) -> [Float] {
          (0..<rows * columns).map { matrix[$0 % rows * columns + $0 / rows] }
        }
        let inputs = [x, y, transposed(y, k, n), transposed(x, m, k), z]
        for (index, input) in inputs.enumerated() {
          plan.write(input, toInput: index, rows: 1)
        }
        try plan.run(rows: 1)
        let product = (0..<m * n).map { element in
          var sum: Float = 0
          for l in 0..<k {
            sum.addProduct(x[element / n * k + l], y[l * n + element % n])
          }
          return sum
        }
        #expect(try plan.output(1, rows: 1) == product, "nt \(m)x\(n)x\(k)")
        #expect(try plan.output(2, rows: 1) == product, "tn \(m)x\(n)x\(k)")
        let biased = product.indices.map { product[$0] + z[$0 % n] }
        #expect(try plan.output(0, rows: 1) == biased, "nn \(m)x\(n)x\(k)")
      }
    }
  }

  @Test("A row's score has the same bits whatever its batch")
  func batchInvariance() throws {
    let backend = try OpenCLDevice.shared.get()
    let (graph, variables) = try network()
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in variables { try store.write(values.span, to: name) }
    let plan = try backend.compile(graph, batchCapacity: 300, variables: store)
    let x = Self.values(300 * 17, seed: 9)
    plan.write(x, toInput: 0, rows: 300)
    try plan.run(rows: 300)
    let scores = try plan.output(0, rows: 300)
    try plan.run(rows: 300)
    #expect(try plan.output(0, rows: 300) == scores)
    for row in [0, 1, 6, 7, 8, 255, 256, 299] {
      plan.write(Array(x[row * 17..<row * 17 + 17]), toInput: 0, rows: 1)
      try plan.run(rows: 1)
      #expect(try plan.output(0, rows: 1) == Array(scores[row * 3..<row * 3 + 3]), "row \(row)")
    }
  }

  @Test("Inputs keep what was written, also beyond the rows of the last run")
  func inputsPersist() throws {
    let backend = try OpenCLDevice.shared.get()
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(2)), [])
    let one = try graph.add(.constant(1), [])
    graph.outputs = [try graph.add(.binary(.add), [x, one])]
    let plan = try backend.compile(
      graph,
      batchCapacity: 4,
      variables: backend.makeVariables([])
    )
    try plan.run(rows: 4)
    #expect(try plan.output(0, rows: 4) == [Float](repeating: 1, count: 8))
    plan.write([1, 2, 3, 4, 5, 6, 7, 8], toInput: 0, rows: 4)
    try plan.run(rows: 1)
    #expect(try plan.output(0, rows: 1) == [2, 3])
    try plan.run(rows: 4)
    #expect(try plan.output(0, rows: 4) == [2, 3, 4, 5, 6, 7, 8, 9])
    plan.withInput(0, rows: 2) { $0[0] = 0 }
    for _ in 0..<3 { try plan.run(rows: 3) }
    #expect(try plan.output(0, rows: 3) == [1, 3, 4, 5, 6, 7])
  }

  @Test("Plans that take turns on one store see each other's updates")
  func turns() throws {
    let backend = try OpenCLDevice.shared.get()
    let w = Variable(name: "w", shape: .fixed(100))
    var step = Graph()
    let schedule = try step.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
    let parameter = try step.add(.variable(w), [])
    let gradient = try step.add(.constant(-1), [])
    let spread = try step.add(
      .broadcast(Reduction(.sum, .all), shape: .fixed(100)),
      [gradient]
    )
    step.outputs = [
      try step.add(
        .update(.sgd(momentum: 0, nesterov: false)),
        [parameter, spread, schedule]
      )
    ]
    var sum = Graph()
    let operand = try sum.add(.variable(w), [])
    sum.outputs = [try sum.add(.reduce(Reduction(.sum, .all)), [operand]), operand]

    let store = try backend.makeVariables([w])
    let training = try backend.compile(step, batchCapacity: 1, variables: store)
    let reading = try backend.compile(sum, batchCapacity: 1, variables: store)
    training.write([1, 1, 1], toInput: 0, rows: 1)
    for turn in 1...50 {
      try training.run(rows: 1)
      try reading.run(rows: 1)
      #expect(try reading.output(0, rows: 1) == [Float(100 * turn)])
    }
    #expect(try reading.output(1, rows: 1) == [Float](repeating: 50, count: 100))
    #expect(try training.output(0, rows: 1) == [Float](repeating: 50, count: 100))
    #expect(try store.read("w") == [Float](repeating: 50, count: 100))
  }

  @Test("Sums of more rows than a grid of 65535 items are exact for whole numbers")
  func manyRows() throws {
    let rows = 70_001
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(3)), [])
    let doubled = try graph.add(.binary(.add), [x, x])
    graph.outputs = [
      try graph.add(.reduce(Reduction(.sum, .rows)), [doubled]),
      try graph.add(.reduce(Reduction(.sum, .columns)), [doubled]),
      try graph.add(.reduce(Reduction(.sum, .all)), [doubled]),
      try graph.add(.reduce(Reduction(.mean, .rows)), [doubled]),
    ]
    let values = (0..<rows * 3).map { Float($0 % 5) }
    let outputs = try OpenCLDevice.evaluate(graph, rows: rows, inputs: [values])
    let columns = (0..<3).map { column in
      (0..<rows).reduce(Float(0)) { $0 + 2 * values[$1 * 3 + column] }
    }
    #expect(outputs[0] == columns)
    #expect(outputs[1] == (0..<rows).map { row in 2 * values[row * 3..<row * 3 + 3].reduce(0, +) })
    #expect(outputs[2] == [columns.reduce(0, +)])
    #expect(outputs[3] == columns.map { $0 / Float(rows) })
  }

  @Test("Different plans run on different threads")
  func threads() async throws {
    let backend = try OpenCLDevice.shared.get()
    let (graph, variables) = try network()
    let store = try backend.makeVariables(graph.variables)
    for (name, values) in variables { try store.write(values.span, to: name) }
    let results = try await withThrowingTaskGroup(of: [Float].self) { group in
      for task in 0..<4 {
        group.addTask {
          let rows = 1 + task * 31
          let plan = try backend.compile(graph, batchCapacity: rows, variables: store)
          plan.write(Self.values(rows * 17, seed: 9), toInput: 0, rows: rows)
          for _ in 0..<50 { try plan.run(rows: rows) }
          return try plan.output(0, rows: rows)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let longest = results.max { $0.count < $1.count } ?? []
    #expect(longest.count == 94 * 3)
    for result in results { #expect(result == Array(longest.prefix(result.count))) }
  }

  /// A net 17-64-3 that ends in softmax, and its parameters.
  private func network() throws -> (Graph, [String: [Float]]) {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(17)), [])
    let w1 = try graph.add(.variable(Variable(name: "w1", shape: .fixed(17, 64))), [])
    let b1 = try graph.add(.variable(Variable(name: "b1", shape: .fixed(64))), [])
    let w2 = try graph.add(.variable(Variable(name: "w2", shape: .fixed(64, 3))), [])
    let product = try graph.add(.matmul(MatMul()), [x, w1])
    let hidden = try graph.add(
      .activation(.gelu),
      [try graph.add(.binary(.add), [product, b1])]
    )
    let logits = try graph.add(.matmul(MatMul()), [hidden, w2])
    graph.outputs = [try graph.add(.softmax, [logits])]
    let variables = [
      "w1": Self.values(17 * 64, seed: 4), "b1": Self.values(64, seed: 5),
      "w2": Self.values(64 * 3, seed: 6),
    ]
    return (graph, variables)
  }
}
