import ApusCPU
import ApusCompute
import ApusNN
import ApusRandom
import ApusTraining
import Foundation
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  /// Ends a run after some looks, and counts what it is told.
  private final class Observer: TrainingObserver {
    private var looks: Int
    private(set) var warnings: [String] = []
    private(set) var resumedSteps: [Int] = []

    init(looks: Int = .max) { self.looks = looks }

    var isInterrupted: Bool { looks <= 0 }
    func didStep(epoch: Int, rows: Int, of total: Int) { looks -= 1 }
    func didFinish(_ epoch: EpochRecord) {}
    func didResume(step: Int, epoch: Int) { resumedSteps.append(step) }
    func didWarn(_ message: String) { warnings.append(message) }
  }

  /// A folder that is removed in the end.
  private final class Folder {
    let path = NSTemporaryDirectory() + "apus-checkpoints-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
  }

  private static let backend = CPUBackend(threads: 1)
  private static let rows = examples(300, stream: 1)
  private static let validation = examples(60, stream: 2)

  private static func examples(_ count: Int, stream: UInt64) -> Examples {
    let random = Philox(seed: 3, stream: stream)
    let features = (0..<2 * count).map { 2 * random.uniform($0) - 1 }
    return Examples(
      features: features,
      targets: (0..<count).map { features[2 * $0] * features[2 * $0 + 1] > 0 ? 1 : 0 }, width: 2)
  }

  private static func configuration(
    _ optimizer: Optimizer = .adam(learningRate: 0.01), seed: UInt64 = 42, epochs: Int = 6
  ) -> TrainingConfiguration {
    TrainingConfiguration(
      loss: .binaryCrossEntropy, optimizer: optimizer, epochs: epochs, batchSize: 8, seed: seed,
      patience: 3)
  }

  private static func fit(
    _ configuration: TrainingConfiguration, _ plan: CheckpointPlan? = nil,
    _ observer: Observer = Observer()
  ) throws -> TrainingResult {
    let network = try Network(
      inputs: 2, Sequential.perceptron(hidden: [8], outputs: 1, activation: .tanh))
    return try Trainer(network, configuration: configuration, backend: backend).fit(
      rows, validation: validation, checkpoints: plan, observer: observer)
  }

  private static func plan(
    _ folder: Folder, every steps: Int? = nil, resumes: Bool = true
  ) -> CheckpointPlan {
    CheckpointPlan(
      folder: folder.path, interval: steps.map { .steps($0) } ?? .epochs, resumes: resumes)
  }

  private static func optimizers() -> [Optimizer] {
    var plateau = Optimizer.sgd(learningRate: 0.5, momentum: 0.9)
    plateau.schedule = LearningRateSchedule(
      .plateau(patience: 1, factor: 0.5, least: 0), warmUpSteps: 7)
    var cosine = Optimizer.adamW(learningRate: 0.02)
    cosine.schedule = LearningRateSchedule(.cosine(least: 0.1))
    cosine.gradientNormLimit = 0.5
    return [plateau, cosine, .rmsprop(), .adagrad(), .ftrl(learningRate: 0.1)]
  }

  @Test("a run that is interrupted again and again ends like one that is not", arguments: 0..<5)
  func resumption(_ index: Int) throws {
    let configuration = Self.configuration(Self.optimizers()[index])
    let uninterrupted = try Self.fit(configuration)
    let folder = Folder()
    var interruptions = 0
    while true {
      do {
        let result = try Self.fit(
          configuration, Self.plan(folder, every: 5), Observer(looks: 1 + interruptions % 3))
        #expect(result.weights == uninterrupted.weights)
        #expect(result.bestEpoch == uninterrupted.bestEpoch)
        #expect(result.ending == uninterrupted.ending)
        #expect(
          result.epochs.map(\.validationLoss) == uninterrupted.epochs.map(\.validationLoss))
        #expect(result.epochs.map(\.trainingLoss) == uninterrupted.epochs.map(\.trainingLoss))
        break
      } catch is SuspendedError {
        interruptions += 1
      }
    }
    #expect(interruptions > 5)
    #expect(folder.names.count == 2, "\(folder.names)")
  }

  @Test("a run that pauses after some epochs, and again, ends like one that does not")
  func pauses() throws {
    var cosine = Optimizer.adam(learningRate: 0.02)
    cosine.schedule = LearningRateSchedule(.cosine(least: 0))
    let configuration = Self.configuration(cosine, epochs: 9)
    let uninterrupted = try Self.fit(configuration)
    let folder = Folder()
    var plan = Self.plan(folder)
    for epochs in [1, 1, 3] {
      plan.pauseEpoch = epochs
      let observer = Observer()
      let paused = try Self.fit(configuration, plan, observer)
      #expect(paused.ending == .paused && paused.epochs.count == epochs)
      #expect(
        paused.epochs.map(\.trainingLoss)
          == uninterrupted.epochs.prefix(epochs).map(\.trainingLoss))
      plan.pauseEpoch = nil
    }
    let result = try Self.fit(configuration, plan)
    #expect(result.weights == uninterrupted.weights && result.ending == uninterrupted.ending)
    #expect(result.epochs.map(\.validationLoss) == uninterrupted.epochs.map(\.validationLoss))
  }

  @Test("a run that is over gives its result again without a step")
  func over() throws {
    let folder = Folder()
    let first = try Self.fit(Self.configuration(), Self.plan(folder))
    let observer = Observer()
    let again = try Self.fit(Self.configuration(), Self.plan(folder), observer)
    #expect(again.weights == first.weights && again.epochs == first.epochs)
    #expect(observer.resumedSteps == [first.epochs.count * 38])
  }

  @Test("whatever byte of the newest is damaged, the one before it is taken")
  func damage() throws {
    let folder = Folder()
    let whole = try Self.fit(Self.configuration(), Self.plan(folder))
    let newest = URL(filePath: "\(folder.path)/\(try #require(folder.names.last))")
    let bytes = [UInt8](try Data(contentsOf: newest))
    for position in [0, 31, 32, 40, 100, bytes.count / 2, bytes.count - 1] {
      var damaged = bytes
      damaged[position] ^= 1
      try Data(damaged).write(to: newest)
      let observer = Observer()
      #expect(
        try Self.fit(Self.configuration(), Self.plan(folder), observer).weights == whole.weights)
      #expect(observer.resumedSteps == [(whole.epochs.count - 1) * 38], "byte \(position)")
      #expect(observer.warnings.count == 1, "byte \(position)")
      #expect(observer.warnings.first?.hasPrefix(newest.lastPathComponent) == true)
    }
    for name in folder.names {
      try Data(bytes.prefix(50)).write(to: URL(filePath: "\(folder.path)/\(name)"))
    }
    let error = #expect(throws: CheckpointError.self) {
      try Self.fit(Self.configuration(), Self.plan(folder))
    }
    #expect(error?.code == .damaged)
  }

  @Test("another run is refused, and what differs is said")
  func identity() throws {
    let folder = Folder()
    _ = try Self.fit(Self.configuration(), Self.plan(folder))
    let other = Self.configuration(.rmsprop(), seed: 43)
    let error = #expect(throws: CheckpointError.self) { try Self.fit(other, Self.plan(folder)) }
    #expect(error?.code == .otherRun)
    #expect(error?.message.contains("the seed is 43, not 42") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("the optimizer is rmsprop") == true)
    let occupied = #expect(throws: CheckpointError.self) {
      try Self.fit(Self.configuration(), Self.plan(folder, resumes: false))
    }
    #expect(occupied?.code == .occupied)
  }

  @Test("a run that cannot be kept goes on with a warning, or ends where it is told to")
  func unwritable() throws {
    let file = NSTemporaryDirectory() + "apus-file-\(UUID().uuidString)"
    try Data().write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    var plan = CheckpointPlan(folder: file + "/inside")
    let observer = Observer()
    let result = try Self.fit(Self.configuration(epochs: 2), plan, observer)
    #expect(result.epochs.count == 2 && observer.warnings.count == 2, "\(observer.warnings)")
    plan.failure = .stop
    let error = #expect(throws: CheckpointError.self) {
      try Self.fit(Self.configuration(epochs: 2), plan)
    }
    #expect(error?.code == .unwritable)
  }
}
