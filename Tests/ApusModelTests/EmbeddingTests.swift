import ApusCPU
import ApusCompute
import ApusModel
import ApusNN
import Testing

/// What the last hidden layer gives.
@Suite struct EmbeddingTests {
  @Test("an embedding leads to the score by the last layer alone, and the score keeps its bits")
  func leadsToTheScore() throws {
    let fixture = try Fixture()
    let scorer = try Scorer(fixture.artifact, backend: fixture.backend, hasEmbeddings: true)
    let plain = try Scorer(fixture.artifact, backend: fixture.backend)
    #expect(scorer.embeddingWidth == 5 && plain.embeddingWidth == 0)
    #expect(try scorer.scores(of: fixture.table) == plain.scores(of: fixture.table))

    let features = fixture.artifact.goldenFeatures
    var embeddings = [Float](repeating: 0, count: 8 * 5)
    var span = embeddings.mutableSpan
    try scorer.embed(features: features.span, rowCount: 8, into: &span)
    let variables = fixture.artifact.manifest.graph.variables
    let last = try #require(variables.last { $0.shape.columns == 1 && $0.name.hasSuffix("weight") })
    let weights = try #require(fixture.artifact.weights[last.name])
    let bias = fixture.artifact.weights[last.name.replacing("weight", with: "bias")]?[0] ?? 0
    for row in 0..<8 {
      let sum = (0..<5).reduce(Double(bias)) {
        $0 + Double(embeddings[row * 5 + $1]) * Double(weights[$1])
      }
      let score = 1 / (1 + exponential(-sum))
      #expect(abs(score - Double(fixture.artifact.goldenScores[row])) < 1e-6)
    }
  }

  @Test("a row's embedding has the same bits alone and among others")
  func batchInvariance() throws {
    let fixture = try Fixture()
    let features = fixture.artifact.goldenFeatures
    let width = features.count / 8
    let scorer = try Scorer(fixture.artifact, backend: fixture.backend, hasEmbeddings: true)
    var all = [Float](repeating: 0, count: 8 * 5)
    var span = all.mutableSpan
    try scorer.embed(features: features.span, rowCount: 8, into: &span)
    for row in 0..<8 {
      var one = [Float](repeating: 0, count: 5)
      var span = one.mutableSpan
      try scorer.embed(
        features: features.span.extracting(row * width..<(row + 1) * width), rowCount: 1,
        into: &span)
      #expect(one == Array(all[row * 5..<row * 5 + 5]))
    }
  }

  @Test("a graph without a hidden layer has none")
  func withoutHiddenLayer() throws {
    let shallow = try Network(
      inputs: 3, Sequential.perceptron(hidden: [], outputs: 2, activation: .relu))
    #expect(try shallow.inferenceGraph(for: .softmaxCrossEntropy).untilLastHiddenLayer() == nil)
    let deep = try Network(
      inputs: 3, Sequential.perceptron(hidden: [7, 4], outputs: 2, activation: .relu))
    let graph = try deep.inferenceGraph(for: .softmaxCrossEntropy)
    let cut = try #require(graph.untilLastHiddenLayer())
    #expect(cut[cut.outputs[0]].shape.columns == 4)
    #expect(DenseChain(cut)?.layers.count == 2 && DenseChain(cut)?.hasSoftmax == false)
    let earlier = graph.untilLastHiddenLayer(leavingOut: 1)
    #expect(earlier.map { $0[$0.outputs[0]].shape.columns } == 7)
    #expect(graph.untilLastHiddenLayer(leavingOut: 2) == nil)
  }

  /// e to the power of `x`, by its series: the tests import no mathematics of the system.
  private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1..<60 {
      term *= x / Double(index)
      sum += term
    }
    return sum
  }
}
