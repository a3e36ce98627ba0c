/// A time by the rows of a batch: straight lines through measured points.
///
/// ```
/// time |          /.      beyond the last point: the slope of the last two
///      |     ____/
///      | ___/             below the first point: as at the first
///      +------------ rows
/// ```
public struct CostLine: Hashable, Sendable {
  /// What was measured at one batch size.
  public typealias Point = CostCurve.Point

  /// What was measured, by ascending rows.
  public let points: [Point]

  /// Makes a line through points.
  ///
  /// - Parameter points: At least one, by ascending rows.
  public init(_ points: [Point]) {
    precondition(
      !points.isEmpty && zip(points, points.dropFirst()).allSatisfy { $0.rows < $1.rows },
      "a curve needs points of different rows, not \(points.map(\.rows))"
    )
    self.points = points
  }

  /// The time of a batch.
  ///
  /// - Parameter rows: The rows of the batch.
  /// - Returns: Microseconds; through a single point the time grows in proportion.
  /// - Complexity: O(number of points).
  public func microseconds(rows: Int) -> Double {
    guard rows > points[0].rows else { return points[0].microseconds }
    guard points.count > 1 else {
      return points[0].microseconds * Double(rows) / Double(points[0].rows)
    }
    let end = points.firstIndex { $0.rows >= rows } ?? points.count - 1
    let (before, after) = (points[end - 1], points[end])
    let slope = (after.microseconds - before.microseconds) / Double(after.rows - before.rows)
    // Noise must not have more rows take less time beyond what was measured.
    let isBeyond = rows > after.rows
    return isBeyond
      ? after.microseconds + max(0, slope) * Double(rows - after.rows)
      : before.microseconds + slope * Double(rows - before.rows)
  }
}
