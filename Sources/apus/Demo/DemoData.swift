internal import ApusData
internal import ApusMetrics
internal import ApusSimulation
internal import FoundationEssentials

/// The rows that the demo trains and tests on, divided and written down.
struct DemoData: Sendable {
  /// The label column.
  let label: String
  /// The columns that say nothing of the label: identifiers, and the time of a single visit.
  let dropped: [String]
  /// The rows to train on.
  let trainPath: String
  /// The rows to test on.
  let testPath: String
  /// The rows that repeat an earlier one, and are in neither part.
  let duplicateCount: Int
  /// Where the rows come from, in a few words.
  let origin: String
  /// The AUC, on the same test rows, of the probabilities by which the simulator drew the labels,
  /// given what a row shows; nil for data of the user's own.
  let bestPossibleAUC: Double?

  /// The share of rows that are kept for the test.
  static let testShare = 0.2
  /// Chooses the test rows, and the shop.
  static let seed: UInt64 = 42

  /// Simulates a shop.
  ///
  /// - Parameter folder: Where to write.
  /// - Returns: Its visits, divided.
  /// - Throws: `SimulationError`, `DataError` or ``DemoError``.
  static func simulated(in folder: String) throws -> DemoData {
    let configuration = try ShopConfiguration(users: 2000, days: 60, seed: seed)
    let summary = try ShopSimulation(configuration).write(to: "\(folder)/shop")
    let origin =
      "\(Format.grouped(summary.sessions)) visits of \(Format.grouped(summary.users)) users to a"
      + " simulated shop, \(Format.percent(summary.purchaseRate)) with a purchase"
    return try DemoData(
      path: "\(folder)/shop/sessions.csv", label: "purchased",
      dropped: ["session", "user", "timestamp"], origin: origin, folder: folder,
      truthPath: "\(folder)/shop/truth.csv")
  }

  /// Takes a file of the user's own.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - label: The column to predict.
  ///   - folder: Where to write.
  /// - Returns: Its rows, divided.
  /// - Throws: `DataError` or ``DemoError``.
  static func own(_ path: String, label: String, in folder: String) throws -> DemoData {
    try DemoData(
      path: path, label: label, dropped: [], origin: "the rows of \(path)", folder: folder,
      truthPath: nil)
  }

  private init(
    path: String, label: String, dropped: [String], origin: String, folder: String,
    truthPath: String?
  ) throws {
    let table = try Table(csv: path)
    let fitted = try Label(fitting: table, named: label)
    let labels = try fitted.values(in: table)
    let testRows = try Split(
      labels: labels, stratified: fitted.task != .regression, testFraction: Self.testShare,
      validationFraction: 0, seed: Self.seed
    ).test
    guard !testRows.isEmpty else {
      throw DemoError(
        .data, "\(path): \(table.rowCount) rows are too few; the demo needs 3 or more")
    }

    self.label = label
    self.dropped = dropped
    self.origin = origin
    trainPath = "\(folder)/train.csv"
    testPath = "\(folder)/test.csv"
    do {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      let split = RecordSplit(bytes, testRows: testRows)
      guard split.recordCount == table.rowCount else {
        throw DemoError(
          .data,
          "\(path): its \(table.rowCount) rows cannot be told apart; quote fields as in"
            + " RFC 4180")
      }
      duplicateCount = split.duplicateCount
      try Data(split.train).write(to: URL(filePath: trainPath))
      try Data(split.test).write(to: URL(filePath: testPath))
    } catch let error as DemoError {
      throw error
    } catch {
      throw DemoError(.fileSystem, "the rows cannot be divided into \(folder): \(error)")
    }
    bestPossibleAUC = try truthPath.flatMap { path in
      try Self.bestPossibleAUC(path, labels: labels, testRows: testRows)
    }
  }

  private static func bestPossibleAUC(
    _ path: String, labels: [Float], testRows: [Int]
  ) throws -> Double? {
    let truth = try Table(csv: path).requiredColumn(named: "observableProbability")
    return RankCurve(
      scores: testRows.map { truth.number(at: $0) ?? 0 },
      isPositive: testRows.map { labels[$0] == 1 }
    ).areaUnderCurve
  }
}
