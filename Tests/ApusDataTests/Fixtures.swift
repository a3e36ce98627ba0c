import ApusData
import ApusRandom
import Testing

/// A table read from CSV text.
func table(_ text: String, options: CSVOptions = CSVOptions()) throws -> Table {
  try Table(csv: Array(text.utf8), options: options)
}

/// The values of a column as they would be printed, nil where missing.
func texts(_ table: Table, _ name: String) throws -> [String?] {
  let column = try table.requiredColumn(named: name)
  return (0..<column.count).map { row in
    column.kind.isNumeric ? column.number(at: row).map { "\($0)" } : column.string(at: row)
  }
}

/// The error that reading some bytes ends with.
func readFault(_ bytes: [UInt8], options: CSVOptions = CSVOptions()) -> DataError? {
  do throws(DataError) {
    _ = try Table(csv: bytes, options: options)
    return nil
  } catch {
    return error
  }
}

extension PhiloxSequence {
  /// A uniform integer in a range.
  mutating func next(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next(below: UInt32(range.count)))
  }
}
