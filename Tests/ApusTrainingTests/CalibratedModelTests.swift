import ApusCPU
import ApusCompute
import ApusData
import ApusMetrics
import ApusModel
import ApusRandom
import ApusTraining
import Foundation
import Testing

@Suite("Calibrated models")
struct CalibratedModelTests {
  private let backend = CPUBackend(threads: 1)

  /// Rows whose chance is a known function of two numbers, with `classes` classes.
  private func table(
    rows: Int, classes: Int = 2, isNoise: Bool = false, seed: UInt64 = 11
  ) throws -> Table {
    let random = Philox(seed: seed)
    let x = (0..<rows).map { Double(2 * random.uniform($0) - 1) }
    let y = (0..<rows).map { Double(2 * random.uniform(rows + $0) - 1) }
    let labels = (0..<rows).map { row in
      let chance = isNoise ? 0.05 : 1 / (1 + exp(-(3 * x[row] - 2 * y[row])))
      let isPositive = Double(random.uniform(2 * rows + row)) < chance
      return isPositive ? "yes" : classes > 2 && y[row] > 0.5 ? "never" : "no"
    }
    return try Table(columns: [
      Column(name: "x", kind: .real, numbers: x), Column(name: "y", kind: .real, numbers: y),
      Column(name: "label", kind: .category, strings: labels),
    ])
  }

  /// Trains long enough to be too sure of itself.
  private func train(
    _ method: CalibrationMethod, goal: DecisionGoal? = nil, classes: Int = 2,
    isNoise: Bool = false,
    _ change: (inout TrainingRecipe) -> Void = { _ in }
  ) throws -> TrainingRecipe.Product {
    var recipe = TrainingRecipe(label: "label")
    recipe.hidden = [32]
    recipe.epochs = 60
    recipe.patience = nil
    recipe.validationFraction = 0.4
    recipe.calibration = method
    recipe.decisionGoal = goal
    change(&recipe)
    return try recipe.train(
      on: CleanTable(try table(rows: 500, classes: classes, isNoise: isNoise)), name: "calibrated",
      fingerprint: Digest(of: []),
      backend: backend)
  }

  private func scores(_ artifact: Artifact) throws -> [Float] {
    let scorer = try Scorer(artifact, backend: backend)
    return try scorer.scores(of: try table(rows: 300, seed: 12))
  }

  private func logit(_ probability: Float) -> Double {
    log(Double(probability) / (1 - Double(probability)))
  }

  @Test("temperature and Platt change the last layer's numbers and nothing else")
  func affine() throws {
    let plain = try train(.none).artifact
    let before = try scores(plain)
    for method in [CalibrationMethod.temperature, .platt] {
      let artifact = try train(method).artifact
      let report = try #require(artifact.manifest.calibration)
      #expect(artifact.manifest.graph == plain.manifest.graph && report.layers == 0)
      #expect(report.after.logLoss < report.before.logLoss)
      let scale = report.parameters["scale"] ?? 1 / (report.parameters["temperature"] ?? 1)
      let shift = report.parameters["shift"] ?? 0
      for (old, new) in zip(before, try scores(artifact)) {
        let expected = 1 / (1 + exp(-(scale * logit(old) + shift)))
        #expect(abs(Double(new) - expected) < 1e-5)
      }
    }
  }

  @Test("an isotonic curve keeps the order, mends the calibration and leaves embeddings alone")
  func isotonic() throws {
    let (plain, artifact) = (try train(.none).artifact, try train(.isotonic).artifact)
    let report = try #require(artifact.manifest.calibration)
    #expect(report.layers == 2)
    #expect(report.after.calibrationError < report.before.calibrationError)
    let pairs = zip(try scores(plain), try scores(artifact)).sorted { $0.0 < $1.0 }
    for (left, right) in zip(pairs, pairs.dropFirst()) {
      #expect(right.1 >= left.1 - 1e-6 && (0...1).contains(right.1))
    }
    let features = Array(plain.goldenFeatures.prefix(2 * plain.manifest.transform.width))
    let embeddings = try [plain, artifact].map { artifact in
      let scorer = try Scorer(artifact, backend: backend, hasEmbeddings: true)
      var result = [Float](repeating: 0, count: 2 * scorer.embeddingWidth)
      var span = result.mutableSpan
      try scorer.embed(features: features.span, rowCount: 2, into: &span)
      return result
    }
    #expect(embeddings[0].count == 64 && embeddings[0] == embeddings[1])
  }

  @Test("the net draws the curve that was fitted, at any logit")
  func curve() throws {
    let knots = [(-2.0, -3.0), (-1.5, -0.5), (0.25, -0.25), (4, 5)].map {
      LogitMap.Knot(x: $0.0, y: $0.1)
    }
    var graph = Graph()
    let input = try graph.add(.input(name: "features", shape: .batch(1)), [])
    graph.outputs = [try graph.add(.activation(.sigmoid), [input])]
    for map in [LogitMap.piecewise(knots), .affine(scale: 0.5, shift: 1)] {
      let (net, weights) = try graph.calibrated(by: map)
      let logits = (-40...40).map { Float($0) / 4 }
      let found = try Predictor(net, weights: weights, backend: backend).predictions(
        for: Examples(
          features: logits, targets: logits.map { _ in 0 }, width: 1))
      for (z, p) in zip(logits, found) {
        #expect(abs(Double(p) - map.probability(Double(z))) < 1e-6, "\(map) at \(z)")
      }
    }
  }

  @Test("a temperature serves several classes")
  func severalClasses() throws {
    let artifact = try train(.temperature, classes: 3).artifact
    let report = try #require(artifact.manifest.calibration)
    #expect(report.after.logLoss < report.before.logLoss)
    #expect(artifact.manifest.metrics["test"]?["brier"] != nil)
    _ = try Scorer(artifact, backend: backend)
  }

  @Test("the threshold is chosen, sealed and used by the metrics")
  func threshold() throws {
    let product = try train(.platt, goal: .recall(0.9))
    let decision = try #require(product.artifact.manifest.decision)
    #expect(decision.recall >= 0.9 && decision.goal == "recall=0.9")
    #expect(product.validation?["recall"] == decision.recall)
    #expect(product.validation?["precision"] == decision.precision)
    let read = try JSONDecoder().decode(
      Manifest.self, from: JSONEncoder().encode(product.artifact.manifest))
    #expect(read == product.artifact.manifest)
  }

  @Test("a goal out of reach is told, and the model is kept")
  func outOfReach() throws {
    // One row in twenty is positive, whatever its features: the best-scored one is not.
    let product = try train(.none, goal: .precision(1), isNoise: true) { $0.epochs = 1 }
    #expect(product.artifact.manifest.decision == nil)
    #expect(product.notes.contains { $0.contains("precision=1.0") })
  }

  @Test("what cannot be calibrated is refused before training")
  func refusals() throws {
    #expect(throws: DataError.self) { _ = try train(.platt, classes: 3) }
    #expect(throws: DataError.self) { _ = try train(.isotonic) { $0.precision = .int8 } }
    #expect(throws: DataError.self) { _ = try train(.none, goal: .f1, classes: 3) }
    #expect(throws: DataError.self) {
      _ = try train(.none, goal: .f1) { $0.validationFraction = 0 }
    }
  }
}
