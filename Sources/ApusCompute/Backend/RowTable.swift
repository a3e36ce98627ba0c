/// Rows of floats that stay where they are in memory, for steps of training to gather from.
@safe
public final class RowTable: @unchecked Sendable {
  /// The floats of a row.
  public let width: Int
  /// The number of rows.
  public let count: Int
  /// Where the rows lie, one after the other.
  package let elements: UnsafeBufferPointer<Float>

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
  }

  /// The rows, one after the other.
  package var values: Span<Float> {
    @_lifetime(borrow self)
    get { unsafe _overrideLifetime(elements.span, borrowing: self) }
  }

  deinit { unsafe elements.deallocate() }
}
