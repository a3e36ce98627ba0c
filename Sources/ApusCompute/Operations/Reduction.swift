/// A sum or a mean over an axis of a matrix.
///
/// The order of additions is fixed and does not depend on threads: along rows, chunks of
/// `chunk` rows are summed in ascending order and then added in ascending order.
public struct Reduction: Hashable, Sendable, Codable {
  /// What is computed.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The sum.
    case sum
    /// The sum divided by the number of elements that went into it.
    case mean
  }

  /// What is reduced away.
  public enum Axis: String, Hashable, Sendable, Codable, CaseIterable {
    /// The rows; the result is a vector of the columns.
    case rows
    /// The columns; the result has one column.
    case columns
    /// Everything; the result is a scalar.
    case all
  }

  /// The number of rows that are summed before their sum is added to the total.
  public static let chunk = 256

  /// What is computed.
  public let kind: Kind
  /// What is reduced away.
  public let axis: Axis

  /// Makes a reduction.
  public init(_ kind: Kind, _ axis: Axis) {
    self.kind = kind
    self.axis = axis
  }

  func shape(of operand: Shape) -> Shape {
    switch axis {
    case .rows: .fixed(operand.columns)
    case .columns: .matrix(operand.rows, 1)
    case .all: .scalar
    }
  }
}
