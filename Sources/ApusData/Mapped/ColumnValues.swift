/// The values of a column, one for each row: an array, or a part of a file that is mapped.
///
/// - Complexity: any value is found in O(1).
public struct ColumnValues<Element: BitwiseCopyable & Hashable & Sendable>: RandomAccessCollection,
  Hashable, Sendable
{
  private enum Storage: Sendable {
    case array([Element])
    case mapped(MappedElements<Element>)
  }

  private let storage: Storage

  /// The number of values.
  public let count: Int

  /// Takes an array.
  public init(_ array: [Element]) {
    storage = .array(array)
    count = array.count
  }

  /// Looks at a part of a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - offset: Where the first value begins, in bytes.
  ///   - count: How many there are.
  package init(_ file: MappedFile, at offset: Int = 0, count: Int) {
    storage = .mapped(MappedElements(file, at: offset, count: count))
    self.count = count
  }

  /// The first row.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { count }

  /// The value of a row.
  public subscript(row: Int) -> Element {
    switch storage {
    case .array(let array): return array[row]
    case .mapped(let mapped):
      precondition(row >= 0 && row < count, "row \(row) of \(count) rows")
      return unsafe mapped.elements[row]
    }
  }

  /// Whether all values are equal, wherever they lie.
  public static func == (left: Self, right: Self) -> Bool { left.elementsEqual(right) }

  /// Hashes all values.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for value in self { hasher.combine(value) }
  }
}

/// Elements of a mapped file, and the file.
@safe
private final class MappedElements<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let elements: UnsafeBufferPointer<Element>
  private let file: MappedFile

  init(_ file: MappedFile, at offset: Int, count: Int) {
    self.file = file
    unsafe elements = file.elements(of: Element.self, at: offset, count: count)
  }
}
