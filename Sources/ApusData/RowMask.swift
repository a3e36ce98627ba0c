/// A set of rows, one bit each; it takes no memory while it is empty.
public struct RowMask: Hashable, Sendable {
  /// Bit `row % 64` of word `row / 64`; words past the end are zero.
  private(set) var words: [UInt64] = []

  /// Creates an empty set.
  public init() {}

  /// Creates a set of the rows whose bits are set.
  init(words: [UInt64]) { self.words = words }

  /// Creates a set of the given rows.
  ///
  /// - Parameter rows: The members, 0-based.
  public init(_ rows: some Sequence<Int>) {
    for row in rows { insert(row) }
  }

  /// The number of rows in the set.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether no row is in the set.
  public var isEmpty: Bool { words.isEmpty }

  /// The smallest row in the set.
  public var first: Int? {
    words.firstIndex { $0 != 0 }.map { $0 * 64 + words[$0].trailingZeroBitCount }
  }

  /// Looks a row up.
  ///
  /// - Parameter row: A row, 0-based.
  /// - Returns: Whether it is in the set.
  @inlinable
  public func contains(_ row: Int) -> Bool { !isEmpty && containsRow(row) }

  @usableFromInline
  func containsRow(_ row: Int) -> Bool {
    let index = row >> 6
    return index < words.count && words[index] >> UInt64(row & 63) & 1 == 1
  }

  /// Adds a row.
  ///
  /// - Parameter row: A row, 0-based.
  public mutating func insert(_ row: Int) {
    precondition(row >= 0, "a row is not negative: \(row)")
    let index = row >> 6
    if index >= words.count {
      words.append(contentsOf: repeatElement(0, count: index + 1 - words.count))
    }
    words[index] |= 1 << UInt64(row & 63)
  }
}
