#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A table seen through a transform: the features of any of its rows, ready to be written.
///
/// Each feature is a function of its row and the fitted numbers alone, so a row's features have the
/// same bits whatever rows are written with it.
public struct Features: Sendable {
  /// One column's values with all that is needed to encode them.
  enum Values: Sendable {
    case scaled(ColumnValues<Double>, Scaling, fill: Double)
    case oneHotNumbers(ColumnValues<Double>, values: [Double], fill: Double)
    case timestamp(ColumnValues<Double>, Scaling, fill: Double)
    case slots(ColumnValues<UInt32>, slotOfCode: [Int], fill: Int)
    /// As `slots`, where all values that are there are the same: the case of a single row.
    case slot(Int, fill: Int)
    /// For each code, and last for what is missing, `length` identifiers.
    case identifiers(ColumnValues<UInt32>, rows: [Float], length: Int)
    /// For each code, and last for what is missing, the slots between two ends.
    case multiHot(ColumnValues<UInt32>, slots: [Int], ends: [Int])
  }

  struct BoundColumn: Sendable {
    var values: Values
    var missing: RowMask
    /// The column's first feature.
    var offset: Int
    /// The number of the column's features.
    var width: Int
    /// The feature that says "was missing".
    var indicator: Int?
  }

  let columns: [BoundColumn]

  /// The number of rows of the table.
  public let rowCount: Int

  /// The number of features of a row.
  public let width: Int

  /// Writes the features of consecutive rows.
  ///
  /// - Parameters:
  ///   - rows: Rows of the table.
  ///   - output: `rows.count x width` numbers, row by row.
  public func write(rows: Range<Int>, into output: inout MutableSpan<Float>) {
    write(count: rows.count, into: &output) { rows.lowerBound + $0 }
  }

  /// Writes the features of chosen rows.
  ///
  /// - Parameters:
  ///   - rows: Rows of the table, in any order.
  ///   - output: `rows.count x width` numbers, row by row.
  public func write(rows: [Int], into output: inout MutableSpan<Float>) {
    write(count: rows.count, into: &output) { rows[$0] }
  }

  /// The features of all rows, row by row.
  public func matrix() -> [Float] {
    var matrix = [Float](repeating: 0, count: rowCount * width)
    var output = matrix.mutableSpan
    // All columns of some rows after another, so that the rows stay in the cache.
    for first in stride(from: 0, to: rowCount, by: Self.blockRows) {
      let count = min(Self.blockRows, rowCount - first)
      for column in columns {
        column.write(count: count, stride: width, from: first, into: &output) { first + $0 }
      }
    }
    return matrix
  }

  private static let blockRows = 1024

  @inline(__always)
  private func write(
    count: Int,
    into output: inout MutableSpan<Float>,
    row: (Int) -> Int
  ) {
    precondition(
      output.count == count * width,
      "the output has \(output.count) numbers, not \(count) rows x \(width)"
    )
    for index in output.indices { output[index] = 0 }
    for column in columns {
      column.write(count: count, stride: width, into: &output, row: row)
    }
  }
}

extension Features.BoundColumn {
  /// Writes the column's features of chosen rows.
  ///
  /// - Parameters:
  ///   - count: The rows.
  ///   - stride: The features of a whole row.
  ///   - first: The row of the output to begin with.
  ///   - output: Rows of `stride` numbers, zero where this column's features go.
  ///   - row: The row of the table for each row of the output.
  @inline(__always)
  func write(
    count: Int,
    stride: Int,
    from first: Int = 0,
    into output: inout MutableSpan<Float>,
    row: (Int) -> Int
  ) {
    var target = first * stride + offset
    for index in 0..<count {
      let row = row(index)
      let isMissing = missing.contains(row)
      values.write(row: row, isMissing: isMissing, into: &output, at: target)
      if isMissing, let indicator { output[(first + index) * stride + indicator] = 1 }
      target += stride
    }
  }

  /// Writes the column's features of its first row for all rows of the output.
  func writeShared(count: Int, stride: Int, into output: inout MutableSpan<Float>) {
    write(count: 1, stride: stride, into: &output) { _ in 0 }
    for index in 1..<max(count, 1) {
      for feature in offset..<offset + width {
        output[index * stride + feature] = output[feature]
      }
    }
  }
}

extension Features.Values {
  @inline(__always)
  fileprivate func write(
    row: Int,
    isMissing: Bool,
    into output: inout MutableSpan<Float>,
    at target: Int
  ) {
    switch self {
    case .scaled(let numbers, let scaling, let fill):
      output[target] = scaling(isMissing ? fill : numbers[row])
    case .oneHotNumbers(let numbers, let values, let fill):
      output[target + Self.slot(of: isMissing ? fill : numbers[row], in: values)] = 1
    case .timestamp(let numbers, let scaling, let fill):
      let seconds = isMissing ? fill : numbers[row]
      output[target] = scaling(seconds)
      Self.writeCycle(seconds / 86_400, into: &output, at: target + 1)
      // 1970-01-01 was a Thursday, three days after a Monday.
      Self.writeCycle((seconds / 86_400 + 3).rounded(.down) / 7, into: &output, at: target + 3)
    case .slots(let codes, let slotOfCode, let fill):
      output[target + (isMissing ? fill : slotOfCode[Int(codes[row])])] = 1
    case .slot(let slot, let fill):
      output[target + (isMissing ? fill : slot)] = 1
    case .identifiers(let codes, let rows, let length):
      let first = isMissing ? rows.count - length : Int(codes[row]) * length
      for index in 0..<length { output[target + index] = rows[first + index] }
    case .multiHot(let codes, let slots, let ends):
      let code = isMissing ? ends.count - 2 : Int(codes[row])
      for slot in slots[ends[code]..<ends[code + 1]] { output[target + slot] = 1 }
    }
  }

  /// Writes sine and cosine of a number of turns.
  private static func writeCycle(
    _ turns: Double,
    into output: inout MutableSpan<Float>,
    at target: Int
  ) {
    let angle = 2 * Double.pi * (turns - turns.rounded(.down))
    output[target] = Float(sin(angle))
    output[target + 1] = Float(cos(angle))
  }

  /// The index of a value in ascending values, or their count when it is not among them.
  private static func slot(of value: Double, in values: [Double]) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < values.count && values[low] == value ? low : values.count
  }
}
