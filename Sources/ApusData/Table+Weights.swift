extension Table {
  /// How much each row counts, from a column of numbers from 0 up.
  ///
  /// - Parameter name: the column.
  /// - Returns: one weight for each row.
  /// - Throws: `DataError` with `missingColumn`, `wrongKind`, or `nonFinite` for a weight that is
  ///   missing, negative or not finite.
  public func weights(inColumn name: String) throws(DataError) -> [Float] {
    let column = try requiredColumn(named: name)
    guard case .numbers(let numbers) = column.storage else {
      throw notNumeric(column, "weights are numbers", expected: "a column of numbers")
    }
    let fault = column.missing.first ?? numbers.firstIndex { !($0 >= 0 && Float($0).isFinite) }
    if let row = fault {
      throw self.fault(
        .nonFinite, "a weight is a finite number from 0 up", row: row, column: name,
        found: row == column.missing.first ? "nothing" : "\(numbers[row])")
    }
    return numbers.map { Float($0) }
  }
}
