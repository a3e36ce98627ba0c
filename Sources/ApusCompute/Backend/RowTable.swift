/// Rows of floats that stay where they are in memory, for steps of training to gather from.
@safe
public final class RowTable: @unchecked Sendable {
  /// The floats of a row.
  public let width: Int
  /// The number of rows.
  public let count: Int
  /// Where the rows lie, one after the other.
  package let elements: UnsafeBufferPointer<Float>
  /// What keeps the rows where they are; nil where this object has allocated them.
  private let owner: AnyObject?

  /// Copies rows.
  ///
  /// - Parameters:
  ///   - values: count x width floats, row-major.
  ///   - width: the floats of a row.
  /// - Precondition: `values` are whole rows.
  public init(_ values: [Float], width: Int) {
    precondition(
      width > 0 && values.count % width == 0, "\(values.count) floats in rows of \(width)")
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
    _ = unsafe memory.initialize(from: values)
    unsafe elements = UnsafeBufferPointer(memory)
    self.width = width
    count = values.count / width
    owner = nil
  }

  /// Makes rows where they stay, some at a time.
  ///
  /// - Parameters:
  ///   - count: the number of rows.
  ///   - width: the floats of a row.
  ///   - blockRows: the rows that are made at a time.
  ///   - fill: writes all floats of some rows.
  package init(
    count: Int, width: Int, blockRows: Int,
    fill: (_ rows: Range<Int>, _ output: inout MutableSpan<Float>) -> Void
  ) {
    precondition(
      count >= 0 && width > 0 && blockRows > 0,
      "\(count) rows of \(width) floats, \(blockRows) at a time")
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * width)
    for first in stride(from: 0, to: count, by: blockRows) {
      let rows = first..<min(first + blockRows, count)
      let block = unsafe UnsafeMutableBufferPointer(
        rebasing: memory[rows.lowerBound * width..<rows.upperBound * width])
      var output = unsafe block.mutableSpan
      fill(rows, &output)
    }
    unsafe elements = UnsafeBufferPointer(memory)
    self.width = width
    self.count = count
    owner = nil
  }

  /// Takes rows that lie somewhere already, as in a mapped file.
  ///
  /// - Parameters:
  ///   - elements: count x width floats, row-major.
  ///   - width: the floats of a row.
  ///   - owner: what keeps them there.
  /// - Precondition: `elements` are whole rows.
  package init(
    _ elements: UnsafeBufferPointer<Float>, width: Int, ownedBy owner: AnyObject
  ) {
    precondition(
      width > 0 && elements.count % width == 0,
      "\(elements.count) floats in rows of \(width)")
    unsafe self.elements = elements
    self.width = width
    count = elements.count / width
    self.owner = owner
  }

  /// The rows, one after the other.
  package var values: Span<Float> {
    @_lifetime(borrow self)
    get { unsafe _overrideLifetime(elements.span, borrowing: self) }
  }

  deinit {
    if owner == nil { unsafe elements.deallocate() }
  }
}
