import ApusCPU
import ApusData
import ApusModel
import ApusNN
import ApusRandom
import ApusTraining
import Foundation
import Testing

@Suite("Cross-validation")
struct CrossValidationTests {
  /// Keeps the training losses of each fold, and ends a run after some looks.
  private final class Observer: TrainingObserver {
    private var looks: Int
    private(set) var losses: [[Double]] = []

    init(looks: Int = .max) { self.looks = looks }

    var isInterrupted: Bool { looks <= 0 }
    func didBegin(fold: Int, of count: Int) { losses.append([]) }
    func didFinishFolds() { losses.append([]) }
    func didStep(epoch: Int, rows: Int, of total: Int) { looks -= 1 }
    func didFinish(_ epoch: EpochRecord) {
      if losses.isEmpty { losses.append([]) }
      losses[losses.count - 1].append(epoch.trainingLoss)
    }
  }

  /// Each user has three numbers of their own and a label that says nothing about them; a row is a
  /// visit of a user.
  private func visits(users: Int, each count: Int) throws -> Table {
    let random = Philox(seed: 5)
    let user = (0..<users * count).map { $0 % users }
    func numbers(_ part: Int) -> [Double] {
      user.enumerated().map { row, user in
        Double(random.uniform(3 * user + part)) + 1e-3 * Double(row / users)
      }
    }
    return try Table(columns: [
      Column(name: "user", kind: .integer, numbers: user.map(Double.init)),
      Column(name: "a", kind: .real, numbers: numbers(0)),
      Column(name: "b", kind: .real, numbers: numbers(1)),
      Column(name: "c", kind: .real, numbers: numbers(2)),
      Column(
        name: "label", kind: .boolean,
        numbers: user.map { random.uniform(10_000 + $0) < 0.5 ? 0 : 1 }),
    ])
  }

  private func recipe(_ split: SplitRule = .random, folds: Int? = 4) -> TrainingRecipe {
    var recipe = TrainingRecipe(label: "label")
    recipe.features.droppedColumns = ["user"]
    recipe.split = split
    recipe.folds = folds
    recipe.hidden = [32]
    recipe.optimizer = .adam(learningRate: 0.02)
    recipe.epochs = 30
    recipe.patience = nil
    return recipe
  }

  private func train(
    _ recipe: TrainingRecipe, _ table: Table, checkpoints: CheckpointPlan? = nil,
    observer: Observer = Observer()
  ) throws -> TrainingRecipe.Product {
    try recipe.train(
      on: CleanTable(table), name: "folds", fingerprint: Digest(of: []),
      backend: CPUBackend(threads: 1), checkpoints: checkpoints, observer: observer)
  }

  @Test("the mean and its standard error")
  func estimate() throws {
    let folds = [1.0, 2, 3, 4].map { value in
      CrossValidationReport.Fold(
        split: [6, 1, 2], epochsRun: 1, bestEpoch: 1,
        metrics: value == 3 ? ["loss": value] : ["loss": value, "auc": value])
    }
    let report = CrossValidationReport(rule: "random", folds: folds)
    #expect(report.metrics.keys.sorted() == ["loss"], "the AUC is not defined in each fold")
    #expect(report.metrics["loss"]?.mean == 2.5)
    // numpy.std([1, 2, 3, 4], ddof=1) / 2
    #expect(abs((report.metrics["loss"]?.standardError ?? 0) - 0.645_497_224_367_902_8) < 1e-15)
  }

  @Test("folds that share users look good, and folds by user tell the truth")
  func leakByGroup() throws {
    let table = try visits(users: 40, each: 8)
    func train(_ split: SplitRule) throws -> CrossValidationReport? {
      var recipe = recipe(split)
      (recipe.hidden, recipe.epochs) = ([64, 64], 60)
      return try self.train(recipe, table).artifact.manifest.crossValidation
    }
    let leaking = try #require(try train(.random))
    let honest = try #require(try train(.group(column: "user")))
    #expect(leaking.rule == "random" && honest.rule == "group:user")
    let (seen, unseen) = (leaking.metrics["accuracy"]?.mean, honest.metrics["accuracy"]?.mean)
    #expect(try #require(seen) > 0.9 && #require(unseen) < 0.7, "\(seen ?? 0), \(unseen ?? 0)")
    for report in [leaking, honest] {
      #expect(report.folds.count == 4)
      #expect(report.folds.reduce(0) { $0 + $1.split[2] } == 256)
      #expect(report.folds.allSatisfy { $0.split.reduce(0, +) == 256 && $0.epochsRun == 60 })
    }
  }

  @Test("what a fold learns does not depend on the rows that it holds out")
  func leakByFeatures() throws {
    let table = try visits(users: 40, each: 8)
    let recipe = recipe()
    let labels = try Label(fitting: table, named: "label").values(in: table)
    let split = try Split(
      of: table, by: .random, labels: labels, stratified: true, testFraction: 0.2,
      validationFraction: 0.1, seed: recipe.seed)
    let folds = try Split.folds(
      4, of: (split.train + split.validation).sorted(), in: table, by: .random, labels: labels,
      stratified: true, validationFraction: 0.125, seed: recipe.seed)
    let held = Set(folds[0].test)
    let poisoned = try Table(
      columns: table.columns.map { column in
        guard column.name == "a" else { return column }
        return Column(
          name: "a", kind: .real,
          numbers: (0..<table.rowCount).map { row in
            (column.number(at: row) ?? 0) * (held.contains(row) ? 100 : 1)
          })
      })
    let (before, after) = (Observer(), Observer())
    let clean = try train(recipe, table, observer: before)
    _ = try train(recipe, poisoned, observer: after)
    #expect(before.losses.count == 5 && before.losses.allSatisfy { $0.count == 30 })
    #expect(before.losses[0] == after.losses[0], "held rows changed what was learned without them")
    for fold in 1..<4 { #expect(before.losses[fold] != after.losses[fold]) }
    #expect(clean.artifact.manifest.crossValidation?.folds.first?.split == [168, 24, 64])

    // Were features fitted to all rows, the held ones would show.
    func transform(_ table: Table, _ rows: [Int]) throws -> FeatureTransform {
      try FeatureTransform(
        fitting: table, rows: rows, label: try Label(fitting: table, named: "label"))
    }
    let all = Array(0..<table.rowCount)
    #expect(try transform(table, folds[0].train) == transform(poisoned, folds[0].train))
    #expect(try transform(table, all) != transform(poisoned, all))
  }

  @Test("folds leave the sealed run as it is, and interruptions leave folds as they are")
  func resumption() throws {
    let table = try visits(users: 20, each: 8)
    let alone = try train(recipe(folds: nil), table)
    #expect(alone.artifact.manifest.crossValidation == nil)
    let whole = try train(recipe(folds: 3), table)
    #expect(whole.artifact.weights == alone.artifact.weights)

    let folder = NSTemporaryDirectory() + "apus-folds-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var interruptions = 0
    while true {
      do {
        let product = try train(
          recipe(folds: 3), table, checkpoints: CheckpointPlan(folder: folder, resumes: true),
          observer: Observer(looks: 11))
        #expect(product.artifact.weights == whole.artifact.weights)
        #expect(
          product.artifact.manifest.crossValidation == whole.artifact.manifest.crossValidation)
        break
      } catch is SuspendedError {
        interruptions += 1
      }
    }
    #expect(interruptions > 5)
    #expect(throws: InterruptedError.self) {
      try train(recipe(folds: 3), table, observer: Observer(looks: 3))
    }
  }
}
