import ApusCompute
import ApusOpenCL
import Testing

/// Inputs that are written while earlier ones are still on their way, by either way to the device.
@Suite("OpenCL staging", .enabled(if: OpenCLDevice.isPresent), .serialized)
struct StagingTests {
  private static let width = 96

  /// `sums -= columns of (x mixing)`, with enough products for a run to outlast a copy.
  private static func accumulation() throws -> Graph {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(width)), [])
    let schedule = try graph.add(.input(name: "schedule", shape: UpdateRule.scheduleShape), [])
    let mixing = try graph.add(
      .variable(Variable(name: "mixing", shape: .fixed(width, width))), [])
    let sums = try graph.add(.variable(Variable(name: "sums", shape: .fixed(width))), [])
    let product = try graph.add(.matmul(MatMul()), [x, mixing])
    let columns = try graph.add(.reduce(Reduction(.sum, .rows)), [product])
    graph.outputs = [
      columns,
      try graph.add(.update(.sgd(momentum: 0, nesterov: false)), [sums, columns, schedule]),
    ]
    return graph
  }

  @Test("Batches written one on the heels of another arrive whole", arguments: [false, true])
  func stream(overlapsCopies: Bool) throws {
    let backend = try OpenCLDevice.shared.get()
    let graph = try Self.accumulation()
    let store = try backend.makeVariables(graph.variables, overlapsCopies: overlapsCopies)
    let width = Self.width
    // A permutation: column c of x goes to column c + 1.
    var mixing = [Float](repeating: 0, count: width * width)
    for row in 0..<width { mixing[row * width + (row + 1) % width] = 1 }
    try store.write(mixing.span, to: "mixing")
    let capacity = 300
    let plan = try backend.compile(graph, batchCapacity: capacity, variables: store)
    plan.write([-1, 1, 1], toInput: 1, rows: 1)
    var expected = [Float](repeating: 0, count: width)
    for batch in 0..<60 {
      let rows = 1 + (batch * 37) % capacity
      let values = (0..<rows * width).map { Float(($0 * 7 + batch) % 5) }
      plan.write(values, toInput: 0, rows: rows)
      try plan.run(rows: rows)
      var sums = [Float](repeating: 0, count: width)
      for (index, value) in values.enumerated() { sums[(index + 1) % width] += value }
      for column in 0..<width { expected[column] += sums[column] }
      if batch % 16 == 15 { #expect(try plan.output(0, rows: rows) == sums, "batch \(batch)") }
    }
    #expect(try store.read("sums") == expected)
  }

  @Test(
    "What is not written again stays, however the batches before went", arguments: [false, true])
  func inputsPersist(overlapsCopies: Bool) throws {
    let backend = try OpenCLDevice.shared.get()
    let graph = try Self.accumulation()
    let store = try backend.makeVariables(graph.variables, overlapsCopies: overlapsCopies)
    let width = Self.width
    var identity = [Float](repeating: 0, count: width * width)
    for row in 0..<width { identity[row * width + row] = 1 }
    try store.write(identity.span, to: "mixing")
    let rows = 200
    let plan = try backend.compile(graph, batchCapacity: rows, variables: store)
    plan.write([0, 1, 1], toInput: 1, rows: 1)
    var values = (0..<rows * width).map { Float($0 % 3) }
    plan.write(values, toInput: 0, rows: rows)
    // Each run leaves a copy under way when the next element is changed.
    for change in 0..<40 {
      try plan.run(rows: rows)
      let index = change * 131 % values.count
      values[index] = Float(change)
      plan.withInput(0, rows: 1 + index / width) { $0[index] = Float(change) }
    }
    try plan.run(rows: rows)
    let sums = (0..<width).map { column in
      (0..<rows).reduce(Float(0)) { $0 + values[$1 * width + column] }
    }
    #expect(try plan.output(0, rows: rows) == sums)
  }

  @Test("A plan may go while its copies are under way", arguments: [false, true])
  func abandonment(overlapsCopies: Bool) throws {
    let backend = try OpenCLDevice.shared.get()
    let graph = try Self.accumulation()
    let store = try backend.makeVariables(graph.variables, overlapsCopies: overlapsCopies)
    for _ in 0..<20 {
      let plan = try backend.compile(graph, batchCapacity: 100, variables: store)
      plan.write([Float](repeating: 1, count: 100 * Self.width), toInput: 0, rows: 100)
      try plan.run(rows: 100)
    }
    #expect(try store.read("sums") == [Float](repeating: 0, count: Self.width))
  }
}
