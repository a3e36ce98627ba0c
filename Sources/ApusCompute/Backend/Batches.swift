/// The batches of a stretch of training steps: which rows each reads, and what else changes.
///
/// ```
/// rows          | 17 4 9 | 2 11 0 | 8 |      batches of 3 and what is left
/// stepValues    | a b c  | d e f  | g h i |  inputs that have no rows, here 3 floats a step
/// ```
public struct Batches: Sendable {
  /// The rows of the kept tables that are read, in order.
  public var rows: [Int32]
  /// The rows of a step; the last step takes what is left.
  public var batchSize: Int
  /// The inputs that are another for each step and not gathered, in the order of their values.
  public var stepInputs: [Int] = []
  /// All elements of these inputs for the first step, then for the second and so on.
  public var stepValues: [Float] = []

  /// Makes batches of rows.
  ///
  /// - Precondition: there is a row, and a batch has one.
  public init(_ rows: [Int32], batchSize: Int) {
    precondition(!rows.isEmpty && batchSize > 0, "\(rows.count) rows in batches of \(batchSize)")
    self.rows = rows
    self.batchSize = batchSize
  }

  /// The number of steps.
  public var count: Int { (rows.count - 1) / batchSize + 1 }

  /// Checks that a plan can run these batches.
  ///
  /// - Parameters:
  ///   - tableCounts: the rows of each table that it keeps.
  ///   - stepShapes: the shapes of `stepInputs`.
  ///   - batchCapacity: the most rows of its batches.
  /// - Precondition: no batch is too large, all rows are in the tables, and the step inputs have no
  ///   rows and as many values as they need.
  package func check(tableCounts: [Int], stepShapes: [Shape], batchCapacity: Int) {
    precondition(
      batchSize <= batchCapacity,
      "batches of \(batchSize) rows on a plan for 1...\(batchCapacity)")
    if let count = tableCounts.min(), let row = rows.first(where: { !(0..<count ~= Int($0)) }) {
      preconditionFailure("row \(row) of a table of \(count)")
    }
    precondition(
      stepShapes.allSatisfy { !$0.isBatched }, "inputs of \(stepShapes) that are not gathered")
    let width = stepShapes.reduce(0) { $0 + $1.count(batchSize: 1) }
    precondition(
      stepValues.count == count * width,
      "\(stepValues.count) values for \(count) steps of \(width)")
  }
}
