/// The column to predict, and how its values become numbers.
///
/// | column | task | values |
/// |---|---|---|
/// | boolean | binary | false 0, true 1 |
/// | two whole numbers | binary | the smaller 0, the larger 1 |
/// | two categories | binary | the first in byte order 0, the second 1 |
/// | three or more categories | multiclass | the index in byte order |
/// | other numbers | regression | themselves |
public struct Label: Codable, Hashable, Sendable {
  /// What is to be learned.
  public enum Task: String, Codable, Hashable, Sendable, CaseIterable {
    /// One of two classes.
    case binary
    /// One of three or more classes.
    case multiclass
    /// A number.
    case regression
  }

  /// The name of the column.
  public let name: String

  /// The kind of the column.
  public let kind: ColumnKind

  /// What is to be learned.
  public let task: Task

  /// The classes as they are written, in the order of their numbers; empty for a regression.
  public let classes: [String]

  /// Looks at all values of the label column, and finds the task and the classes.
  ///
  /// - Parameters:
  ///   - table: The whole table; the classes are those of training and test rows alike.
  ///   - name: The label column.
  /// - Throws: `DataError` with `missingColumn`, `missingLabel` (naming the first such line),
  ///   `singleClassLabel` or `unsuitableLabel`.
  public init(fitting table: Table, named name: String) throws(DataError) {
    let column = try table.requiredColumn(named: name)
    if let row = column.missing.first {
      throw table.fault(.missingLabel, "the label is missing", row: row, column: name)
    }
    self.name = name
    kind = column.kind
    var found: [String]
    switch column.storage {
    case .numbers(let numbers):
      let distinct = Self.firstDistinct(numbers, limit: 3)
      found =
        distinct.count > 2 || column.kind == .real || column.kind == .timestamp
        ? [] : distinct.sorted().map { Self.text($0, kind: column.kind) }
      guard distinct.count > 1 else {
        throw Self.singleClass(name, distinct.map { Self.text($0, kind: column.kind) })
      }
      guard column.kind != .timestamp else {
        throw DataError(.unsuitableLabel, "a timestamp cannot be predicted", column: name)
      }
    case .strings(let dictionary, let codes):
      guard column.kind == .category else {
        throw DataError(
          .unsuitableLabel,
          "text with mostly distinct values cannot be predicted",
          file: table.file,
          line: column.contradiction?.line,
          column: name,
          expected: "numbers or a category",
          found: column.contradiction.map { "\"\($0.text)\"" }
            ?? "\(dictionary.count) distinct texts"
        )
      }
      found = Set(Set(codes).map { dictionary[Int($0)] }).sorted(by: Self.byteOrder)
      guard found.count > 1 else { throw Self.singleClass(name, found) }
    }
    classes = found
    task = found.isEmpty ? .regression : found.count == 2 ? .binary : .multiclass
  }

  /// The label of every row as a number.
  ///
  /// - Parameter table: A table with the label column.
  /// - Returns: 0 or 1 for a binary task, the class index for a multiclass task, the value itself
  ///   for a regression.
  /// - Throws: `DataError` with `missingColumn`, `missingLabel`, `unknownClass`, `wrongKind` or
  ///   `nonFinite`.
  public func values(in table: Table) throws(DataError) -> [Float] {
    let column = try table.requiredColumn(named: name)
    if let row = column.missing.first {
      throw table.fault(.missingLabel, "the label is missing", row: row, column: name)
    }
    guard column.kind.isNumeric == kind.isNumeric else {
      throw DataError(
        .wrongKind,
        "the label column is not of the kind that was learned",
        column: name,
        expected: kind.rawValue,
        found: column.kind.rawValue
      )
    }
    var values: [Float] = []
    values.reserveCapacity(column.count)
    switch column.storage {
    case .numbers(let numbers):
      var last: (number: Double, value: Float)?
      for (row, number) in numbers.enumerated() {
        // A class is found by its text, which takes long; neighbours are often equal.
        if let last, last.number == number {
          values.append(last.value)
        } else {
          let value = try value(of: number, row: row, table)
          values.append(value)
          last = (number, value)
        }
      }
    case .strings(let dictionary, let codes):
      let indices = dictionary.map { text in classes.firstIndex(of: text).map(Float.init) }
      for (row, code) in codes.enumerated() {
        guard let value = indices[Int(code)] else {
          throw unknownClass(dictionary[Int(code)], row: row, table)
        }
        values.append(value)
      }
    }
    return values
  }

  private func value(of number: Double, row: Int, _ table: Table) throws(DataError) -> Float {
    guard task != .regression else {
      guard Float(number).isFinite else {
        throw table.fault(
          .nonFinite,
          "the label is not a finite 32-bit number",
          row: row,
          column: name,
          found: "\(number)"
        )
      }
      return Float(number)
    }
    let text = Self.text(number, kind: kind)
    guard let index = classes.firstIndex(of: text) else {
      throw unknownClass(text, row: row, table)
    }
    return Float(index)
  }

  private func unknownClass(_ text: String, row: Int, _ table: Table) -> DataError {
    table.fault(
      .unknownClass,
      "the label was not there when the model was trained",
      row: row,
      column: name,
      expected: "one of \(classes.joined(separator: ", "))",
      found: "\"\(text)\""
    )
  }

  private static func singleClass(_ name: String, _ found: [String]) -> DataError {
    DataError(
      .singleClassLabel,
      "the label has only one value, so there is nothing to learn",
      column: name,
      expected: "at least two values",
      found: found.map { "\"\($0)\"" }.joined(separator: ", ")
    )
  }

  private static func firstDistinct(_ numbers: some Sequence<Double>, limit: Int) -> [Double] {
    var distinct: [Double] = []
    for number in numbers where !distinct.contains(number) {
      distinct.append(number)
      if distinct.count == limit { break }
    }
    return distinct
  }

  private static func text(_ number: Double, kind: ColumnKind) -> String {
    kind == .boolean
      ? (number == 0 ? "false" : "true") : Int(exactly: number).map(String.init) ?? "\(number)"
  }

  static func byteOrder(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
