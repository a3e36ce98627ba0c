extension Table {
  /// Chooses rows.
  ///
  /// - Parameter rows: The rows to keep, 0-based; a row may come twice.
  /// - Returns: The same table with those rows, in the order given.
  public func selecting(_ rows: [Int]) -> Table {
    Table(
      unchecked: columns.map { $0.selecting(rows) },
      rowCount: rows.count,
      file: file,
      lines: lines?.selecting(rows)
    )
  }

  /// Leaves columns out.
  ///
  /// - Parameter names: The columns to leave out.
  /// - Returns: The same table without them.
  /// - Throws: `DataError` with `missingColumn` for a name that is not there, or `noFeatures` when
  ///   no column would be left.
  public func removingColumns(_ names: [String]) throws(DataError) -> Table {
    for name in names { _ = try requiredColumn(named: name) }
    return try Table(
      columns: columns.filter { !names.contains($0.name) },
      file: file,
      lines: lines
    )
  }

  /// The same table without rows that repeat an earlier row.
  ///
  /// Two rows are duplicates when every column has the same value in both, or is missing in both.
  /// The first of them stays where it is. Rows are found by a 64-bit hash and then compared value
  /// by value, so no row is ever dropped because of a collision.
  ///
  /// - Returns: The table, and the number of rows that were dropped.
  /// - Complexity: Expected O(rows x columns).
  public func droppingDuplicates() -> (table: Table, dropped: Int) {
    let hashes = rowHashes()
    var slots = [Int](repeating: -1, count: Self.slotCount(for: rowCount))
    var kept: [Int] = []
    kept.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      var slot = Int(truncatingIfNeeded: hashes[row]) & (slots.count - 1)
      while true {
        let other = slots[slot]
        if other < 0 {
          slots[slot] = row
          kept.append(row)
          break
        }
        if hashes[other] == hashes[row], isDuplicate(row, of: other) { break }
        slot = (slot + 1) & (slots.count - 1)
      }
    }
    let dropped = rowCount - kept.count
    return (dropped == 0 ? self : selecting(kept), dropped)
  }

  private init(unchecked columns: [Column], rowCount: Int, file: String?, lines: RowLines?) {
    self.columns = columns
    self.rowCount = rowCount
    self.file = file
    self.lines = lines
  }

  /// A power of two that leaves the open-addressing table at most half full.
  private static func slotCount(for rows: Int) -> Int {
    1 << (Int.bitWidth - max(rows, 1).leadingZeroBitCount + 1)
  }

  private func rowHashes() -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: rowCount)
    for column in columns {
      for row in 0..<rowCount where column.missing.contains(row) {
        hashes[row] = StableHash.mix(hashes[row], 0x9E37_79B9_7F4A_7C15)
      }
      switch column.storage {
      case .numbers(let numbers):
        for row in 0..<rowCount where !column.missing.contains(row) {
          // Adding zero turns -0.0, which equals 0.0, into 0.0.
          hashes[row] = StableHash.mix(hashes[row], (numbers[row] + 0).bitPattern)
        }
      case .strings(_, let codes):
        for row in 0..<rowCount where !column.missing.contains(row) {
          hashes[row] = StableHash.mix(hashes[row], UInt64(codes[row]))
        }
      }
    }
    return hashes
  }

  private func isDuplicate(_ row: Int, of other: Int) -> Bool {
    columns.allSatisfy { column in
      guard !column.missing.contains(row), !column.missing.contains(other) else {
        return column.missing.contains(row) == column.missing.contains(other)
      }
      return switch column.storage {
      case .numbers(let numbers): numbers[row] == numbers[other]
      case .strings(_, let codes): codes[row] == codes[other]
      }
    }
  }
}
