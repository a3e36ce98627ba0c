import ApusCPU
import ApusCompute
import ApusNN
import ApusRandom
import ApusTraining
import Testing

/// Nets by name learn from identifiers, and dropout is reproducible.
@Suite("Training of nets by name")
struct NamedNetTrainingTests {
  private static let fields = [
    InputField(name: "user", columns: 0..<1, kind: .identifiers(vocabulary: 30)),
    InputField(name: "item", columns: 1..<2, kind: .identifiers(vocabulary: 30)),
    InputField(name: "price", columns: 2..<3, kind: .numeric),
  ]

  /// Users buy items of their own kind: no user and no item says anything alone.
  private static func examples(_ count: Int, seed: UInt64) -> Examples {
    let random = Philox(seed: seed, stream: 9)
    var (features, targets): ([Float], [Float]) = ([], [])
    for row in 0..<count {
      let (user, item) = (random.word(3 * row) % 30, random.word(3 * row + 1) % 30)
      features += [Float(user), Float(item), random.uniform(3 * row + 2)]
      targets.append(user % 2 == item % 2 ? 1 : 0)
    }
    return Examples(features: features, targets: targets, width: 3)
  }

  private static func trainer(
    _ net: NamedNet, dropout: Float = 0, epochs: Int = 12, threads: Int = 2
  ) throws -> Trainer {
    var settings = NetSettings(fields: fields, outputs: 1)
    settings.hidden = [32]
    settings.embeddingWidth = 8
    settings.secondTower = ["item", "price"]
    settings.dropout = dropout
    return try Trainer(
      net.network(settings),
      configuration: TrainingConfiguration(
        loss: .binaryCrossEntropy, optimizer: .adam(learningRate: 0.01), epochs: epochs,
        patience: nil),
      backend: CPUBackend(threads: threads))
  }

  private static let names = Set(NamedNet.all.map(\.name))
    .subtracting(NamedNet.ofSequences.map(\.name)).sorted()

  @Test("all but the linear net learn what users and items share", arguments: names)
  func learning(_ name: String) throws {
    let trainer = try Self.trainer(#require(NamedNet(named: name)))
    let rows = Self.examples(3000, seed: 1)
    _ = try trainer.fit(rows, validation: rows.selecting([]))
    let found = try trainer.metrics(of: Self.examples(1000, seed: 2))["auc"] ?? 0
    if name == "linear" {
      #expect(found < 0.6, "\(found)")
    } else {
      #expect(found > 0.97, "\(name): \(found)")
    }
  }

  @Test(
    "dropout: the same seed, the same bits on any number of threads; another step, another mask")
  func dropout() throws {
    let rows = Self.examples(500, seed: 3)
    func weights(dropout: Float, threads: Int) throws -> [String: [Float]] {
      try Self.trainer(.perceptron, dropout: dropout, epochs: 2, threads: threads)
        .fit(rows, validation: rows.selecting([])).weights
    }
    let first = try weights(dropout: 0.5, threads: 1)
    #expect(try weights(dropout: 0.5, threads: 2) == first)
    // Dropout takes a place among the layers.
    let without = try weights(dropout: 0, threads: 1)
    #expect(Set(without.keys) != Set(first.keys))
    let trainer = try Self.trainer(.perceptron, dropout: 0.5)
    _ = try trainer.fit(rows, validation: rows.selecting([]))
    let predictor = trainer.predictor
    #expect(try predictor.predictions(for: rows) == predictor.predictions(for: rows))
  }
}
