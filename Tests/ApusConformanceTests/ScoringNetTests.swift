import ApusCPU
import ApusCompute
import ApusNN
import Testing

/// Nets that are scored in one call, against the reference and against themselves.
@Suite("Scoring nets")
struct ScoringNetTests {
  private static let batches = [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 47, 48, 49, 100]

  @Test("integer nets of every edge width are exact", arguments: BackendUnderTest.cpu)
  func exact(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 71)
    for width in edges {
      for outputs in [1, 2, 17, 65] {
        let net = try DenseNet([width, 33, outputs], .relu) { fixtures.integers($0, limit: 1) }
        let scoring = try net.scoringNet(target)
        for rows in [1, 2, 13, 50] {
          let features = fixtures.integers(rows * width, limit: 2)
          let scores = scoring.scores(of: features, rows: rows, outputs: outputs)
          #expect(
            scores.doubles == net.reference(features, rows: rows),
            "\(width)-33-\(outputs), \(rows) rows on \(target.name)")
        }
      }
    }
  }

  @Test(
    "a row's bits do not depend on its batch", arguments: BackendUnderTest.cpu,
    [[17, 64, 64, 1], [40, 100, 3], [256, 512, 256, 1], [5, 2048, 2]])
  func batchInvariance(_ target: BackendUnderTest, _ widths: [Int]) throws {
    var fixtures = Fixtures(seed: 72)
    let net = try DenseNet(widths, .tanh, last: .sigmoid) { fixtures.reals($0, limit: 0.3) }
    let scoring = try net.scoringNet(target)
    let rows = 100
    let features = fixtures.reals(rows * net.inputs)
    let whole = scoring.scores(of: features, rows: rows, outputs: net.outputs)
    #expect(worstError(whole, net.reference(features, rows: rows)) < 2e-6)
    for batch in Self.batches {
      var pieces: [Float] = []
      for start in stride(from: 0, to: rows, by: batch) {
        let end = min(start + batch, rows)
        let part = Array(features[start * net.inputs..<end * net.inputs])
        pieces += scoring.scores(of: part, rows: end - start, outputs: net.outputs)
      }
      #expect(
        pieces.map(\.bitPattern) == whole.map(\.bitPattern),
        "\(widths) in batches of \(batch) on \(target.name)")
    }
  }

  @Test("threads do not change a bit", arguments: InstructionSet.supported)
  func threadInvariance(_ level: InstructionSet) throws {
    var fixtures = Fixtures(seed: 73)
    let net = try DenseNet([31, 200, 100, 1], .relu) { fixtures.reals($0, limit: 0.2) }
    let rows = 3000
    let features = fixtures.reals(rows * net.inputs)
    let bits = try [1, 2, 3].map { threads in
      let target = BackendUnderTest(
        name: "\(level)", backend: CPUBackend(threads: threads, instructionSet: level))
      return try net.scoringNet(target).scores(of: features, rows: rows, outputs: 1).map(
        \.bitPattern)
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  @Test("one net serves many threads at once", arguments: BackendUnderTest.cpu)
  func sharing(_ target: BackendUnderTest) async throws {
    var fixtures = Fixtures(seed: 74)
    let net = try DenseNet([17, 64, 64, 1], .relu, last: .sigmoid) {
      fixtures.reals($0, limit: 0.3)
    }
    let scoring = try net.scoringNet(target)
    let features = fixtures.reals(300 * 17)
    let expected = scoring.scores(of: features, rows: 300, outputs: 1)
    await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<16 { group.addTask { scoring.scores(of: features, rows: 300, outputs: 1) } }
      for await scores in group { #expect(scores == expected) }
    }
  }

  @Test("softmax follows the last layer", arguments: BackendUnderTest.cpu)
  func softmax(_ target: BackendUnderTest) throws {
    var fixtures = Fixtures(seed: 75)
    let network = try Network(
      inputs: 9, Sequential.perceptron(hidden: [20], outputs: 5, activation: .gelu))
    let graph = try network.inferenceGraph(for: .softmaxCrossEntropy)
    let variables = Dictionary(
      uniqueKeysWithValues: network.initialValues(seed: 3).map { ($0.name, $0.values) })
    let store = try target.backend.makeVariables(graph.variables)
    for (name, values) in variables { try store.write(values.span, to: name) }
    let scoring = try #require(try target.backend.makeScoringNet(graph, variables: store))
    let features = fixtures.reals(30 * 9)
    var interpreter = ReferenceInterpreter(
      graph, rows: 30, inputs: [features.doubles], variables: variables.mapValues(\.doubles))
    let scores = scoring.scores(of: features, rows: 30, outputs: 5)
    #expect(worstError(scores, interpreter.run()[0]) < 2e-6)
  }

  @Test("what is no chain of dense layers is left to a plan")
  func otherGraphs() throws {
    var graph = Graph()
    let x = try graph.add(.input(name: "x", shape: .batch(3)), [])
    graph.outputs = [try graph.add(.activation(.relu), [x])]
    #expect(DenseChain(graph) == nil)
    graph.outputs = [x]
    #expect(DenseChain(graph) == nil)
    let wide = try DenseNet([4, 2049, 1], .relu) { [Float](repeating: 1, count: $0) }
    let backend = CPUBackend(threads: 1)
    let store = try backend.makeVariables(wide.graph.variables)
    #expect(try backend.makeScoringNet(wide.graph, variables: store) == nil)
  }
}
