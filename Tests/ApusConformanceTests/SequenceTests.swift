import ApusCPU
import ApusCompute
import Testing

/// Operations on the steps of rows: against the reference, against differences, and bit for bit.
@Suite("Sequences")
struct SequenceTests {
  private static let windows: [Windows] = [
    Windows(horizontal: .init(9, window: 3), channels: 5),
    Windows(horizontal: .init(9, window: 4, padding: .same), channels: 17),
    Windows(horizontal: .init(3, window: 7, stride: 2, padding: .same), channels: 2),
    Windows(
      vertical: .init(5, window: 3), horizontal: .init(6, window: 2, stride: 2), channels: 3),
    Windows(
      vertical: .init(6, window: 3, stride: 2, padding: .same),
      horizontal: .init(7, window: 3, stride: 3, padding: .same), channels: 16),
    Windows(
      vertical: .init(1, window: 5, padding: .same), horizontal: .init(1), channels: 1),
  ].compactMap(\.self)

  /// Small cases of every operation that has a gradient.
  private static func cases(_ values: (Int) -> [Float]) throws -> [SequenceCase] {
    var cases: [SequenceCase] = []
    for hasLengths in [false, true] {
      for (rows, steps, units) in [(1, 1, 1), (6, 4, 3), (18, 5, 16), (3, 3, 33)] {
        cases += try SequenceCase.recurrences(
          rows: rows, steps: steps, units: units, hasLengths: hasLengths, values: values)
        cases += try SequenceCase.pools(
          rows: rows, steps: steps, channels: units, hasLengths: hasLengths, values: values)
      }
      for (rows, steps, heads, width) in [(1, 1, 1, 1), (6, 5, 2, 3), (17, 18, 1, 16)] {
        cases += try SequenceCase.attentions(
          rows: rows, steps: steps, heads: heads, width: width, hasLengths: hasLengths,
          values: values)
      }
    }
    return cases + (try Self.windows.map { try SequenceCase.windows($0, rows: 3, values: values) })
  }

  @Test("are what the reference says", arguments: BackendUnderTest.all)
  func tolerance(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 121)
    // More units than the work-items of a group can sum back at a time, and more gates than items.
    let broad = try SequenceCase.recurrences(rows: 2, steps: 3, units: 90, hasLengths: true) {
      fixtures.reals($0, limit: 0.5)
    }
    for one in try Self.cases({ fixtures.reals($0) }) + broad {
      let outputs = try target.run(one.graph, rows: one.rows, inputs: one.inputs).outputs
      for (index, expected) in one.reference(one.inputs.map(\.doubles)).enumerated() {
        let error = worstError(outputs[index], expected)
        #expect(error < 1e-5, "output \(index) of \(one) on \(target.name)")
      }
    }
  }

  @Test("states that have no room in local memory", arguments: BackendUnderTest.opencl)
  func greatStates(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 129)
    let cases = try SequenceCase.recurrences(rows: 1, steps: 2, units: 1030, hasLengths: false) {
      fixtures.reals($0, limit: 0.05)
    }
    for one in cases where one.description.contains("last") {
      let outputs = try target.run(one.graph, rows: 1, inputs: one.inputs).outputs
      let expected = try BackendUnderTest.cpu[0].run(one.graph, rows: 1, inputs: one.inputs).outputs
      for (output, expected) in zip(outputs, expected) {
        #expect(worstError(output, expected.doubles) < 1e-5, "\(one) on \(target.name)")
      }
    }
  }

  @Test("that move and add numbers are exact", arguments: BackendUnderTest.all)
  func exact(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 122)
    var cases = try Self.windows.map {
      try SequenceCase.windows($0, rows: 4) { fixtures.integers($0) }
    }
    for (rows, steps, channels) in [(1, 1, 1), (7, 4, 16), (5, 8, 33), (20, 3, 65)] {
      for hasLengths in [false, true] {
        cases += try SequenceCase.pools(
          rows: rows, steps: steps, channels: channels, hasLengths: hasLengths
        ) { fixtures.integers($0) }
        .filter { $0.description.hasPrefix("maximum") }
      }
    }
    for one in cases {
      let outputs = try target.run(one.graph, rows: one.rows, inputs: one.inputs).outputs
      let isExact = outputs.map(\.doubles) == one.reference(one.inputs.map(\.doubles))
      #expect(isExact, "\(one) on \(target.name)")
    }
  }

  @Test("lengths end at the first negative identifier", arguments: BackendUnderTest.all)
  func length(_ target: BackendUnderTest) throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(4)), [])
    graph.outputs = [try graph.add(.sequence(.length), [x])]
    let rows: [[Float]] = [[0, 1, 2, 3], [5, -1, -1, -1], [-1, 4, 4, 4], [7, 0, -1, 3]]
    let lengths = try target.run(graph, rows: 4, inputs: [rows.flatMap(\.self)]).outputs[0]
    #expect(lengths == [4, 1, 0, 2])
  }

  @Test("a reshape is the same memory", arguments: BackendUnderTest.all)
  func reshape(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 123)
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(6)), [])
    let w = try graph.add(.input(name: "w", shape: .fixed(2, 5)), [])
    let steps = try graph.add(.reshape(.batch(3, 2)), [x])
    let product = try graph.add(.matmul(MatMul()), [steps, w])
    #expect(graph[product].shape == .batch(3, 5))
    let row = try graph.add(.reshape(.batch(15)), [product])
    let softmax = try graph.add(.softmax, [row])
    let sum = try graph.add(.reduce(Reduction(.sum, .all)), [softmax])
    graph.outputs = [row, steps, sum] + (try graph.gradients(of: sum, withRespectTo: [x, w]))
    let inputs = [fixtures.integers(7 * 6), fixtures.integers(10)]
    let outputs = try target.run(graph, rows: 7, inputs: inputs).outputs
    var reference = ReferenceInterpreter(graph, rows: 7, inputs: inputs.map(\.doubles))
    let expected = reference.run()
    #expect(outputs[0].doubles == expected[0] && outputs[1] == inputs[0])
    for (output, expected) in zip(outputs, expected) {
      #expect(worstError(output, expected) < 1e-5)
    }
  }

  @Test("have gradients that agree with central differences")
  func centralDifferences() throws {
    var fixtures = Fixtures(seed: 124)
    for one in try Self.cases({ fixtures.reals($0) }) where one.rows < 7 {
      let inputs = one.inputs.map(\.doubles)
      let analytic = one.reference(inputs)
      for index in 0..<one.differentiable {
        // Every element of a small input, some of a large one.
        for element in stride(from: 0, to: inputs[index].count, by: inputs[index].count / 12 + 1) {
          func loss(_ step: Double) -> Double {
            var moved = inputs
            moved[index][element] += step
            return one.reference(moved)[1 + one.differentiable][0]
          }
          let numeric = (loss(1e-5) - loss(-1e-5)) / 2e-5
          let expected = analytic[1 + index][element]
          #expect(abs(numeric - expected) < 1e-6, "input \(index)[\(element)] of \(one)")
        }
      }
    }
  }

  @Test("a row has the same bits in any batch and on any threads", arguments: BackendUnderTest.all)
  func invariance(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 125)
    for one in try Self.cases({ fixtures.reals($0) }) where one.rows > 2 {
      var graph = one.graph
      graph.outputs = [graph.outputs[0]]
      let whole = try target.run(graph, rows: one.rows, inputs: one.inputs).outputs[0]
      let width = whole.count / one.rows
      for row in [0, one.rows - 1] {
        let alone = zip(graph.inputs, one.inputs).map { id, values in
          guard graph[id].shape.isBatched else { return values }
          let width = values.count / one.rows
          return Array(values[row * width..<(row + 1) * width])
        }
        let result = try target.run(graph, rows: 1, capacity: 5, inputs: alone).outputs[0]
        let isSame = result == Array(whole[row * width..<(row + 1) * width])
        #expect(isSame, "row \(row) of \(one) on \(target.name)")
      }
    }
  }

  @Test("threads do not change a bit of a gradient", arguments: InstructionSet.supported)
  func threads(_ level: InstructionSet) throws {
    var fixtures = Fixtures(seed: 126)
    let targets = [1, 2, 3].map { (threads: Int) in
      BackendUnderTest(
        name: "\(threads)", backend: CPUBackend(threads: threads, instructionSet: level))
    }
    for one in try Self.cases({ fixtures.reals($0) }) where one.rows > 16 {
      let outputs = try targets.map { target in
        try target.run(one.graph, rows: one.rows, inputs: one.inputs).outputs
          .map { $0.map(\.bitPattern) }
      }
      #expect(outputs.allSatisfy { $0 == outputs[0] }, "\(one) on \(level)")
    }
  }

  @Test("that do not fit are refused, and a stored one reads back as it was")
  func shapes() throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(4, 6)), [])
    let lengths = try graph.add(.input(name: "lengths", shape: .batch(1)), [])
    let gru = Recurrence(.gru, units: 2)
    for (operation, operands) in [
      (SequenceOperation.length, [x, x]), (.states(gru, .last), [x]),
      (.attention(Attention(heads: 4)), [x]), (.pool(.mean), [lengths]),
      (.recurrence(gru), [x, x, x]), (.attention(Attention(heads: 1)), [x, x]),
    ] {
      #expect(throws: ComputeError.self, "\(operation)") {
        try graph.add(.sequence(operation), operands)
      }
    }
    #expect(throws: ComputeError.self) { try graph.add(.reshape(.batch(23)), [x]) }
    #expect(Windows(horizontal: .init(3, window: 4), channels: 1) == nil)
  }
}
